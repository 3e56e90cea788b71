import { problem } from '@huike/schema';
import { type Condition, ofActor, toSql } from '../access/condition.ts';
import type { Access, FieldAccess, ObjectAccess } from '../access/types.ts';
import { formulaOf } from '../catalog/formula.ts';
import type { CatalogField, CatalogObject, Comparable, ComparableType } from '../catalog/types.ts';
import { type SQL, sql } from '../database/sql.ts';
import { formulaSql } from '../fields/formula-sql.ts';
import { nowSlot, todaySlot, zoneSlot } from './slots.ts';

// What a viewer sees of a field, as SQL: the value where it is in clear, null elsewhere. Filters, sorts, groups and
// measures are built on this and nothing else, so that what can't be seen can't be inferred.

/** A field that a query names, with the relations that lead to it. */
export interface ResolvedPath {
  readonly steps: readonly CatalogField[];
  readonly field: CatalogField;
  readonly access: FieldAccess;
}

/** Finds a field by its path under the viewer's rights; null when it isn't there, or nowhere to be seen. */
export function findPath(access: Access, from: ObjectAccess, path: readonly string[]): ResolvedPath | null {
  const steps: CatalogField[] = [];
  let at: ObjectAccess | null = from;
  for (const [index, name] of path.entries()) {
    const field: CatalogField | undefined = at?.object.fields.get(name);
    const seen = field === undefined || at === null ? null : at.field(field);
    if (field === undefined || seen === null) return null;
    if (index === path.length - 1) return { steps, field, access: seen };
    // A masked relation leads nowhere.
    if (!isToOne(field) || field.target === null || seen.clear === false) return null;
    steps.push(field);
    at = access.object(field.target.name);
  }
  return null;
}

/** The same. Unknown and hidden answer alike: throws `field.unknown`. */
export function resolvePath(access: Access, from: ObjectAccess, path: readonly string[]): ResolvedPath {
  const found = findPath(access, from, path);
  if (found === null) throw problem('field.unknown', { field: path.join('.') });
  return found;
}

/** The types that filters compare as, to cast parameters to. */
export const castTo: Readonly<Record<ComparableType, SQL>> = {
  text: sql`text`,
  uuid: sql`uuid`,
  numeric: sql`numeric`,
  float8: sql`float8`,
  date: sql`date`,
  timestamptz: sql`timestamptz`,
  boolean: sql`boolean`,
  int4: sql`int4`,
  'text[]': sql`text[]`,
};

export function isToOne(field: CatalogField): boolean {
  return field.type === 'relation' || field.type === 'user' || field.type === 'department';
}

export function isToMany(field: CatalogField): boolean {
  return field.type === 'relations' || field.type === 'table';
}

export function tableOf(object: CatalogObject): SQL {
  return sql.identifier('data', object.table);
}

export function columnOf(field: CatalogField, row: SQL): SQL {
  return sql`${row}.${sql.identifier(field.column)}`;
}

/** Rows of `alias` that are alive and that the viewer may read. */
export function readable(access: ObjectAccess, alias: SQL): SQL {
  const rows = access.rows('read');
  return rows === true
    ? sql`${alias}."deletedAt" is null`
    : sql`${alias}."deletedAt" is null and ${toSql(rows, alias)}`;
}

/** Guards an expression by the rows on which its field is in clear. */
export function whereClear(clear: Condition, row: SQL, expression: SQL): SQL {
  return clear === true ? expression : sql`case when ${toSql(clear, row)} then ${expression} end`;
}

/**
 * The record that a to-one relation points to, if the viewer may know it: a select from its table as `alias`.
 * `what` is selected, `and` narrows further.
 */
export function through(
  access: Access,
  relation: CatalogField,
  row: SQL,
  clear: Condition,
  what: (alias: SQL, target: ObjectAccess) => SQL,
  and?: (alias: SQL, target: ObjectAccess) => SQL,
): SQL | null {
  const target = relation.target === null ? null : access.object(relation.target.name);
  if (target === null || clear === false) return null;
  const alias = sql.identifier(Symbol(relation.name));
  const guard = clear === true ? sql`` : sql` and ${toSql(clear, row)}`;
  const more = and === undefined ? sql`` : sql` and ${and(alias, target)}`;
  return sql`select ${what(alias, target)} from ${tableOf(target.object)} ${alias} where ${alias}."id" = ${columnOf(relation, row)} and ${readable(target, alias)}${guard}${more}`;
}

/** The comparison that a field's filters and sorts use, formulas included. Throws `query.operator` where there is none. */
export function comparableOf(field: CatalogField): Comparable {
  const { comparable } = field.handler;
  if (comparable === null) throw problem('query.operator', { field: field.name, op: 'compare' });
  return comparable;
}

/** The raw SQL value of a field on a row, before any right of the row: for to-one relations the id of a readable record. */
function rawValue(access: Access, object: ObjectAccess, field: CatalogField, row: SQL): SQL {
  if (isToOne(field)) {
    const select = through(access, field, row, true, (alias) => sql`${alias}."id"`);
    return select === null ? sql`null::uuid` : sql`(${select})`;
  }
  if (field.computed === 'virtual') return virtualValue(access, object, field, row);
  return comparableOf(field).expression(field, row);
}

/** The value that the viewer sees, for comparing. Throws `query.masked` for a field that is nowhere in clear. */
export function seenValue(
  access: Access,
  object: ObjectAccess,
  field: CatalogField,
  seen: FieldAccess,
  row: SQL,
  use: 'filter' | 'sort' = 'filter',
): SQL {
  if (seen.clear === false) throw problem('query.masked', { field: field.name });
  const sortKey = use === 'sort' && !isToOne(field) ? comparableOf(field).sort : undefined;
  const raw = sortKey === undefined ? rawValue(access, object, field, row) : sortKey(field, row);
  return whereClear(seen.clear, row, raw);
}

/** The same over a path of relations: a scalar subquery. */
export function seenAlong(
  access: Access,
  object: ObjectAccess,
  path: ResolvedPath,
  row: SQL,
  use: 'filter' | 'sort' = 'filter',
): SQL {
  const [first, ...more] = path.steps;
  if (first === undefined) return seenValue(access, object, path.field, path.access, row, use);
  const clear = object.field(first)?.clear ?? false;
  const select = through(access, first, row, clear, (alias, target) =>
    seenAlong(access, target, { ...path, steps: more }, alias, use),
  );
  return select === null ? sql`null` : sql`(${select})`;
}

/** A formula computed in the read: over what the viewer sees of its inputs. */
export function virtualValue(access: Access, object: ObjectAccess, field: CatalogField, row: SQL): SQL {
  if (field.definition?.type !== 'formula') return sql`null`;
  const column = (path: string): SQL => {
    const found = findPath(access, object, path.split('.'));
    return found === null || found.access.clear === false ? sql`null` : seenAlong(access, object, found, row);
  };
  return formulaSql(formulaOf(field), column, { today: todaySlot, now: nowSlot, user: ofActor('id'), zone: zoneSlot });
}
