import type { FormulaFieldType, OperationName, Typed, TypedFormula } from '@huike/schema';
import type { CatalogField, ComparableType } from '../catalog/types.ts';
import { type SQL, sql } from '../database/sql.ts';
import { datesSql } from './formula-sql/date.ts';
import { logicSql } from './formula-sql/logic.ts';
import { numberSql } from './formula-sql/number.ts';
import { operatorsSql } from './formula-sql/operators.ts';
import { cast, keptText, type SqlEnv, shown, type ToSql, within } from './formula-sql/parts.ts';
import { textSql } from './formula-sql/text.ts';

// Formulas in SQL: the second back end. Every argument stands once in what it becomes, so that the text grows with the
// formula and no faster; nothing that it can compute raises an error.

export type { SqlEnv };

const byComparable: Readonly<Record<ComparableType, FormulaFieldType | null>> = {
  text: 'text',
  uuid: 'id',
  numeric: 'number',
  float8: 'double',
  int4: 'number',
  date: 'date',
  timestamptz: 'dateTime',
  boolean: 'boolean',
  'text[]': null,
};

/** What a field is in a formula, as it is in filters; null when it can't stand in one. */
export function typeInFormula({ handler }: CatalogField): FormulaFieldType | null {
  return handler.comparable === null ? null : byComparable[handler.comparable.type];
}

/**
 * A formula as an SQL expression of the type that its field returns. `columnOf` gives the value of a field: numeric or
 * float8, text, boolean, date, timestamptz or uuid by its type, money in the company's currency; null where it is
 * unknown.
 */
export function formulaSql(formula: TypedFormula, columnOf: (path: string) => SQL, env: SqlEnv): SQL {
  const value = nodeSql(formula.root, columnOf, env);
  if (formula.returns === 'number') return sql`(${value})::float8`;
  return formula.type === 'number' ? shown(value) : value;
}

function nodeSql(node: Typed, columnOf: (path: string) => SQL, env: SqlEnv): SQL {
  switch (node.kind) {
    case 'literal':
      return cast(node.value === null ? sql`null` : sql.literal(node.value), node.type);
    case 'field':
      return fieldSql(columnOf(node.path), node.column);
    case 'apply':
      return operationsSql[node.operation](
        node.args.map((arg) => nodeSql(arg, columnOf, env)),
        env,
      );
  }
}

function fieldSql(column: SQL, type: FormulaFieldType): SQL {
  // By way of text, which is the shortest that a double stands for.
  if (type === 'double') return within(sql`round((${column})::text::numeric, 20)`);
  return type === 'text' ? keptText(cast(column, type)) : cast(column, type);
}

const operationsSql: Readonly<Record<OperationName, ToSql>> = {
  ...operatorsSql,
  ...logicSql,
  ...textSql,
  ...numberSql,
  ...datesSql,
};
