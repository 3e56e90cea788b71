// From what a command gives to the whole record: owner and department, formulas, what search finds it by.
import { evaluate, type Json } from '@huike/schema';
import { formulaOf } from '../catalog/formula.ts';
import type { CatalogField } from '../catalog/types.ts';
import { dayOf, parseInstant, plainText, refuseRetired } from '../fields/index.ts';
import { searchTokens, tsvectorText } from '../search/tokens.ts';
import { keyOf } from './discover.ts';
import type { Locks } from './lock.ts';
import { comparedColumn, type Shape, type Stored, shapeOf } from './shape.ts';
import type { Row, Work } from './types.ts';

/** The record as it shall be, but for numbers, formulas and bookkeeping. */
export function complete(work: Work, locks: Locks): void {
  const byKey = new Map(work.rows.map((row) => [keyOf(row.object, row.id), row]));
  for (const row of work.rows) {
    if (row.op === 'create') completeNew(work, row, locks, byKey);
    else if (row.op === 'update') completeUpdate(work, row, locks, byKey);
    else row.after = { ...row.before };
    refuseOptions(work, row);
  }
}

type ByKey = ReadonlyMap<string, Row>;

function completeNew(work: Work, row: Row, locks: Locks, byKey: ByKey): void {
  const shape = shapeOf(row.object);
  const { actor } = work;
  const at = timestamp(work.now);
  const by = actor.kind === 'user' ? actor.id : null;
  const after: Stored = {
    id: row.id,
    version: 1,
    owner: by,
    createdAt: at,
    createdBy: by,
    updatedAt: at,
    updatedBy: by,
  };
  Object.assign(after, shape.emptyRollups, row.numbers);
  take(row, after);
  const own = work.context.hooks.get(row.object.name)?.selfField ?? null;
  if (own !== null) after[own] = row.id;
  if (after.department === undefined) after.department = departmentOf(work, row, after.owner ?? null, locks, byKey);
  row.after = after;
}

function completeUpdate(work: Work, row: Row, locks: Locks, byKey: ByKey): void {
  if (row.before === null) return;
  const after: Stored = { ...row.before };
  take(row, after);
  const moves = after.owner !== row.before.owner && after.owner !== null;
  if (moves && ![...row.given.keys()].some((field) => field.name === 'department')) {
    after.department = departmentOf(work, row, after.owner ?? null, locks, byKey);
  }
  row.after = after;
}

/** Puts the given values into the columns. */
function take({ given, object, parent }: Row, after: Stored): void {
  const { fields } = shapeOf(object);
  for (const [field, columns] of given) {
    const stored = fields.get(field);
    if (stored === undefined) continue;
    for (const { name, suffix } of stored.columns) after[name] = columns[suffix] ?? null;
  }
  if (parent !== null && object.master !== null) after[object.master.column] = parent.id;
}

/** A record lies in the department of its owner at the time of the assignment. */
function departmentOf({ actor, catalog }: Work, { object }: Row, owner: Json, locks: Locks, byKey: ByKey): Json {
  if (actor.kind === 'user' && owner === actor.id) return actor.department;
  const users = catalog.objects.get('user');
  if (users === undefined || object === users || typeof owner !== 'string') return null;
  return byKey.get(keyOf(users, owner))?.after.department ?? locks.get(users, owner)?.stored.department ?? null;
}

/** A time as columns keep it. */
export function timestamp(time: Date): string {
  return parseInstant(time.toISOString(), 'UTC') ?? time.toISOString();
}

function refuseOptions(work: Work, row: Row): void {
  for (const [field, retired] of row.retired) {
    const before = row.before === null ? null : { '': row.before[field.column] ?? null };
    const failure = refuseRetired(retired, before);
    if (failure !== null) work.failures.issue(row.index, `${row.path}/${field.name}`, failure.code, failure.params);
  }
}

/** Computes the stored formulas of a record whose other columns are as they shall be. */
export function computeFormulas(
  work: Pick<Work, 'now' | 'timeZone'>,
  { formulas, object }: Shape,
  after: Stored,
): void {
  if (formulas.length === 0) return;
  const env = { today: dayOf(work.now, work.timeZone), now: work.now.toISOString(), user: null };
  const read = (name: string): Json => {
    const field = object.fields.get(name);
    return field === undefined ? null : (after[comparedColumn(field)] ?? null);
  };
  for (const field of formulas) after[field.column] = evaluate(formulaOf(field), read, env);
}

/** Gathers the required fields that are empty: of a new record all, of an old one those that are written. */
export function refuseMissing(work: Work): void {
  for (const row of work.rows) {
    if (row.follows !== null || (row.op !== 'create' && row.op !== 'update')) continue;
    for (const field of shapeOf(row.object).required) {
      if (row.faulty.has(field)) continue;
      if (row.op === 'update' && !row.given.has(field) && !row.nested.has(field)) continue;
      if (isMissing(row, field)) work.failures.issue(row.index, `${row.path}/${field.name}`, 'value.required');
    }
  }
}

function isMissing(row: Row, field: CatalogField): boolean {
  if (field.type === 'table') return (row.nested.get(field)?.length ?? 0) === 0;
  if (field.type === 'relations') return (row.given.get(field)?.[''] ?? null) === null;
  // Nobody can be asked for what is computed or counted.
  if (field.computed !== null || field.type === 'autoNumber') return false;
  return (row.after[field.column] ?? null) === null;
}

/** The lexemes by which search finds the record, as PostgreSQL reads them; null when there are none. */
export function searchText({ searched, object }: Shape, row: Readonly<Stored>): string | null {
  const found = searched.flatMap((field) => {
    const value = row[field.column] ?? null;
    const kind = field.handler.search;
    if (typeof value !== 'string' || kind === null) return [];
    const words = field.type === 'richText' ? plainText(value) : value;
    return searchTokens(String(field.tag), field === object.title ? 'title' : kind, words);
  });
  return found.length === 0 ? null : tsvectorText(found);
}
