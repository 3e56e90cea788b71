import { isId, type Operation } from '@huike/schema';
import { type Actor, toSql } from '../access/index.ts';
import { sql } from '../database/sql.ts';
import { atRun, zoneOf } from '../filter/slots.ts';
import { tableOf } from '../filter/values.ts';
import { version } from './list.ts';
import { planned, statement } from './plan.ts';
import { execute, type ReadContext, reading } from './run.ts';

/**
 * Those of the records that the actor may read (and do `operation` with), living or in the bin: whom a change may be
 * told to. Throws `object.unknown`.
 */
export async function visibleAmong(
  context: ReadContext,
  actor: Actor,
  name: string,
  ids: readonly string[],
  operation: Operation = 'read',
): Promise<ReadonlySet<string>> {
  return reading(context, actor, name, async (access, object, catalog) => {
    const plan = planned(access, JSON.stringify(['visible', operation, name]), () => {
      const row = sql.identifier('t');
      const wanted = atRun((run) => run.values.filter(isId));
      return statement(
        sql`select ${version} as version, coalesce(array_agg(${row}."id"::text), '{}') as ids from ${tableOf(object.object)} ${row} where ${row}."id" = any(${wanted}::uuid[]) and ${toSql(object.rows('read'), row)} and ${toSql(object.rows(operation), row)}`,
      );
    });
    const run = {
      actor,
      catalog,
      values: ids,
      after: [],
      limit: 0,
      now: context.now(),
      timeZone: zoneOf(actor, catalog),
    };
    const [row] = await execute<{ ids: string[] }>(context, plan, run);
    return new Set(row?.ids);
  });
}
