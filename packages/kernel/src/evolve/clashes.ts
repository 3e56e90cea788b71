import {
  isJsonObject,
  type JsonObject,
  type Kind,
  problem,
  putAt,
  type Removal,
  rawState,
  typedState,
} from '@huike/schema';
import type { Actor } from '../access/actor.ts';
import type { Source } from '../catalog/resolve.ts';
import { appendEvent } from '../changes/index.ts';
import type { Database, Queryable, Tx } from '../database/index.ts';
import { sql } from '../database/sql.ts';
import { restoreNothing } from './aside.ts';
import type { PlanConflict } from './plan.ts';
import type { Proposal } from './prepare.ts';
import { checked } from './restore.ts';
import { type Applied, type ApplyOptions, evolve } from './run.ts';
import { fieldsOf, losesValues } from './shipped.ts';

// Places where an upgrade left the customer's value though the app ships another, and the customer's word on them.

export interface AppClash extends PlanConflict {
  readonly app: string;
}

/** Which clash: the app, the item, and the place in it. */
export type ClashPlace = Pick<AppClash, 'app' | 'kind' | 'name' | 'path'>;

/** The clashes on which nobody has decided yet. */
export async function metadataClashes(db: Queryable): Promise<readonly AppClash[]> {
  return db.query(
    sql`select app, kind, name, path, shipped, kept from huike.metadata_clash order by app, kind, name, path`,
  );
}

const whereOf = ({ app, kind, name, path }: ClashPlace) => sql`
  app = ${sql.value(app)} and kind = ${sql.value(kind)} and name = ${sql.value(name)}
  and path = ${sql.value([...path])}::text[]`;

/** The customer's value stays for good; it stands in the log. Throws `metadata.conflict` when there is no such clash. */
export async function keepOwn(db: Database, actor: Actor, place: ClashPlace): Promise<void> {
  await db.transaction(async (tx) => {
    await settle(tx, place);
    const { app, kind, name, path } = place;
    await appendEvent(tx, actor, { type: 'metadata.kept', data: { app, kind, name, path } });
  });
}

async function settle(tx: Tx, place: ClashPlace): Promise<void> {
  const count = await tx.execute(sql`delete from huike.metadata_clash where ${whereOf(place)}`);
  if (count === 0) throw problem('metadata.conflict');
}

/**
 * Takes the shipped value in place of the customer's. Throws `metadata.conflict` when the place is gone or the clash
 * was decided meanwhile, `metadata.losesData` until confirmed, and as `applyMetadata` does.
 */
export async function takeShipped(
  db: Database,
  actor: Actor,
  place: ClashPlace,
  options: ApplyOptions = {},
): Promise<Applied> {
  return evolve(db, actor, (source, queryable) => withShipped(source, queryable, place), {
    ...options,
    document: { take: { ...place } },
    also: (tx) => settle(tx, place),
  });
}

async function withShipped(source: Source, db: Queryable, place: ClashPlace): Promise<Proposal> {
  const [clash] = await db.query<AppClash>(
    sql`select app, kind, name, path, shipped, kept from huike.metadata_clash where ${whereOf(place)}`,
  );
  if (clash === undefined) throw problem('metadata.conflict');
  const { kind, name, path, shipped } = clash;
  const raw = rawState(source.state);
  const items = new Map(raw.get(kind));
  const current = items.get(name);
  const item = putAt(current, path, shipped ?? undefined);
  if (item === null || (item !== undefined && !isJsonObject(item))) throw problem('metadata.conflict');
  if (item === undefined) items.delete(name);
  else items.set(name, item);
  const state = typedState(new Map(raw).set(kind, items), raw, source.state);
  return checked(source, db, state, replacedFields(kind, name, current, item), restoreNothing, []);
}

/** Fields that become another type of field: the old one is set aside with its values. */
function replacedFields(
  kind: Kind,
  object: string,
  current: JsonObject | undefined,
  item: JsonObject | undefined,
): Removal[] {
  if (kind !== 'objects') return [];
  const next = new Map(fieldsOf(item).map((field) => [field.name, field]));
  return fieldsOf(current).flatMap((old): Removal[] => {
    const field = next.get(old.name ?? null);
    const replaced = field !== undefined && losesValues(old, field);
    return replaced ? [{ kind: 'field', object, name: String(old.name) }] : [];
  });
}
