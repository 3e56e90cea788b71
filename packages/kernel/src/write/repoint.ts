// Turning references from one record to another: what referred to a duplicate refers to the record that stays.
import type { Command, Json } from '@huike/schema';
import type { Actor } from '../access/index.ts';
import type { CatalogField, CatalogObject } from '../catalog/types.ts';
import type { Tx } from '../database/index.ts';
import { sql } from '../database/sql.ts';
import { linkName } from '../evolve/table.ts';
import { writePartialIn } from './index.ts';
import { dataTable } from './statement.ts';
import type { WriteContext } from './types.ts';

/** A reference that was turned. */
export interface Repointed {
  /** Of the object whose record refers. */
  readonly object: string;
  /** Of its field. */
  readonly tag: number;
  readonly record: string;
  readonly from: string;
  readonly to: string;
  /** Of a list that had both: what it refers to now, it did before. */
  readonly had: boolean;
}

interface Reference {
  readonly record: string;
  readonly from: string;
}

/** References that are turned at a time. */
const atOnce = 1_000;

/**
 * Turns the references of living records from the records that are keys of `to` to those that are its values. A
 * reference that a rule refuses to turn stays. Nested rows stay with their record. Locks the records.
 */
export async function repointIn(
  tx: Tx,
  context: WriteContext,
  actor: Actor,
  object: CatalogObject,
  to: ReadonlyMap<string, string>,
): Promise<Repointed[]> {
  const table = dataTable(object.table);
  const ids = [...new Set([...to.keys(), ...to.values()])].sort();
  // Whoever is about to refer to one of them waits, and then finds it deleted.
  await tx.execute(sql`select from ${table} where "id" = any(${sql.value(ids)}::uuid[]) order by "id" for update`);
  const turned: Repointed[] = [];
  for (const field of object.referrers) {
    // Rows of a `table` field belong to their record.
    if ([...object.fields.values()].some(({ inverse }) => inverse === field)) continue;
    const found = await referencesOf(tx, field, [...to.keys()]);
    for (let at = 0; at < found.length; at += atOnce) {
      turned.push(...(await turn(tx, context, actor, field, found.slice(at, at + atOnce), to)));
    }
  }
  return turned;
}

function referencesOf(tx: Tx, field: CatalogField, ids: readonly string[]): Promise<Reference[]> {
  const wanted = sql`${sql.value([...ids])}::uuid[]`;
  if (field.type === 'relations') {
    const source = dataTable(field.object.table);
    return tx.query<Reference>(sql`
select l."source" as record, l."target" as "from" from ${dataTable(linkName(field))} l
join ${source} r on r."id" = l."source" and r."deletedAt" is null where l."target" = any(${wanted}) order by 1`);
  }
  const column = sql.identifier(field.column);
  return tx.query<Reference>(sql`
select "id" as record, ${column} as "from" from ${dataTable(field.object.table)}
where ${column} = any(${wanted}) and "deletedAt" is null order by 1`);
}

async function turn(
  tx: Tx,
  context: WriteContext,
  actor: Actor,
  field: CatalogField,
  references: readonly Reference[],
  to: ReadonlyMap<string, string>,
): Promise<Repointed[]> {
  const lists = field.type === 'relations' ? await listsOf(tx, field, references) : null;
  const byRecord = Map.groupBy(references, ({ record }) => record);
  const commands = [...byRecord].map(([record, some]): Command => {
    const target = (from: string) => to.get(from) ?? from;
    const [first] = some;
    // A record can't be its own parent.
    const one = first === undefined || target(first.from) === record ? null : target(first.from);
    const value: Json = lists === null ? one : [...new Set((lists.get(record) ?? []).map(target))];
    return { op: 'update', object: field.object.name, id: record, values: { [field.name]: value } };
  });
  const results = await writePartialIn(tx, context, actor, commands);
  const refused = new Set(
    results.flatMap((result, index) => ('problem' in result ? [[...byRecord.keys()][index]] : [])),
  );
  return references
    .filter(({ record }) => !refused.has(record))
    .map(({ record, from }) => ({
      object: field.object.id,
      tag: field.tag,
      record,
      from,
      to: to.get(from) ?? from,
      had: lists?.get(record)?.includes(to.get(from) ?? from) === true,
    }));
}

async function listsOf(tx: Tx, field: CatalogField, references: readonly Reference[]): Promise<Map<string, string[]>> {
  const sources = sql.value(references.map(({ record }) => record));
  const rows = await tx.query<{ source: string; target: string }>(sql`
select "source", "target" from ${dataTable(linkName(field))} where "source" = any(${sources}::uuid[])`);
  const lists = new Map<string, string[]>();
  for (const { source, target } of rows) lists.set(source, [...(lists.get(source) ?? []), target]);
  return lists;
}
