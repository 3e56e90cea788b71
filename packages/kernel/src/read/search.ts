import { problem } from '@huike/schema';
import { type Access, type Actor, accessOf, type Condition, type ObjectAccess, toSql } from '../access/index.ts';
import { type SQL, sql } from '../database/sql.ts';
import { atRun, type Run, zoneOf } from '../filter/slots.ts';
import { readable, tableOf } from '../filter/values.ts';
import { isSearched } from '../search/fields.ts';
import { exactTsqueryText, searchQuery, tsqueryText } from '../search/tokens.ts';
import { version } from './list.ts';
import { refuseUnlikeCount } from './pages.ts';
import { planned, type Statement, statement } from './plan.ts';
import { execute, type ReadContext, withCatalog } from './run.ts';

// Search across objects. Each lexeme carries the tag of its field, so a field that the viewer may not see isn't
// looked into, and one seen on some rows only counts on those.

export interface SearchQuery {
  readonly text: string;
  /** Only these objects; absent means all that may be read. */
  readonly objects?: readonly string[];
  readonly limit?: number;
}

interface Place {
  readonly object: ObjectAccess;
  /** Tags of fields in clear on every row. */
  readonly open: readonly string[];
  readonly partly: readonly { readonly tag: string; readonly clear: Condition }[];
}

const objectsPerStatement = 12;
const mostResults = 100;

/** Found records as the text of a JSON array of `{object, id, title}`, whole-value hits first within their object. */
export async function search(context: ReadContext, actor: Actor, query: SearchQuery): Promise<string> {
  const limit = query.limit ?? 20;
  refuseUnlikeCount('/limit', limit, mostResults);
  if (searchQuery(['1'], query.text).words.length === 0) return '[]';
  return withCatalog(context, async (catalog) => {
    const access = accessOf(catalog, actor);
    const wanted = query.objects ?? [...catalog.objects.keys()];
    const places = wanted.flatMap((name) => placeOf(access, name, query.objects !== undefined));
    const run: Run = {
      actor,
      catalog,
      values: [query.text],
      after: [],
      limit,
      now: context.now(),
      timeZone: zoneOf(actor, catalog),
    };
    const found: string[] = [];
    let left = limit;
    for (let at = 0; at < places.length && left > 0; at += objectsPerStatement) {
      const some = places.slice(at, at + objectsPerStatement);
      const [row] = await execute<{ data: string; n: number }>(context, compiled(access, some, query.text), {
        ...run,
        limit: left,
      });
      if (row === undefined || row.n === 0) continue;
      found.push(row.data.slice(1, -1));
      left -= row.n;
    }
    return `[${found.join()}]`;
  });
}

/** Where to look in an object; nothing when the viewer sees no searchable field of it. */
function placeOf(access: Access, name: string, named: boolean): Place[] {
  const object = access.object(name);
  if (object === null) {
    if (named) throw problem('object.unknown', { object: name.slice(0, 60) });
    return [];
  }
  const open: string[] = [];
  const partly: { tag: string; clear: Condition }[] = [];
  for (const field of object.object.fields.values()) {
    if (!isSearched(field)) continue;
    const clear = object.field(field)?.clear ?? false;
    if (clear === true) open.push(String(field.tag));
    else if (clear !== false) partly.push({ tag: String(field.tag), clear });
  }
  return open.length + partly.length === 0 ? [] : [{ object, open, partly }];
}

function compiled(access: Access, places: readonly Place[], text: string): Statement {
  const words = searchQuery(['1'], text).words.length;
  const key = JSON.stringify(['search', places.map((place) => place.object.object.name), words]);
  return planned(access, key, () => {
    const branches = places.map((place) => sql`(${branch(place, words)})`);
    return statement(
      sql`select ${version} as version, coalesce(json_agg(json_build_object('object', r.object, 'id', r.id, 'title', r.title)), '[]'::json)::text as data, count(*)::int4 as n from (select * from (${sql.join(branches, ' union all ')}) u limit ${atRun((run) => run.limit)}::int4) r`,
    );
  });
}

function branch(place: Place, words: number): SQL {
  const { object } = place;
  const row = sql.identifier('t');
  const { title } = object.object;
  const seen = object.field(title)?.clear ?? false;
  const shown =
    seen === true
      ? title.handler.output(title, row)
      : sql`case when ${toSql(seen, row)} then ${title.handler.output(title, row)} end`;
  const from = (matches: SQL) =>
    sql`select ${sql.literal(object.object.name)}::text as object, ${row}."id" as id, (${shown})::text as title from ${tableOf(object.object)} ${row} where ${matches} and ${readable(object, row)} limit ${atRun((run) => run.limit)}::int4`;
  const exact = matching(place, row, (tags) => atRun((run) => exactTsqueryText(searchQuery(tags, textOf(run)))));
  const loose = sql.join(
    place.partly.length === 0
      ? [matching(place, row, (tags) => atRun((run) => tsqueryText(searchQuery(tags, textOf(run)))))]
      : Array.from({ length: words }, (_, index) =>
          matching(place, row, (tags) => atRun((run) => wordText(tags, textOf(run), index))),
        ),
    ' and ',
  );
  // Two looks, so that "张三" comes before every 张三丰; the second leaves out what the first found.
  return sql`(${from(exact)}) union all (${from(sql`${loose} and (${exact}) is not true`)})`;
}

/** The lexemes of the record match a tsquery made for the fields that the viewer sees on it. */
function matching(place: Place, row: SQL, tsquery: (tags: readonly string[]) => SQL): SQL {
  const on = (tags: readonly string[]) => sql`${row}."~search" @@ ${tsquery(tags)}::tsquery`;
  const parts = place.partly.map(({ tag, clear }) => sql`(${toSql(clear, row)} and ${on([tag])})`);
  return sql`(${sql.join(place.open.length === 0 ? parts : [on(place.open), ...parts], ' or ')})`;
}

function textOf(run: Run): string {
  const [text] = run.values;
  return typeof text === 'string' ? text : '';
}

function wordText(tags: readonly string[], text: string, index: number): string {
  const word = searchQuery(tags, text).words[index];
  return word === undefined ? '' : tsqueryText({ words: [word] });
}
