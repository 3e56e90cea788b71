// The rows themselves, set-wise: one statement per object and kind. The text depends on the object and the columns
// alone, so it is prepared once.
import type { Json } from '@huike/schema';
import type { CatalogObject } from '../catalog/types.ts';
import { copyFrom, copyKind, copyRows } from '../database/copy.ts';
import type { Queryable, Tx } from '../database/index.ts';
import { type SQL, sql } from '../database/sql.ts';
import { searchText } from './complete.ts';
import { type Stored, shapeOf } from './shape.ts';
import { dataTable, param, runPlan } from './statement.ts';
import type { Row, Work } from './types.ts';

/** Sends the statements that write what is there already: what goes, what changes, what comes back. */
export function updateRows(db: Queryable, work: Work): Promise<unknown>[] {
  const of = (op: Row['op']) => [...byObject(work.rows.filter((row) => row.dirty && row.op === op))];
  return [
    ...of('delete').map(([object, rows]) => update(db, work, object, rows, binColumns)),
    ...of('update').map(([object, rows]) => update(db, work, object, rows, changedColumns(object, rows))),
    ...of('restore').map(([object, rows]) => update(db, work, object, rows, binColumns)),
  ];
}

/** Sends what is new. Many rows are copied, and that must be waited for. */
export async function insertRows(tx: Tx, work: Work): Promise<Promise<unknown>[]> {
  const sent = [];
  for (const [object, rows] of byObject(work.rows.filter((row) => row.op === 'create'))) {
    if (rows.length >= copyFrom) await copy(tx, object, rows);
    else sent.push(insert(tx, work, object, rows));
  }
  return sent;
}

const binColumns: readonly string[] = ['deletedAt', '~deletion'];
const bookkeeping: readonly string[] = ['version', 'updatedAt', 'updatedBy'];

function byObject(rows: readonly Row[]): Map<CatalogObject, Row[]> {
  const groups = new Map<CatalogObject, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.object);
    if (group === undefined) groups.set(row.object, [row]);
    else group.push(row);
  }
  return groups;
}

/**
 * The columns in which any of the rows differs. All rows are written in all of them: those that don't differ there are
 * locked, and get what they have.
 */
function changedColumns(object: CatalogObject, rows: readonly Row[]): string[] {
  const changed = new Set(rows.flatMap((row) => [...row.changed]));
  return shapeOf(object)
    .columns.map(({ name }) => name)
    .filter((name) => changed.has(name));
}

function copy(tx: Tx, object: CatalogObject, rows: readonly Row[]): Promise<void> {
  const shape = shapeOf(object);
  const columns = shape.columns.map(({ name, sqlType }) => ({ name, kind: copyKind(sqlType) }));
  return copyRows(tx, dataTable(object.table), columns, rows.length, (at) => {
    const after = rows[at]?.after ?? {};
    return columns.map(({ name }) => (name === '~search' ? searchText(shape, after) : after[name]));
  });
}

function insert(db: Queryable, work: Work, object: CatalogObject, rows: readonly Row[]): Promise<unknown> {
  const compile = (): SQL => {
    const columns = sql.join(
      shapeOf(object).columns.map(({ name }) => sql.identifier(name)),
      ', ',
    );
    const table = dataTable(object.table);
    return sql`insert into ${table} (${columns}) select ${columns} from json_populate_recordset(null::${table}, ${param(0)}::json)`;
  };
  return runPlan(db, work, `insert ${object.name}`, compile, [
    JSON.stringify(rows.map(({ after }) => ({ ...after, '~search': searchText(shapeOf(object), after) }))),
  ]);
}

function update(
  db: Queryable,
  work: Work,
  object: CatalogObject,
  rows: readonly Row[],
  changed: readonly string[],
): Promise<unknown> {
  const columns = [...changed, ...bookkeeping];
  // Lexemes aren't read back: only rows whose own differ may write them.
  const [searched, others] = columns.includes('~search') ? partBySearch(rows) : [[], rows];
  const statements = [];
  if (searched.length > 0) statements.push(updateColumns(db, work, object, searched, columns));
  if (others.length > 0)
    statements.push(
      updateColumns(
        db,
        work,
        object,
        others,
        columns.filter((name) => name !== '~search'),
      ),
    );
  return Promise.all(statements);
}

function partBySearch(rows: readonly Row[]): [Row[], Row[]] {
  return [rows.filter((row) => row.changed.has('~search')), rows.filter((row) => !row.changed.has('~search'))];
}

function updateColumns(
  db: Queryable,
  work: Work,
  object: CatalogObject,
  rows: readonly Row[],
  columns: readonly string[],
): Promise<unknown> {
  const compile = (): SQL => {
    const table = dataTable(object.table);
    const sets = columns.map((name) => sql`${sql.identifier(name)} = n.${sql.identifier(name)}`);
    return sql`
update ${table} t set ${sql.join(sets, ', ')} from json_populate_recordset(null::${table}, ${param(0)}::json) n
where t."id" = n."id"`;
  };
  const picked = rows.map(({ id, after }) => pick(id, after, columns));
  return runPlan(db, work, `update ${object.name} ${columns.join()}`, compile, [JSON.stringify(picked)]);
}

function pick(id: string, after: Readonly<Stored>, columns: readonly string[]): Stored {
  const row: { [column: string]: Json } = { id };
  for (const name of columns) row[name] = after[name] ?? null;
  return row;
}
