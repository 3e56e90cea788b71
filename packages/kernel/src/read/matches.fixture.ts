// The filter tree in JavaScript means the same as in SQL: over the records as they were read.
import { type Filter, filterMatches, filterPaths, isJsonObject, type Json, type JsonObject } from '@huike/schema';
import { isToMany, listed, pathOf, type RawRow, rowAlong } from '@huike/testkit';
import type { CatalogField, CatalogObject } from '../catalog/types.ts';
import type { Checking } from './checking.fixture.ts';
import { describe, list } from './index.ts';

/** Asks the records that a viewer sees whether they meet a filter; `rows` are those that do, as the server says. */
export async function checkMatches(
  checks: Checking,
  object: CatalogObject,
  filter: JsonObject,
  rows: readonly RawRow[],
): Promise<void> {
  const { world, actor, viewer } = checks;
  const asked = asFilter(filter);
  if (asked === null) return;
  const paths = [...new Set(filterPaths(asked))];
  const fields = new Map<string, readonly CatalogField[]>();
  for (const path of paths) {
    const found = pathOf(viewer, object, path);
    // Related records beyond those that a record names can't be asked.
    if (found === null || (found.at(-1) !== undefined && isToMany(found.at(-1) ?? object.title))) return;
    fields.set(path, found);
  }
  const types = new Map(describe(world.catalog, actor).objects.map((one) => [one.name, one]));
  const typeOf = (path: string) => {
    const last = fields.get(path)?.at(-1);
    const told = types.get(last?.object.name ?? '')?.fields.find(({ name }) => name === last?.name);
    return told?.shows ?? told?.type;
  };
  const all = listed(viewer, object, { sort: ['id'] });
  const { data } = await list(world.context, actor, object.name, {
    fields: ['id', ...paths],
    sort: ['id'],
    limit: 500,
  });
  const records: unknown = JSON.parse(data);
  const met = (Array.isArray(records) ? records : []).filter((record: Json, index) =>
    filterMatches(asked, {
      typeOf,
      valueOf: (path) => {
        const steps = fields.get(path) ?? [];
        const [row, last] = [all[index], steps.at(-1)];
        const at = row === undefined ? null : rowAlong(viewer, steps.slice(0, -1), row);
        // What is masked on a row counts as nothing there.
        return last === undefined || at === null || viewer.sight(last, at) !== 'clear' ? null : valueIn(record, path);
      },
      now: viewer.data.now,
      timeZone: actor.timeZone,
      currency: world.catalog.company.currency,
    }),
  );
  const ids = (list: readonly unknown[]) => list.map((one) => (isJsonObject(one) ? (one.id ?? null) : null));
  checks.same(ids(met), ids(rows), object, ['in JavaScript', filter]);
}

function valueIn(record: Json, path: string): Json {
  return path.split('.').reduce((at: Json, name) => (isJsonObject(at) ? (at[name] ?? null) : null), record);
}

/** The filter, unless it asks what only the server can tell. */
function asFilter(filter: unknown): Filter | null {
  return isKnown(filter) ? filter : null;
}

function isKnown(filter: unknown): filter is Filter {
  if (!isJsonObject(filter)) return false;
  const { and, or, not, field, op } = filter;
  if (Array.isArray(and)) return and.every(isKnown);
  if (Array.isArray(or)) return or.every(isKnown);
  if (not !== undefined) return isKnown(not);
  return typeof field === 'string' && op !== 'some' && op !== 'none' && op !== 'every';
}
