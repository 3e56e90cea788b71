import { problem } from '@huike/schema';
import { type Access, type FieldAccess, type ObjectAccess, toSql } from '../access/index.ts';
import type { CatalogField } from '../catalog/types.ts';
import { type SQL, sql } from '../database/sql.ts';
import { maskText } from '../fields/index.ts';
import { stepsOf } from '../filter/tree.ts';
import { isToMany, isToOne, readable, tableOf, through, virtualValue, whereClear } from '../filter/values.ts';

// What a record looks like on its way out: fields by name, related records nested, masks in place.

/** The fields of a query as a tree: `owner.name` and `owner.department` share one look at the owner. */
export interface Selection {
  readonly [name: string]: Selection;
}

/** Turns paths into a tree. An empty selection of a relation means its id and title. */
export function selectionOf(paths: readonly string[]): Selection {
  const root = emptySelection();
  for (const path of paths) {
    let at = root;
    for (const name of stepsOf(path)) {
      const next: { [name: string]: Selection } = at[name] ?? emptySelection();
      at[name] = next;
      at = next;
    }
  }
  return root;
}

/** Without the names that every object of JavaScript has: a path may be called `constructor`. */
function emptySelection(): { [name: string]: Selection } {
  return Object.create(null);
}

/** Every field that the viewer may see, one level deep. */
export function everything(object: ObjectAccess): Selection {
  const names = [...object.object.fields.values()]
    .filter((field) => object.field(field) !== null)
    .map((field) => field.name);
  return Object.fromEntries(names.map((name) => [name, {}]));
}

/** The columns `value as "name"` of a record on the alias `row`. Throws `field.unknown`. */
export function outputColumns(access: Access, object: ObjectAccess, selection: Selection, row: SQL): SQL {
  const columns = Object.entries(selection).map(([name, inner]) => {
    const field = object.object.fields.get(name);
    const seen = field === undefined ? null : object.field(field);
    if (field === undefined || seen === null) throw problem('field.unknown', { field: name });
    return sql`${outputValue(access, object, field, seen, inner, row)} as ${sql.identifier(name)}`;
  });
  return sql.join(columns, ', ');
}

/** One value as JSON, where the viewer sees it. */
export function outputValue(
  access: Access,
  object: ObjectAccess,
  field: CatalogField,
  seen: FieldAccess,
  inner: Selection,
  row: SQL,
): SQL {
  const nested = Object.keys(inner).length > 0;
  if (isToOne(field)) return relatedRecord(access, field, seen, inner, row);
  if (isToMany(field)) return relatedRecords(access, field, seen, inner, row);
  if (nested) throw problem('field.unknown', { field: `${field.name}.${Object.keys(inner)[0]}` });
  const clear = clearValue(access, object, field, row);
  if (seen.masked === false) return whereClear(seen.clear, row, clear);
  // One column has one type: beside a masked text the clear value is JSON.
  const masked = sql`to_json(${maskedText(access, object, field, row)})`;
  if (seen.clear === false) return sql`case when ${toSql(seen.masked, row)} then ${masked} end`;
  return sql`case when ${toSql(seen.clear, row)} then to_json(${clear}) when ${toSql(seen.masked, row)} then ${masked} end`;
}

function clearValue(access: Access, object: ObjectAccess, field: CatalogField, row: SQL): SQL {
  if (field.computed !== 'virtual' || field.definition?.type !== 'formula') return field.handler.output(field, row);
  const value = virtualValue(access, object, field, row);
  // Decimals travel as text.
  return field.handler.comparable?.type === 'numeric' ? sql`(${value})::text` : value;
}

/** What is computed in the read has no column that its handler could mask. */
function maskedText(access: Access, object: ObjectAccess, field: CatalogField, row: SQL): SQL {
  if (field.computed !== 'virtual') return field.handler.mask(field, row);
  return sql`case when (${virtualValue(access, object, field, row)}) is not null then ${sql.literal(maskText('all', ''))} end`;
}

/** A related record: `{id, title}`, or what the selection asks for beside the id. Null when the viewer may not read it. */
function relatedRecord(access: Access, field: CatalogField, seen: FieldAccess, inner: Selection, row: SQL): SQL {
  const select = through(access, field, row, seen.clear, (alias, target) => recordJson(access, target, inner, alias));
  return select === null ? sql`null` : sql`(${select})`;
}

/** The record on an alias: its id, and its title or what is asked for. */
export function recordJson(access: Access, target: ObjectAccess, inner: Selection, alias: SQL): SQL {
  const asked = Object.keys(inner).length > 0 ? inner : { [target.object.title.name]: {} };
  const shown = Object.entries(asked).filter(([name]) => {
    const field = target.object.fields.get(name);
    // An unseen title is left out; an unseen field that was asked for is an error, below.
    return asked === inner || (field !== undefined && target.field(field) !== null);
  });
  const columns = outputColumns(access, target, { id: {}, ...Object.fromEntries(shown) }, alias);
  const record = sql.identifier(Symbol('record'));
  return sql`(select row_to_json(${record}) from (select ${columns}) ${record})`;
}

/** Many-to-many: an array of related records by title. Rows of a table field: whole, in their order. */
function relatedRecords(access: Access, field: CatalogField, seen: FieldAccess, inner: Selection, row: SQL): SQL {
  const target = field.target === null ? null : access.object(field.target.name);
  if (target === null || seen.clear === false) return sql`'[]'::json`;
  const alias = sql.identifier(Symbol(field.name));
  const guard = seen.clear === true ? sql`` : sql` and ${toSql(seen.clear, row)}`;
  if (field.inverse !== null) {
    const { parent: _, ...own } = Object.keys(inner).length > 0 ? { id: {}, ...inner } : everything(target);
    const record = sql.identifier(Symbol('record'));
    const rows = sql`(select row_to_json(${record}) from (select ${outputColumns(access, target, own, alias)}) ${record})`;
    return sql`(select coalesce(json_agg(${rows} order by ${alias}."position", ${alias}."id"), '[]'::json) from ${tableOf(target.object)} ${alias} where ${alias}.${sql.identifier(field.inverse.column)} = ${row}."id" and ${readable(target, alias)}${guard})`;
  }
  const link = sql.identifier(Symbol('link'));
  return sql`(select coalesce(json_agg(${recordJson(access, target, inner, alias)} order by ${alias}."id"), '[]'::json) from ${sql.identifier('data', `${field.object.name}.${field.name}`)} ${link} join ${tableOf(target.object)} ${alias} on ${alias}."id" = ${link}."target" where ${link}."source" = ${row}."id" and ${readable(target, alias)}${guard})`;
}
