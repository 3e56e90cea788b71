import { isId, problem, queryLimits } from '@huike/schema';
import { type Access, type Actor, anyOf, type ObjectAccess } from '../access/index.ts';
import { appendEvent } from '../changes/index.ts';
import { type Database, sql } from '../database/index.ts';
import { atRun, type Run, zoneOf } from '../filter/slots.ts';
import { readable, tableOf } from '../filter/values.ts';
import { version } from './list.ts';
import { outputValue } from './output.ts';
import { planned, type Statement, statement } from './plan.ts';
import { execute, type ReadContext, reading } from './run.ts';

// Seeing what is masked: by a right of its own, with a reason, and never without an entry in the log.

export interface UnmaskContext extends ReadContext {
  readonly db: Database;
}

/**
 * The clear values of masked fields as the text of a JSON object. Throws `access.denied` without the capability
 * `unmask`, `field.unknown` for a field that isn't even seen masked, `record.unknown`.
 */
export async function unmask(
  context: UnmaskContext,
  actor: Actor,
  name: string,
  id: string,
  { fields, reason }: { readonly fields: readonly string[]; readonly reason: string },
): Promise<string> {
  if (!reason.isWellFormed() || reason.includes('\0'))
    throw problem('query.invalid', { path: '/reason', detail: 'text', detailZh: '应为文本' });
  return reading(context, actor, name, async (access, object, catalog) => {
    if (!access.capabilities.has('unmask')) throw problem('access.denied');
    if (!isId(id)) throw problem('record.unknown');
    const plan = planUnmask(access, object, fields);
    const run: Run = {
      actor,
      catalog,
      values: [id],
      after: [],
      limit: 1,
      now: context.now(),
      timeZone: zoneOf(actor, catalog),
    };
    // The entry commits before the value goes out: nobody sees one without the other.
    return context.db.transaction(async (tx) => {
      const [row] = await execute<{ data: string }>({ ...context, db: tx }, plan, run);
      if (row === undefined) throw problem('record.unknown');
      await appendEvent(tx, actor, {
        type: 'record.unmasked',
        object: object.object.id,
        record: id,
        data: { fields: [...fields], reason },
      });
      return row.data;
    });
  });
}

function planUnmask(access: Access, object: ObjectAccess, names: readonly string[]): Statement {
  if (names.length > queryLimits.fields)
    throw problem('request.tooMany', { what: 'fields', whatZh: '字段', limit: queryLimits.fields });
  const fields = [...new Set(names)].map((name) => {
    const field = object.object.fields.get(name);
    const seen = field === undefined ? null : object.field(field);
    if (field === undefined || seen === null)
      throw problem('field.unknown', { field: name.slice(0, 100).toWellFormed() });
    return { field, seen: { clear: anyOf([seen.clear, seen.masked]), masked: false } };
  });
  return planned(access, JSON.stringify(['unmask', object.object.name, fields.map(({ field }) => field.name)]), () => {
    const row = sql.identifier('t');
    const record = sql.identifier(Symbol('record'));
    // As the read shows them, but for the mask: a related record that can't be read stays out of sight.
    const columns = fields.map(
      ({ field, seen }) => sql`${outputValue(access, object, field, seen, {}, row)} as ${sql.identifier(field.name)}`,
    );
    const id = atRun((run) => (typeof run.values[0] === 'string' ? run.values[0] : null));
    return statement(
      sql`select ${version} as version, row_to_json(${record})::text as data from (select ${sql.join(columns, ', ')} from ${tableOf(object.object)} ${row} where ${row}."id" = ${id}::uuid and ${readable(object, row)}) ${record}`,
    );
  });
}
