// What really differs. A record that is as it was is not written, gets no version and no change.
import type { CatalogField } from '../catalog/types.ts';
import { computeFormulas, searchText, timestamp } from './complete.ts';
import type { LinkChange } from './links.ts';
import { type Stored, type StoredField, sameValue, shapeOf, toldValue } from './shape.ts';
import type { Row, Work } from './types.ts';

const deletedTag = '9';

/** Works out the difference of every row, nested rows before the records they belong to. */
export function compare(work: Work, links: ReadonlyMap<Row, readonly LinkChange[]>): void {
  const followers = new Map<Row, Row[]>();
  for (const row of work.rows) {
    if (row.follows !== null) followers.set(row.follows, [...(followers.get(row.follows) ?? []), row]);
  }
  for (const row of [...work.rows].reverse()) {
    if (row.op === 'delete' || row.op === 'restore') {
      compareDeletion(work, row);
      continue;
    }
    if (row.op === 'update') compareUpdate(row);
    for (const { field, removed, added } of links.get(row) ?? []) tell(row, field, removed, added);
    if (row.nested.size > 0) compareNested(row, followers.get(row) ?? []);
    if (row.op === 'create') compareNew(work, row);
    else if (row.dirty) finishUpdate(work, row);
    index(row);
  }
}

/** Notes a difference in something that has no column of its own: ids taken away, ids added. */
function tell(row: Row, field: CatalogField, removed: readonly string[], added: readonly string[]): void {
  if (removed.length === 0 && added.length === 0) return;
  row.difference[field.tag] = [removed.length === 0 ? null : removed, added.length === 0 ? null : added];
  row.dirty = true;
}

function compareNew(work: Work, row: Row): void {
  const shape = shapeOf(row.object);
  computeFormulas(work, shape, row.after);
  row.dirty = true;
  for (const [field, stored] of shape.fields) {
    if (field.type === 'rollup') continue;
    const value = toldValue(stored, row.after);
    if (value !== null) row.difference[field.tag] = [null, value];
  }
}

function compareUpdate(row: Row): void {
  const { before, object, given } = row;
  if (before === null) return;
  const { fields } = shapeOf(object);
  // The department may follow the owner; nothing else differs but what is given.
  const department = object.fields.get('department');
  for (const field of department === undefined ? given.keys() : new Set([...given.keys(), department])) {
    const stored = fields.get(field);
    if (stored !== undefined) compareField(row, stored, before);
  }
  if (row.revive) leaveBin(row, before);
}

function leaveBin(row: Row, before: Readonly<Stored>): void {
  row.after.deletedAt = null;
  row.after['~deletion'] = null;
  for (const column of ['deletedAt', '~deletion']) row.changed.add(column);
  row.difference[deletedTag] = [before.deletedAt ?? null, null];
  row.dirty = true;
}

/** What follows from the rest: version, time, stored formulas. */
function finishUpdate(work: Work, row: Row): void {
  const { before, after } = row;
  if (before === null) return;
  const shape = shapeOf(row.object);
  advance(work, row);
  computeFormulas(work, shape, after);
  for (const field of shape.formulas) {
    const stored = shape.fields.get(field);
    if (stored !== undefined) compareField(row, stored, before);
  }
}

function compareField(row: Row, stored: StoredField, before: Readonly<Stored>): void {
  const { field, columns } = stored;
  if (columns.every(({ name }) => sameValue(before[name] ?? null, row.after[name] ?? null))) return;
  const same = tellingColumns(stored).every(({ name }) => sameValue(before[name] ?? null, row.after[name] ?? null));
  if (same) {
    for (const { name } of columns) row.after[name] = before[name] ?? null;
    return;
  }
  row.difference[field.tag] = [toldValue(stored, before), toldValue(stored, row.after)];
  for (const { name } of columns) row.changed.add(name);
  row.dirty = true;
}

/** The columns that decide. An amount that is given again keeps the rate of the day on which it was given first. */
function tellingColumns({ field, told }: StoredField): StoredField['told'] {
  return field.type === 'money' ? told.filter(({ suffix }) => suffix === '' || suffix === 'currency') : told;
}

/** The version and time of a record that changes. */
function advance({ actor, now }: Work, row: Row): void {
  row.after.version = Number(row.before?.version ?? 0) + 1;
  row.after.updatedAt = timestamp(now);
  row.after.updatedBy = actor.kind === 'user' ? actor.id : null;
}

function compareDeletion(work: Work, row: Row): void {
  const wasDeleted = row.before?.deletedAt ?? null;
  const at = row.op === 'delete' ? timestamp(work.now) : null;
  if ((wasDeleted === null) === (at === null)) return;
  row.after.deletedAt = at;
  row.after['~deletion'] = row.op === 'delete' ? row.deletion : null;
  row.difference[deletedTag] = [wasDeleted, at];
  row.dirty = true;
  advance(work, row);
}

/** A record changes with its nested rows: which ones went or were altered, which came or were altered. */
function compareNested(row: Row, followers: readonly Row[]): void {
  for (const [field, rows] of row.nested) {
    const gone = followers.filter((other) => other.object === field.target && other.op === 'delete');
    const comes = (nested: Row) => nested.op === 'create' || nested.revive;
    const altered = rows.filter((nested) => !comes(nested) && nested.dirty).map(({ id }) => id);
    const added = rows.filter(comes).map(({ id }) => id);
    tell(row, field, [...gone.map(({ id }) => id), ...altered], [...altered, ...added]);
  }
}

/** The search lexemes, where something that is searched differs. New records get theirs when they are sent. */
function index(row: Row): void {
  const shape = shapeOf(row.object);
  const { searched } = shape;
  if (row.op !== 'update' || !searched.some((field) => row.changed.has(field.column))) return;
  row.after['~search'] = searchText(shape, row.after);
  row.changed.add('~search');
}

/** Names of the fields in whose value a row differs. */
export function changedFields(row: Row): Set<string> {
  const names = new Set<string>(['version', 'updatedAt', 'updatedBy']);
  for (const field of row.object.fields.values()) if (field.tag in row.difference) names.add(field.name);
  return names;
}
