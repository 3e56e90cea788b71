// Which records show a file, and who may read it therefore.
import { problem } from '@huike/schema';
import type { Actor } from '../access/actor.ts';
import type { Queryable } from '../database/index.ts';
import { sql } from '../database/sql.ts';

export interface FileLink {
  readonly fileId: string;
  readonly objectId: string;
  readonly fieldTag: number;
  readonly recordId: string;
}

/** Answers, for each link, whether the actor may read that field of that record now. */
export type CanReadFields = (links: readonly FileLink[]) => Promise<readonly boolean[]>;

const rowsOf = (links: readonly FileLink[]) => sql`
  json_to_recordset(${sql.value(JSON.stringify(links))}::json)
    as t ("fileId" uuid, "objectId" uuid, "fieldTag" int, "recordId" uuid)`;

/** Notes that fields of records show files; in the write's transaction. Throws `file.unknown`. */
export async function linkFiles(db: Queryable, links: readonly FileLink[]): Promise<void> {
  if (links.length === 0) return;
  const [found] = await db.query<{ count: number }>(sql`
    with known as (
      select t.* from ${rowsOf(links)} join huike.file f on f.id = t."fileId" where f.state = 'stored'
    ), linked as (
      insert into huike.file_link (file_id, object_id, field_tag, record_id)
      select "fileId", "objectId", "fieldTag", "recordId" from known on conflict do nothing
    )
    select count(*)::int as count from known`);
  if (found?.count !== links.length) throw problem('file.unknown');
}

/** Notes that fields show them no longer. A file without any link goes after 30 days. */
export async function unlinkFiles(db: Queryable, links: readonly FileLink[]): Promise<void> {
  if (links.length === 0) return;
  await db.execute(sql`
    with gone as (
      delete from huike.file_link l using ${rowsOf(links)}
      where l.file_id = t."fileId" and l.object_id = t."objectId" and l.field_tag = t."fieldTag" and l.record_id = t."recordId"
      returning l.file_id
    )
    update huike.file set unlinked_at = now() where id in (select file_id from gone)`);
}

/** Records were removed for good. */
export async function unlinkRecords(db: Queryable, objectId: string, recordIds: readonly string[]): Promise<void> {
  await db.execute(sql`
    with gone as (
      delete from huike.file_link
      where object_id = ${sql.value(objectId)} and record_id = any (${sql.value([...recordIds])}::uuid[])
      returning file_id
    )
    update huike.file set unlinked_at = now() where id in (select file_id from gone)`);
}

/** A field, or with null a whole object, was removed for good. */
export async function unlinkField(db: Queryable, objectId: string, fieldTag: number | null): Promise<void> {
  const field = fieldTag === null ? sql`true` : sql`field_tag = ${sql.value(fieldTag)}`;
  await db.execute(sql`
    with gone as (delete from huike.file_link where object_id = ${sql.value(objectId)} and ${field} returning file_id)
    update huike.file set unlinked_at = now() where id in (select file_id from gone)`);
}

/** Whether the actor may read a file: its uploader until it is linked; then whoever may read a field that shows it. */
export async function mayRead(db: Queryable, actor: Actor, id: string, canRead: CanReadFields): Promise<boolean> {
  return (await readableFiles(db, actor, [id], canRead)).has(id);
}

/** Those of the files that the actor may read. */
export async function readableFiles(
  db: Queryable,
  actor: Actor,
  ids: readonly string[],
  canRead: CanReadFields,
): Promise<ReadonlySet<string>> {
  const files = await db.query<{ id: string; own: boolean; linked: boolean }>(sql`
    select id, coalesce(created_by = ${sql.value(actor.kind === 'user' ? actor.id : null)}::uuid, false) as own,
      unlinked_at is not null or exists (select from huike.file_link l where l.file_id = f.id) as linked
    from huike.file f where id = any (${sql.value([...ids])}::uuid[]) and state = 'stored'`);
  const readable = new Set(
    files.filter(({ own, linked }) => actor.kind === 'system' || (own && !linked)).map(({ id }) => id),
  );
  const open = new Set(files.filter(({ id, linked }) => linked && !readable.has(id)).map(({ id }) => id));
  let last: FileLink | undefined;
  while (open.size > 0) {
    const links = await db.query<FileLink>(sql`
      select file_id as "fileId", object_id as "objectId", field_tag as "fieldTag", record_id as "recordId"
      from huike.file_link where file_id = any (${sql.value([...open])}::uuid[]) and ${after(last)}
      order by file_id, object_id, field_tag, record_id limit ${sql.value(page)}`);
    const answers = await canRead(links);
    for (const [n, { fileId }] of links.entries()) {
      if (answers[n] !== true) continue;
      readable.add(fileId);
      open.delete(fileId);
    }
    if (links.length < page) break;
    last = links.at(-1);
  }
  return readable;
}

const page = 500;

const after = (link: FileLink | undefined) =>
  link === undefined
    ? sql`true`
    : sql`(file_id, object_id, field_tag, record_id) > (${sql.value(link.fileId)}::uuid, ${sql.value(link.objectId)}::uuid,
        ${sql.value(link.fieldTag)}::int, ${sql.value(link.recordId)}::uuid)`;

/**
 * Those of the files that the actor may not put into a record: neither uploaded by them nor readable by them already
 * (naming one must not open it), or not there.
 */
export async function checkLinkable(
  db: Queryable,
  actor: Actor,
  ids: readonly string[],
  canRead: CanReadFields,
): Promise<ReadonlySet<string>> {
  const own = await db.query<{ id: string }>(sql`
    select id from huike.file where id = any (${sql.value([...ids])}::uuid[]) and state = 'stored'
      and created_by = ${sql.value(actor.kind === 'user' ? actor.id : null)}::uuid`);
  const refused = new Set(ids);
  for (const { id } of own) refused.delete(id);
  if (refused.size === 0) return refused;
  return refused.difference(await readableFiles(db, actor, [...refused], canRead));
}
