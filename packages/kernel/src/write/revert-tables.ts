// Going back with the rows of table fields: those that came go, those that went come back, those that were altered get
// the values that they had.
import type { Json } from '@huike/schema';
import type { CatalogField } from '../catalog/types.ts';
import type { Queryable } from '../database/index.ts';
import { childrenOf } from './discover.ts';
import { changesAfter, type Later, undo, wantedFields } from './earlier.ts';
import { newRow } from './plan.ts';
import type { Row, Work } from './types.ts';

/** Gives the rows the nested lists that they had. `laterOf` tells each row's changes to be undone, newest first. */
export async function takeTablesBack(
  db: Queryable,
  work: Work,
  rows: readonly Row[],
  laterOf: (row: Row) => readonly Later[],
): Promise<void> {
  const concerned = new Map<CatalogField, Row[]>();
  for (const row of rows) {
    for (const field of wantedFields(row).values()) {
      if (field.type !== 'table' || !laterOf(row).some(({ data }) => field.tag in data)) continue;
      concerned.set(field, [...(concerned.get(field) ?? []), row]);
    }
  }
  for (const [field, parents] of concerned) await takeTableBack(db, work, field, parents, laterOf);
}

async function takeTableBack(
  db: Queryable,
  work: Work,
  field: CatalogField,
  parents: readonly Row[],
  laterOf: (row: Row) => readonly Later[],
): Promise<void> {
  const rights = field.target === null ? null : work.access.object(field.target.name);
  if (rights === null || field.inverse === null) return;
  const living = await childrenOf(
    db,
    work,
    field.inverse,
    parents.map(({ id }) => id),
  );
  const wanted = parents.map((parent) => {
    const ids = new Set(living.filter((child) => child.parent === parent.id).map(({ id }) => id));
    for (const { data } of laterOf(parent)) undoList(ids, data[field.tag]);
    return { parent, ids };
  });
  const asked = wanted.flatMap(({ ids }) =>
    [...ids].map((record) => ({ object: rights.object.id, record, version: 0 })),
  );
  const histories = await changesAfter(db, asked);
  const alive = new Set(living.map(({ id }) => id));
  const writable = new Map([...rights.object.fields.values()].filter(isOwn).map((inner) => [inner.tag, inner]));
  for (const { parent, ids } of wanted) {
    const batches = new Set(laterOf(parent).map(({ batch }) => batch));
    const nested = [...ids].map((id) => {
      const path = `${parent.path}/${field.name}`;
      const row = newRow({ object: rights.object, rights, index: parent.index, path, op: 'update', id, parent });
      row.revive = !alive.has(id);
      undo(row, sinceFirst(histories.get(`${rights.object.id} ${id}`) ?? [], batches), writable);
      return row;
    });
    parent.nested.set(field, nested);
  }
}

/** What the callers write of a nested row, and its place. */
function isOwn(field: CatalogField): boolean {
  return !field.system && field.handler.parse !== null && field !== field.object.master && field.type !== 'relations';
}

/** Undoes one change of a list: both sides hold what was altered. */
function undoList(ids: Set<string>, pair: Json | undefined): void {
  const [went, came] = (Array.isArray(pair) ? pair : []).map(idsIn);
  for (const id of came ?? []) if (!went?.has(id)) ids.delete(id);
  for (const id of went ?? []) ids.add(id);
}

const idsIn = (list: Json): Set<string> =>
  new Set(Array.isArray(list) ? list.filter((id) => typeof id === 'string') : []);

/** The changes from the first on that was made together with one of the record's. */
function sinceFirst(newestFirst: readonly Later[], batches: ReadonlySet<string>): Later[] {
  const first = newestFirst.filter(({ batch }) => batches.has(batch)).at(-1);
  return first === undefined ? [] : newestFirst.filter(({ version }) => version >= first.version);
}
