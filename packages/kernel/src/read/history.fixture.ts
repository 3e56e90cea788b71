// The reference model of a record's history: the raw changes under today's rights.
import { isId, isJsonObject, type Json, type JsonObject } from '@huike/schema';
import { isToMany, isToOne, maskedText, type RawRow, shownRelated } from '@huike/testkit';
import type { CatalogField, CatalogObject } from '../catalog/types.ts';
import { sql } from '../database/sql.ts';
import { type Checking, refusal } from './checking.fixture.ts';
import { history } from './index.ts';

interface RawChange {
  readonly version: number;
  readonly op: string;
  readonly at: string;
  readonly actor: string;
  readonly data: JsonObject;
}

export async function checkHistory(checks: Checking, object: CatalogObject, row: RawRow): Promise<void> {
  const { viewer, world, actor } = checks;
  const id = String(row.id);
  const ask = () => history(world.context, actor, object.name, id, { limit: 20 });
  const alive = (row.deletedAt ?? null) === null;
  if (!viewer.reaches(object, row) || (!alive && !viewer.reaches(object, row, 'delete'))) {
    checks.same(await refusal(ask), { code: 'record.unknown', params: {}, status: 404 }, object, 'history');
    return;
  }
  const changes = await world.context.db.query<RawChange>(
    sql`select version, op, at, actor, data from (select version, op, at, actor, data, kind, record from huike.change union all select version, op, at, actor, data, kind, record from huike.change_pending) c where record = ${sql.value(id)} and kind = 'record' order by version desc`,
  );
  const { data } = await ask();
  checks.same(
    JSON.parse(JSON.stringify(data)),
    changes.map((change) => entry(checks, object, row, change)),
    object,
    id,
  );
}

function entry(checks: Checking, object: CatalogObject, row: RawRow, change: RawChange): Json {
  const fields = new Map([...object.fields.values()].map((field) => [String(field.tag), field]));
  const untold = ['version', 'updatedAt', 'updatedBy'];
  const changes = Object.entries(change.data).flatMap(([tag, pair]): Json[] => {
    const field = fields.get(tag);
    const sight = field === undefined ? null : checks.viewer.sight(field, row);
    if (field === undefined || sight === null || untold.includes(field.name) || !Array.isArray(pair)) return [];
    const [before, after] = pair.map((stored: Json) => told(checks, field, stored, sight === 'masked'));
    return [{ field: field.name, before: before ?? null, after: after ?? null }];
  });
  const { version, op, at } = change;
  return { version, op, at, actor: actorOf(checks, change.actor), changes };
}

function actorOf(checks: Checking, actor: string): Json {
  if (!isId(actor)) return { system: actor };
  const name = named(checks, checks.world.catalog.objects.get('user'), actor);
  return isJsonObject(name) && typeof name.name === 'string' ? { id: actor, name: name.name } : { id: actor };
}

/** What is seen of a record that a change names. */
function named(checks: Checking, object: CatalogObject | null | undefined, id: Json): Json {
  const found = object ? checks.viewer.find(object, id) : undefined;
  return object && found && checks.viewer.sees(object, found) ? shownRelated(checks.viewer, object, found) : null;
}

function told(checks: Checking, field: CatalogField, stored: Json, masked: boolean): Json {
  if (isToOne(field)) return masked ? null : named(checks, field.target, stored);
  if (isToMany(field)) {
    const ids: readonly Json[] = Array.isArray(stored) && !masked ? stored : [];
    return ids.map((id) => named(checks, field.target, id)).filter((one) => one !== null);
  }
  if (stored === null) return null;
  const columns = isJsonObject(stored) && '' in stored ? stored : { '': stored };
  return masked ? maskedText(field, columns[''] ?? null) : field.handler.present(columns, field);
}
