import { problem, queryLimits } from '@huike/schema';
import type { Access, ObjectAccess } from '../access/index.ts';
import type { CatalogField, ComparableType } from '../catalog/types.ts';
import { type SQL, sql } from '../database/sql.ts';
import { atRun } from '../filter/slots.ts';
import { stepsOf } from '../filter/tree.ts';
import { castTo, comparableOf, isToOne, type ResolvedPath, resolvePath, seenAlong } from '../filter/values.ts';

// Sorting and keyset paging. Empty values are the smallest: `asc nulls first` and `desc nulls last` are one index
// read in either direction. A page goes on after the sort values of the last record of the page before.

export interface SortKey {
  readonly expression: SQL;
  readonly type: ComparableType;
  readonly descending: boolean;
  readonly nullable: boolean;
}

const neverNull: ReadonlySet<string> = new Set(['id', 'version', 'createdAt', 'updatedAt']);

/** The keys of `sort`, closed by the id so that the order is total. Throws `field.unknown`, `query.masked`, `query.operator`. */
export function sortKeys(access: Access, object: ObjectAccess, sort: readonly string[], row: SQL): readonly SortKey[] {
  if (sort.length > queryLimits.sort)
    throw problem('request.tooMany', { what: 'sort fields', whatZh: '排序字段', limit: queryLimits.sort });
  const keys = sort.map((text): SortKey => {
    const descending = text.startsWith('-');
    const path = titled(access, resolvePath(access, object, stepsOf(descending ? text.slice(1) : text)));
    const { field } = path;
    const { type, sort } = comparableOf(field);
    const value = seenAlong(access, object, path, row, 'sort');
    return {
      expression: isLong(field) ? sql`left(${value}, ${sql.literal(sortedLength)})` : value,
      type: sort === undefined ? type : 'text',
      descending,
      nullable: path.steps.length > 0 || path.access.clear !== true || !neverNull.has(field.name),
    };
  });
  const descending = keys[0]?.descending ?? false;
  return [...keys, { expression: sql`${row}."id"`, type: 'uuid', descending, nullable: false }];
}

/** Related records sort by their title, as people see them; by their id where it isn't to be seen. */
function titled(access: Access, path: ResolvedPath): ResolvedPath {
  const { target } = path.field;
  if (target === null || !isToOne(path.field) || path.access.clear === false) return path;
  const title = access.object(target.name)?.field(target.title) ?? null;
  if (title === null || title.clear === false) return path;
  return { steps: [...path.steps, path.field], field: target.title, access: title };
}

/** So many characters of a long text tell its place, so that a cursor can hold them. */
const sortedLength = 200;

function isLong({ type, handler }: CatalogField): boolean {
  return handler.comparable?.type === 'text' && ['longText', 'address', 'formula', 'rollup'].includes(type);
}

/** Spelled as the indexes are: `nulls first` forwards and `nulls last` backwards, the id (the last key) without. */
export function orderBy(keys: readonly SortKey[]): SQL {
  return sql.join(
    keys.map((key, index) => {
      const direction = key.descending ? sql`desc` : sql`asc`;
      const empty = index === keys.length - 1 ? sql`` : key.descending ? sql` nulls last` : sql` nulls first`;
      return sql`${key.expression} ${direction}${empty}`;
    }),
    ', ',
  );
}

/**
 * What lies after a record, as stretches that follow one another: within each, one range of one index. `empty` tells
 * which sort values of that record are null.
 */
export function stretchesAfter(keys: readonly SortKey[], empty: readonly boolean[]): readonly SQL[] {
  const [key, id] = keys;
  if (keys.length === 2 && key !== undefined && id !== undefined) return singleKey(key, id, empty[0] === true);
  return [lexicographic(keys, empty)];
}

function after(key: SortKey, index: number): SQL {
  return sql`${atRun((run) => run.after[index] ?? null)}::${castTo[key.type]}`;
}

function singleKey(key: SortKey, id: SortKey, empty: boolean): readonly SQL[] {
  const compare = key.descending ? sql`<` : sql`>`;
  const beyondId = sql`${id.expression} ${compare} ${after(id, 1)}`;
  const beyond = sql`(${key.expression}, ${id.expression}) ${compare} (${after(key, 0)}, ${after(id, 1)})`;
  if (!key.nullable) return [beyond];
  if (empty) {
    const rest = sql`${key.expression} is null and ${beyondId}`;
    return key.descending ? [rest] : [rest, sql`${key.expression} is not null`];
  }
  return key.descending ? [beyond, sql`${key.expression} is null`] : [beyond];
}

/** (a, b, id) after (x, y, z): a beyond x, or a = x and b beyond y, or both equal and id beyond z. */
function lexicographic(keys: readonly SortKey[], empty: readonly boolean[]): SQL {
  const branches = keys.map((key, index) => {
    const equal = keys
      .slice(0, index)
      .map((before, at) =>
        empty[at] === true ? sql`${before.expression} is null` : sql`${before.expression} = ${after(before, at)}`,
      );
    return sql`(${sql.join([...equal, beyond(key, index, empty[index] === true)], ' and ')})`;
  });
  return sql`(${sql.join(branches, ' or ')})`;
}

function beyond(key: SortKey, index: number, empty: boolean): SQL {
  if (empty) return key.descending ? sql`false` : sql`${key.expression} is not null`;
  if (!key.descending) return sql`${key.expression} > ${after(key, index)}`;
  const less = sql`${key.expression} < ${after(key, index)}`;
  return key.nullable ? sql`(${less} or ${key.expression} is null)` : less;
}
