import { type CopyColumn, copyFrom, copyRows, sql, type Tx } from '@huike/kernel';
import type { Json } from '@huike/schema';
import type { TrackEvent } from './event.ts';

// Interactions: a stream by customer, each kept under the identity by whose identifier it came.

export interface Interaction {
  /** Under whom it is kept. */
  readonly identity: string;
  readonly event: TrackEvent;
}

const seenText = `
insert into huike.interaction_seen (id, received)
select id, $2 from unnest($1::uuid[]) as n (id) on conflict do nothing returning id`;

/** Takes the events that never came before: of the same event in two calls, one waits for the other's end. */
export async function takeNew(tx: Tx, events: readonly TrackEvent[], now: Date): Promise<TrackEvent[]> {
  // In one order everywhere, so that two calls with the same events don't wait for each other.
  const byId = new Map(events.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map((event) => [event.id, event]));
  const rows = await tx.queryText<{ id: string }>(seenText, [[...byId.keys()], now.toISOString()], 'track.seen');
  const fresh = new Set(rows.map(({ id }) => id));
  // Of two with one id in this call the first counts.
  return events.filter(({ id }) => fresh.delete(id));
}

/** Events that came to nothing: they may come again. */
export async function forget(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length > 0)
    await tx.queryText('delete from huike.interaction_seen where id = any($1)', [ids], 'track.forget');
}

const names = ['customer', 'at', 'id', 'received', 'channel', 'type', 'event', 'data'] as const;
const columns: readonly CopyColumn[] = names.map((name) => ({ name, kind: name === 'data' ? 'json' : 'plain' }));
const table = sql.identifier('huike', 'interaction');

const insertText = `
insert into huike.interaction (customer, at, id, received, channel, type, event, data)
select * from unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::timestamptz[], $5::text[], $6::text[], $7::text[], $8::jsonb[])`;

/** Adds interactions to the stream. */
export async function storeInteractions(tx: Tx, interactions: readonly Interaction[], now: Date): Promise<void> {
  const received = now.toISOString();
  const cells = ({ identity, event }: Interaction) => [
    ...[identity, event.at.toISOString(), event.id, received, event.channel, event.type, event.senderId],
  ];
  if (interactions.length >= copyFrom) {
    await copyRows(tx, table, columns, interactions.length, (at) => {
      const one = interactions[at];
      return one === undefined ? [] : [...cells(one), dataOf(one.event)];
    });
  } else if (interactions.length > 0) {
    const rows = interactions.map(cells);
    const values = names.slice(0, -1).map((_, at) => rows.map((row) => row[at] ?? null));
    const data = interactions.map(({ event }) => JSON.stringify(dataOf(event)));
    void tx.queryText(insertText, [...values, data], 'track.insert');
  }
}

function dataOf({ identifiers, traits, properties, record }: TrackEvent): Json {
  return {
    identifiers: identifiers.map(({ key }) => key),
    ...(Object.keys(properties).length > 0 && { properties }),
    ...(Object.keys(traits).length > 0 && { traits }),
    ...(record !== null && { record: { object: record.object } }),
  };
}
