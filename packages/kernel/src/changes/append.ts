// Writing to the log, always in the transaction of what is logged.
import { newId } from '@huike/schema';
import type { Actor } from '../access/actor.ts';
import type { Queryable, Value } from '../database/transaction.ts';
import { actorName, type Batch, type NewChange, type NewEvent } from './change.ts';

const appendText = `
insert into huike.change_pending (op, object, record, version, data, actor, on_behalf, at, batch, request, ip, agent)
select c.op, c.object, c.record, c.version, c.data, $2, $3, $4, $5, $6, $7, $8
from json_to_recordset($1::json) as c (op text, object uuid, record uuid, version int, data jsonb)`;

/** Logs the changes of one write, in their order. */
export async function appendChanges(tx: Queryable, batch: Batch, changes: readonly NewChange[]): Promise<void> {
  if (changes.length === 0) return;
  await tx.queryText(appendText, [JSON.stringify(changes), ...batchValues(batch)], 'changes.append');
}

const eventText = `
insert into huike.change_pending (kind, op, object, record, data, actor, on_behalf, at, batch, request, ip, agent)
values ('event', $1, $2, $3, $4::jsonb, $5, $6, $7, $8, $9, $10, $11)`;

/** Logs an event. */
export async function appendEvent(tx: Queryable, actor: Actor, event: NewEvent): Promise<void> {
  const batch = { id: newId(), actor, onBehalf: null, at: new Date() };
  const values = [event.type, event.object ?? null, event.record ?? null, JSON.stringify(event.data)];
  await tx.queryText(eventText, [...values, ...batchValues(batch)], 'changes.event');
}

/** The values that each row of a batch carries: actor, on_behalf, at, batch, request, ip, agent. */
export function batchValues(batch: Batch): Value[] {
  const origin = batch.actor.kind === 'user' ? batch.actor.origin : null;
  return [
    actorName(batch.actor),
    batch.onBehalf,
    batch.at.toISOString(),
    batch.id,
    origin?.requestId ?? null,
    origin?.ip ?? null,
    origin?.userAgent ?? null,
  ];
}
