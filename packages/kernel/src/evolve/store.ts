import { asJson, type JsonObject, type Kind, kindNames, type MetadataState, sameJson } from '@huike/schema';
import type { Source } from '../catalog/resolve.ts';
import type { Tx } from '../database/index.ts';
import { type SQL, sql } from '../database/sql.ts';
import type { AsideRow } from './aside.ts';
import type { Prepared } from './prepare.ts';

// Writing the declared state back: only the rows that changed.

export interface ItemChange {
  readonly kind: Kind;
  readonly name: string;
  readonly before: JsonObject | null;
  readonly after: JsonObject | null;
}

/** The items that differ between two states. */
export function changedItems(before: MetadataState, after: MetadataState): ItemChange[] {
  return kindNames.flatMap((kind) => {
    const was: ReadonlyMap<string, MetadataItem> = before[kind];
    const is: ReadonlyMap<string, MetadataItem> = after[kind];
    return [...new Set([...was.keys(), ...is.keys()])].flatMap((name): ItemChange[] => {
      const [old, now] = [was.get(name), is.get(name)];
      if (old === now) return [];
      const change = { kind, name, before: old ? asJson(old) : null, after: now ? asJson(now) : null };
      const same = change.before !== null && change.after !== null && sameJson(change.before, change.after);
      return same ? [] : [change];
    });
  });
}

type MetadataItem = Parameters<typeof asJson>[0];

const json = (value: unknown): SQL => sql`${sql.value(JSON.stringify(value))}::json`;

/** The statements that store the change of a state. */
export function storeState(old: Source, prepared: Prepared, app: string | null): SQL[] {
  const { source, gone } = prepared;
  const items = changedItems(old.state, source.state);
  const kept = items.filter((item) => item.after !== null);
  const lost = items.filter((item) => item.after === null);
  const renewed = items.filter((item) => item.kind === 'objects' && item.after !== null && gone.objects.has(item.name));
  const statements: SQL[] = [];
  const dropped = [...lost, ...renewed].map(({ kind, name }) => ({ kind, name }));
  if (dropped.length > 0) {
    statements.push(
      sql`delete from huike.metadata m using json_to_recordset(${json(dropped)}) as d(kind text, name text) where m.kind = d.kind and m.name = d.name`,
    );
  }
  if (kept.length > 0) {
    const rows = kept.map(({ kind, name, after }) => ({ kind, name, document: after }));
    statements.push(
      sql`insert into huike.metadata (kind, name, document, app) select kind, name, document, ${sql.value(app)}::text from json_to_recordset(${json(rows)}) as d(kind text, name text, document jsonb) on conflict (kind, name) do update set document = excluded.document`,
    );
  }
  return [...statements, ...storeObjects(old, source)];
}

function storeObjects(old: Source, source: Source): SQL[] {
  const ids = new Set([...source.objects.values()].map(({ id }) => id));
  const gone = [...old.objects.values()].filter(({ id }) => !ids.has(id)).map(({ id }) => id);
  const changed = [...source.objects.values()].filter((object) => {
    const was = old.objects.get(object.name);
    return (
      was === undefined || was.id !== object.id || was.nextTag !== object.nextTag || !sameJson(was.tags, object.tags)
    );
  });
  const statements: SQL[] = [];
  if (gone.length > 0) statements.push(sql`delete from huike.object where id = any(${sql.value(gone)}::uuid[])`);
  if (changed.length > 0) {
    const rows = changed.map(({ id, name, nextTag, tags }) => ({ id, name, next_tag: nextTag, tags }));
    statements.push(
      sql`insert into huike.object (id, name, next_tag, tags) select id, name, next_tag, tags from json_to_recordset(${json(rows)}) as o(id uuid, name text, next_tag int, tags jsonb) on conflict (id) do update set next_tag = excluded.next_tag, tags = excluded.tags`,
    );
  }
  return statements;
}

/** Remembers what was set aside, forgets what came back. */
export function storeAside(rows: readonly AsideRow[], restored: readonly string[], version: number): SQL[] {
  const statements: SQL[] = [];
  if (rows.length > 0) {
    statements.push(
      sql`insert into huike.set_aside (id, object_id, object_name, tag, name, detail, columns, links, version) select id, object_id, object_name, tag, name, detail, columns, links, ${sql.value(version)}::int from json_to_recordset(${json(rows)}) as a(id uuid, object_id uuid, object_name text, tag int, name text, detail jsonb, columns jsonb, links jsonb)`,
    );
  }
  if (restored.length > 0) {
    statements.push(sql`delete from huike.set_aside where id = any(${sql.value([...restored])}::uuid[])`);
  }
  return statements;
}

/** The entry of the metadata's own history, from which a change can be undone. */
export async function storeLog(
  tx: Tx,
  entry: {
    readonly version: number;
    readonly actor: string;
    readonly app: string | null;
    readonly document: unknown;
    readonly plan: unknown;
    readonly items: readonly ItemChange[];
  },
): Promise<void> {
  const side = (which: 'before' | 'after') => entry.items.map((item) => [item.kind, item.name, item[which]]);
  await tx.execute(
    sql`insert into huike.metadata_log (version, actor, app, document, plan, before, after) values (${sql.value(entry.version)}, ${sql.value(entry.actor)}, ${sql.value(entry.app)}, ${json(entry.document)}, ${json(entry.plan)}, ${json(side('before'))}, ${json(side('after'))})`,
  );
}
