// Writing to the log, always in the transaction of what is logged.
import { newId } from '@huike/schema';
import type { Actor } from '../access/actor.ts';
import { type CopyColumn, copyFrom, copyRows } from '../database/copy.ts';
import { type SQL, sql } from '../database/sql.ts';
import type { Queryable, Tx } from '../database/transaction.ts';
import { actorName, type Batch, type NewChange, type NewEvent } from './change.ts';

/** The statement that logs the changes of a write; `at` gives the place of each of `appendValues`, in their order. */
export function appendSql(at: (place: number) => SQL): SQL {
  const common = [0, 1, 2, 3, 4, 5, 6].map(at);
  return sql`
insert into huike.change_pending (op, object, record, version, data, actor, on_behalf, at, batch, request, ip, agent)
select c.op, c.object, c.record, c.version, c.data, ${sql.join(common, ', ')}
from json_to_recordset(${at(7)}::json) as c (op text, object uuid, record uuid, version int, data jsonb)`;
}

export function appendValues(batch: Batch, changes: readonly NewChange[]): (string | null)[] {
  return [...batchValues(batch), JSON.stringify(changes)];
}

const appendText = sql.compile(appendSql((place) => sql.value(place))).text;

/** Logs the changes of one write, in their order. Waits when there are many, since those are copied. */
export async function appendChanges(tx: Tx, batch: Batch, changes: readonly NewChange[]): Promise<void> {
  if (changes.length === 0) return;
  if (changes.length >= copyFrom) await copyChanges(tx, batch, changes);
  else await tx.queryText(appendText, appendValues(batch, changes), 'changes.append');
}

const plain = (name: string): CopyColumn => ({ name, kind: 'plain' });
const copied: readonly CopyColumn[] = [
  ...['op', 'object', 'record', 'version'].map(plain),
  { name: 'data', kind: 'json' },
  ...['actor', 'on_behalf', 'at', 'batch', 'request', 'ip', 'agent'].map(plain),
];

function copyChanges(tx: Tx, batch: Batch, changes: readonly NewChange[]): Promise<void> {
  const common = batchValues(batch);
  return copyRows(tx, sql.identifier('huike', 'change_pending'), copied, changes.length, (at) => {
    const change = changes[at];
    if (change === undefined) return [];
    const { op, object, record, version, data } = change;
    return [op, object, record, version, data, ...common];
  });
}

/** Stands for the record of an event that is about none. */
export const noRecord = '00000000-0000-0000-0000-000000000000';

/** jsonb holds no NUL and no half of a pair: what came from outside may have them. */
const storable = (_: string, value: unknown): unknown =>
  typeof value === 'string' ? value.replaceAll('\0', '\uFFFD').toWellFormed() : value;

const eventText = `
insert into huike.change_pending (kind, op, object, record, data, actor, on_behalf, at, batch, request, ip, agent)
values ('event', $1, $2, $3, $4::jsonb, $5, $6, $7, $8, $9, $10, $11)`;

/** Logs an event. */
export async function appendEvent(tx: Queryable, actor: Actor, event: NewEvent): Promise<void> {
  const batch = { id: newId(), actor, onBehalf: null, at: new Date() };
  const values = [event.type, event.object ?? null, event.record ?? noRecord, JSON.stringify(event.data, storable)];
  await tx.queryText(eventText, [...values, ...batchValues(batch)], 'changes.event');
}

/** The values that each row of a batch carries: actor, on_behalf, at, batch, request, ip, agent. */
function batchValues(batch: Batch): (string | null)[] {
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
