// Auto-numbers. A gapless one is counted in the write's own transaction, so its counter stays locked until the commit.
// Any other is counted in a short transaction of its own, so that writers don't wait for each other.
import type { CatalogField } from '../catalog/types.ts';
import type { Queryable } from '../database/index.ts';
import { sql } from '../database/sql.ts';
import { dayOf } from '../fields/index.ts';
import { shapeOf } from './shape.ts';
import type { Row, Work } from './types.ts';

interface Counter {
  readonly field: CatalogField;
  readonly period: string;
  readonly rows: Row[];
}

/**
 * Takes the numbers of new records that may have gaps, in the order of the commands. Before the write's transaction,
 * since no second connection may be asked for while one is held.
 */
export async function numberApart(work: Work): Promise<void> {
  const counters = countersOf(work).filter(({ field }) => !isGapless(field));
  if (counters.length > 0) await work.context.db.transaction((short) => take(short, work, counters, true));
}

/** Takes the numbers that are still missing, in the write's transaction. */
export async function numberWithin(db: Queryable, work: Work): Promise<void> {
  const counters = countersOf(work);
  if (counters.length > 0) await take(db, work, counters, false);
}

function countersOf(work: Work): Counter[] {
  const day = dayOf(work.now, work.catalog.company.timeZone);
  const counters = new Map<CatalogField, Counter>();
  for (const row of work.rows) {
    if (row.op !== 'create') continue;
    for (const field of shapeOf(row.object).numbered) {
      if (field.column in row.numbers) continue;
      const counter = counters.get(field) ?? { field, period: periodOf(field, day), rows: [] };
      counter.rows.push(row);
      counters.set(field, counter);
    }
  }
  // One order for all writers, so that no two wait for each other.
  const place = ({ field, period }: Counter) => `${field.object.id} ${String(field.tag).padStart(9)} ${period}`;
  return [...counters.values()].sort((a, b) => (place(a) < place(b) ? -1 : 1));
}

const isGapless = ({ definition }: CatalogField) => definition?.type === 'autoNumber' && definition.gapless === true;

const takeText = `
insert into huike.counter as c (object, tag, period, value)
select object, tag, period, count from json_to_recordset($1::json) as k (object uuid, tag int, period text, count bigint)
on conflict (object, tag, period) do update set value = c.value + excluded.value
returning c.object, c.tag, c.value::float8 as last`;

async function take(db: Queryable, work: Work, counters: readonly Counter[], apart: boolean): Promise<void> {
  // Lost with a crash only together with the records that were numbered by it: their commits come after in the log.
  if (apart) db.execute(sql`set local synchronous_commit to off`);
  const keys = counters.map(({ field, period, rows }) => ({
    object: field.object.id,
    tag: field.tag,
    period,
    count: rows.length,
  }));
  const taken = await db.queryText<{ object: string; tag: number; last: number }>(
    takeText,
    [JSON.stringify(keys)],
    'write.numbers',
  );
  const day = dayOf(work.now, work.catalog.company.timeZone);
  for (const { field, rows } of counters) {
    const last = taken.find(({ object, tag }) => object === field.object.id && tag === field.tag)?.last ?? 0;
    for (const [i, row] of rows.entries())
      row.numbers[field.column] = numberText(field, last - rows.length + i + 1, day);
  }
}

/** What a counter counts by: the day, month or year of the company's calendar, or for ever. */
function periodOf({ definition }: CatalogField, day: string): string {
  const reset = definition?.type === 'autoNumber' ? definition.reset : undefined;
  return reset === undefined ? '' : day.slice(0, { day: 10, month: 7, year: 4 }[reset]);
}

/** A number by the field's pattern: `HT-{yyyy}{mm}{dd}-{0000}`. A number that needs more digits gets them. */
function numberText({ definition }: CatalogField, value: number, day: string): string {
  const pattern = definition?.type === 'autoNumber' ? definition.pattern : '{0}';
  const [year = '', month = '', date = ''] = day.split('-');
  const parts: Record<string, string> = { yyyy: year, yy: year.slice(2), mm: month, dd: date };
  return pattern.replace(
    /\{(yyyy|yy|mm|dd|0+)\}/g,
    (_, name: string) => parts[name] ?? String(value).padStart(name.length, '0'),
  );
}
