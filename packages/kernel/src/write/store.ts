// The rows themselves, set-wise: one statement per object and kind. The text depends on the object and the columns
// alone, so it is prepared once.
import type { Json } from '@huike/schema';
import type { CatalogObject } from '../catalog/types.ts';
import { copyFrom, copyKind, copyRows } from '../database/copy.ts';
import type { Tx } from '../database/index.ts';
import { sql } from '../database/sql.ts';
import { searchText } from './complete.ts';
import { type Stored, shapeOf } from './shape.ts';
import { dataTable, param, type Statement } from './statement.ts';
import type { Row, Work } from './types.ts';

/** The statements that write what is there already: what goes, what changes, what comes back. */
export function updates(work: Work): Statement[] {
  const of = (op: Row['op']) => [...byObject(work.rows.filter((row) => row.dirty && row.op === op))];
  return [
    ...of('delete').flatMap(([object, rows]) => update(object, rows, binColumns)),
    ...of('update').flatMap(([object, rows]) => update(object, rows, changedColumns(object, rows))),
    ...of('restore').flatMap(([object, rows]) => update(object, rows, binColumns)),
  ];
}

/** The statements that write what is new and isn't copied. */
export function inserts(work: Work): Statement[] {
  return [...byObject(created(work))].flatMap(([object, rows]) =>
    rows.length < copyFrom ? [insert(object, rows)] : [],
  );
}

/** Copies what is new and much. */
export async function copyMany(tx: Tx, work: Work): Promise<void> {
  for (const [object, rows] of byObject(created(work))) if (rows.length >= copyFrom) await copy(tx, object, rows);
}

const created = (work: Work) => work.rows.filter((row) => row.op === 'create');

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

function insert(object: CatalogObject, rows: readonly Row[]): Statement {
  const shape = shapeOf(object);
  return {
    key: `insert ${object.name}`,
    compile: (at) => {
      const columns = sql.join(
        shape.columns.map(({ name }) => sql.identifier(name)),
        ', ',
      );
      const table = dataTable(object.table);
      return sql`insert into ${table} (${columns}) select ${columns} from json_populate_recordset(null::${table}, ${param(at)}::json)`;
    },
    values: [JSON.stringify(rows.map(({ after }) => ({ ...after, '~search': searchText(shape, after) })))],
  };
}

function update(object: CatalogObject, rows: readonly Row[], changed: readonly string[]): Statement[] {
  const columns = [...changed, ...bookkeeping];
  // Lexemes aren't read back: only rows whose own differ may write them.
  const [searched, others] = columns.includes('~search') ? partBySearch(rows) : [[], rows];
  return [
    ...(searched.length === 0 ? [] : [updateColumns(object, searched, columns)]),
    ...(others.length === 0
      ? []
      : [
          updateColumns(
            object,
            others,
            columns.filter((name) => name !== '~search'),
          ),
        ]),
  ];
}

function partBySearch(rows: readonly Row[]): [Row[], Row[]] {
  return [rows.filter((row) => row.changed.has('~search')), rows.filter((row) => !row.changed.has('~search'))];
}

function updateColumns(object: CatalogObject, rows: readonly Row[], columns: readonly string[]): Statement {
  return {
    key: `update ${object.name} ${columns.join()}`,
    compile: (at) => {
      const table = dataTable(object.table);
      const sets = columns.map((name) => sql`${sql.identifier(name)} = n.${sql.identifier(name)}`);
      return sql`
update ${table} t set ${sql.join(sets, ', ')} from json_populate_recordset(null::${table}, ${param(at)}::json) n
where t."id" = n."id"`;
    },
    values: [JSON.stringify(rows.map(({ id, after }) => pick(id, after, columns)))],
  };
}

function pick(id: string, after: Readonly<Stored>, columns: readonly string[]): Stored {
  const row: { [column: string]: Json } = { id };
  for (const name of columns) row[name] = after[name] ?? null;
  return row;
}
