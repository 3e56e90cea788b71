// A channel that sends events: a process with connections that each send their next call as soon as the last answer is
// there. Events are made as they are sent, each with an id of its own.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { say, untilTold } from './process.ts';

export interface Sending {
  readonly port: number;
  readonly key: string;
  readonly connections: number;
  readonly milliseconds: number;
  /** Events in a call. */
  readonly batch: number;
  /** Customers that the events are of; the first of them, so that rounds may differ. */
  readonly people: number;
  readonly first: number;
}

export interface Sent {
  readonly events: number;
  readonly seconds: number;
  /** Milliseconds of each call. */
  readonly latencies: readonly number[];
}

/** A visitor's page views; now and then the visitor is signed in, or leaves a phone number. */
function eventOf(person: number): object {
  const chance = Math.random();
  return {
    id: randomUUID(),
    type: chance < 0.1 ? 'order' : 'pageView',
    identifiers: {
      cookie: `c${person}`,
      ...(chance < 0.3 && { userId: `u${person}` }),
      ...(chance < 0.1 && { phone: `1${String(3_000_000_000 + (person % 6_000_000_000)).padStart(10, '0')}` }),
    },
    properties: { url: `https://shop.example.com/goods/${person % 977}`, title: '商品详情', position: person % 20 },
  };
}

async function send({ port, key, connections, milliseconds, batch, people, first }: Sending): Promise<Sent> {
  const latencies: number[] = [];
  const begun = performance.now();
  let events = 0;
  const line = async () => {
    while (performance.now() - begun < milliseconds) {
      const body = JSON.stringify({
        events: Array.from({ length: batch }, () => eventOf(first + Math.floor(Math.random() * people))),
      });
      const sent = performance.now();
      const answer = await fetch(`http://127.0.0.1:${port}/api/v1/track`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body,
      });
      const text = await answer.text();
      if (answer.status !== 202) throw new Error(`${answer.status} ${text}`);
      latencies.push(performance.now() - sent);
      events += Number(JSON.parse(text).accepted);
    }
  };
  await Promise.all(Array.from({ length: connections }, line));
  await sleep(0);
  return { events, seconds: (performance.now() - begun) / 1000, latencies };
}

if (import.meta.main) {
  process.on('message', (sending: Sending) => void send(sending).then(say));
  untilTold(async () => {});
  say({});
}
