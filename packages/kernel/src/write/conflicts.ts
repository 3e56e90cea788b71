// Values that no two records may share. The unique index decides; afterwards it is worked out whose value it was.

import { shortId } from '../catalog/resolve.ts';
import type { CatalogField, CatalogObject } from '../catalog/types.ts';
import { errorCode, type Queryable } from '../database/index.ts';
import { type SQL, sql } from '../database/sql.ts';
import { Moved } from './again.ts';
import { Failures } from './failures.ts';
import { shapeOf, type UniqueKey } from './shape.ts';
import { dataTable, param, runPlan } from './statement.ts';
import type { Row, Work } from './types.ts';

/** A unique index refused the write. */
export class Conflict extends Error {
  readonly work: Work;
  readonly object: CatalogObject;
  readonly key: UniqueKey;

  constructor(work: Work, object: CatalogObject, key: UniqueKey) {
    super(`conflict in ${key.index}`);
    this.work = work;
    this.object = object;
    this.key = key;
  }
}

/** An error of the write as a Conflict, if a unique index of one of its objects raised it; else as it is. */
export function conflictIn(work: Work, error: unknown): unknown {
  if (errorCode(error) !== '23505' || !(error instanceof Error)) return error;
  const index = 'constraint' in error && typeof error.constraint === 'string' ? error.constraint : '';
  for (const object of new Set(work.rows.map((row) => row.object))) {
    const key = keysOf(object).find((one) => one.index === index);
    if (key !== undefined) return new Conflict(work, object, key);
  }
  return error;
}

/** The id is a key too: a client that makes ids may send a record twice. */
function keysOf(object: CatalogObject): UniqueKey[] {
  const id = object.fields.get('id');
  return [
    ...shapeOf(object).uniques,
    ...(id === undefined ? [] : [{ index: `${shortId(object.id)}.id`, fields: [id] }]),
  ];
}

/**
 * Throws what a conflict means: the rows whose values other records have, or Moved when it is worth another try since
 * an upsert met a record that came meanwhile, or none can be found any more.
 */
export async function explain(db: Queryable, conflict: Conflict): Promise<never> {
  const { work, object, key } = conflict;
  const rows = work.rows.filter((row) => row.object === object && row.dirty && row.op !== 'delete');
  const taken = await takenKeys(db, conflict, rows);
  const offenders = rows.filter((row) => taken.has(row.id));
  const [first] = key.fields;
  if (offenders.length === 0 || offenders.every((row) => row.key === first && key.fields.length === 1))
    throw new Moved();
  throwConflict(conflict, offenders);
}

/** Throws the conflict without asking who exactly is meant. */
export function throwConflict({ key, work, object }: Conflict, offenders: readonly Row[] = []): never {
  const failures = new Failures();
  const names = key.fields.map((field) => field.name).join(', ');
  const meant = offenders.length > 0 ? offenders : work.rows.filter((row) => row.object === object && row.dirty);
  for (const { index } of meant) failures.refuse(index, 'write.conflict', { field: names });
  failures.throwIfAny();
  throw new Moved();
}

/** The ids of the rows whose key another record has. */
async function takenKeys(db: Queryable, { work, object, key }: Conflict, rows: readonly Row[]): Promise<Set<string>> {
  if (key.fields.some((field) => field.name === 'id')) {
    const table = dataTable(object.table);
    const statement = () => sql`select "id" from ${table} where "id" = any(${param(0)}::uuid[])`;
    const found = await runPlan<{ id: string }>(db, work, `taken ${key.index}`, statement, [rows.map(({ id }) => id)]);
    return new Set(found.map(({ id }) => id));
  }
  const compile = (): SQL => {
    const table = dataTable(object.table);
    const [n, t] = [sql.identifier('n'), sql.identifier('t')];
    const same = key.fields.flatMap((field) => {
      const value = field.handler.comparable?.expression;
      return value === undefined ? [] : [sql`${value(field, t)} = ${value(field, n)}`];
    });
    return sql`
select ${n}."id" from json_populate_recordset(null::${table}, ${param(0)}::json) ${n} where exists (
  select 1 from ${table} ${t} where ${t}."deletedAt" is null and ${t}."id" <> ${n}."id" and ${sql.join(same, ' and ')})`;
  };
  const values = JSON.stringify(rows.map(({ after }) => ({ ...after, '~search': null })));
  const found = await runPlan<{ id: string }>(db, work, `taken ${key.index}`, compile, [values]);
  return new Set(found.map(({ id }) => id));
}

/** Rows of this very write that would share a value: whoever is given it is refused, of two the later one. */
export function refuseDoubles(work: Work): void {
  for (const object of new Set(work.rows.map((row) => row.object))) {
    const living = work.rows.filter((row) => row.object === object && row.op !== 'delete');
    for (const { fields } of shapeOf(object).uniques) {
      const isGiven = (row: Row) => row.op !== 'update' || fields.some((field) => row.changed.has(field.column));
      const kept = new Set(living.filter((row) => !isGiven(row)).map((row) => valuesOf(row, fields)));
      const given = new Set<string>();
      for (const row of living.filter(isGiven)) {
        const values = valuesOf(row, fields);
        if (values === null) continue;
        const name = fields.find((field) => row.given.has(field))?.name ?? fields[0]?.name ?? '';
        if (kept.has(values)) work.failures.refuse(row.index, 'write.conflict', { field: name });
        else if (given.has(values)) work.failures.issue(row.index, `${row.path}/${name}`, 'value.unique');
        given.add(values);
      }
    }
  }
}

/** The values of a key as text; null where one is empty. */
function valuesOf(row: Row, fields: readonly CatalogField[]): string | null {
  const values = fields.map((field) => row.after[field.column] ?? null);
  return values.includes(null) ? null : JSON.stringify(values);
}
