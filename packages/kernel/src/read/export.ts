import { isJsonObject, type Json, type JsonObject, type ListQuery, problem, queryLimits } from '@huike/schema';
import type { Access, Actor, ObjectAccess } from '../access/index.ts';
import type { CatalogField } from '../catalog/types.ts';
import { appendEvent } from '../changes/index.ts';
import type { Database } from '../database/index.ts';
import { stepsOf } from '../filter/tree.ts';
import { resolvePath } from '../filter/values.ts';
import { list, type Page } from './pages.ts';
import { type ReadContext, reading } from './run.ts';

// Records on their way out as a file: those that the actor may read and export, as the actor sees them, page by page.
// The log tells who took what before the first record goes out.

export interface ExportContext extends ReadContext {
  readonly db: Database;
}

/** One column: the fields along its path, the last one being what it shows. */
export interface ExportField {
  readonly path: string;
  readonly fields: readonly CatalogField[];
}

export interface Exported {
  readonly label: { readonly zh: string; readonly en: string };
  readonly columns: readonly ExportField[];
  /** How many records there were at the start. */
  readonly total: number;
  readonly pages: AsyncGenerator<readonly JsonObject[]>;
}

/** Each may bring its title along. */
const mostColumns = queryLimits.fields / 2;

/**
 * Begins an export. Throws `object.unknown`, `access.denied` for an object that may be read but not exported,
 * `field.unknown`, `query.*`.
 */
export async function exportRecords(
  context: ExportContext,
  actor: Actor,
  name: string,
  query: Pick<ListQuery, 'fields' | 'filter' | 'sort'>,
  format: string,
): Promise<Exported> {
  const { object, columns, titlePath } = await reading(context, actor, name, async (access, target) => {
    if (target.rows('export') === false) throw problem('access.denied');
    const paths = query.fields ?? usual(target);
    if (paths.length > mostColumns)
      throw problem('request.tooMany', { what: 'fields', whatZh: '字段', limit: mostColumns });
    const found = paths.map((path) => {
      const { steps, field } = resolvePath(access, target, stepsOf(path));
      return { path, fields: [...steps, field] };
    });
    return { object: target.object, columns: found, titlePath: (column: ExportField) => titleOf(access, column) };
  });
  const fields = columns.flatMap((column) => [column.path, ...titlePath(column)]);
  const wanted: ListQuery = { ...query, fields, limit: queryLimits.page };
  const page = (more: Partial<ListQuery>) => list(context, actor, name, { ...wanted, ...more }, 'export');
  const first = await page({ count: true });
  const total = first.total ?? 0;
  const what = { format, fields: columns.map(({ path }) => path), filter: asData(query.filter), rows: total };
  await appendEvent(context.db, actor, { type: 'recordsExported', object: object.id, data: what });
  return { label: object.label, columns, total, pages: pages(first, (cursor) => page({ cursor })) };
}

/** A related record shows its title, also where a field of it is asked for beside it. */
function titleOf(access: Access, { path, fields }: ExportField): readonly string[] {
  const field = fields.at(-1);
  if (field === undefined || field.target === null || field.type === 'table') return [];
  if (fields.length >= queryLimits.pathDepth) return [];
  const { title } = field.target;
  return access.object(field.target.name)?.field(title) ? [`${path}.${title.name}`] : [];
}

async function* pages(first: Page, next: (cursor: string) => Promise<Page>): AsyncGenerator<readonly JsonObject[]> {
  for (let page = first; ; page = await next(page.next)) {
    const records: unknown = JSON.parse(page.data);
    yield Array.isArray(records) ? records.filter(isJsonObject) : [];
    if (page.next === null) return;
  }
}

const after = ['owner', 'department', 'createdAt', 'updatedAt'];

/** What a file has when nothing is asked for: the id, what was declared, and who and when. Rows of table fields aren't. */
function usual(target: ObjectAccess): readonly string[] {
  const seen = [...target.object.fields.values()].filter((field) => target.field(field) !== null);
  const declared = seen.filter((field) => !field.system && field.type !== 'table').map((field) => field.name);
  const who = seen.filter((field) => after.includes(field.name)).map((field) => field.name);
  return ['id', ...declared, ...who];
}

/** The filter as the log can keep it: values that were never looked at may be of any kind. */
function asData(filter: ListQuery['filter']): Json {
  return filter === undefined ? null : kept(JSON.parse(JSON.stringify(filter)));
}

function kept(value: Json): Json {
  if (typeof value === 'string') return value.toWellFormed().replaceAll('\0', '');
  if (Array.isArray(value)) return value.map(kept);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [String(kept(key)), kept(inner)]));
}
