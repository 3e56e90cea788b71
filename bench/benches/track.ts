// Events of channels, stitched and committed, through HTTP; against COPY by hand of the same interactions. Then the same
// with ten million identifiers that are there already, and the look-up of a customer among them.

import { pipeline } from 'node:stream/promises';
import { createWriteKey } from '@huike/kernel';
import pg from 'pg';
import { from } from 'pg-copy-streams';
import type { Bench, Run } from '../lib/bench.ts';
import { openClient } from '../lib/compare.ts';
import { quantile } from '../lib/median.ts';
import { startProgram } from '../lib/process.ts';
import { type Finding, figure, number, percent } from '../lib/report.ts';
import type { Sending, Sent } from '../lib/sender.ts';
import { type Served, serveProduct } from '../lib/servers.ts';
import { createTenant, openKernel } from '../lib/tenant.ts';

const database = 'track';
const roundLength = 20_000;
const customers = 200_000;
const already = 10_000_000;

interface Case {
  readonly what: string;
  readonly batch: number;
  readonly connections: number;
  /** Events a second at least, and milliseconds at most for 99 calls of 100. */
  readonly aim: number;
  readonly slowest: number | null;
}

const cases: readonly Case[] = [
  { what: 'events in calls of 200', batch: 200, connections: 4, aim: 10_000, slowest: 150 },
  { what: 'events in calls of 500', batch: 500, connections: 2, aim: 10_000, slowest: 150 },
  { what: 'events in calls of 5,000', batch: 5_000, connections: 2, aim: 25_000, slowest: null },
];

async function sending(sending: Sending): Promise<Sent> {
  await using sender = await startProgram('sender.ts', {});
  const sent = await sender.ask(sending);
  if (typeof sent !== 'object' || sent === null || !('events' in sent)) throw new Error('the sender has no result');
  return sent as Sent;
}

/** Rows a second of a bare COPY of interactions that are there, into a table like theirs. */
async function copyRate(url: string): Promise<number> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const { rows } = await client.query<{ line: string }>(
      `select concat_ws(e'\\t', customer, at, id, received, channel, type, event, data) as line from huike.interaction limit 100000`,
    );
    const text = Buffer.from(rows.map(({ line }) => `${line.replaceAll('\\', '\\\\')}\n`).join(''));
    await client.query(
      'create table if not exists copied (like huike.interaction, primary key (customer, at, id, received))',
    );
    const begun = performance.now();
    await pipeline([text], client.query(from('copy copied from stdin')));
    const seconds = (performance.now() - begun) / 1000;
    await client.query('drop table copied');
    return rows.length / seconds;
  } finally {
    await client.end();
  }
}

async function measure(run: Run, server: Served, key: string, first: number, note: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  const milliseconds = run.size.milliseconds(roundLength);
  const common = { port: server.port, key, milliseconds, people: run.size.rows(customers), first };
  run.progress('warming up');
  await sending({ ...common, milliseconds: milliseconds / 4, batch: 500, connections: 2 });
  for (const { what, batch, connections, aim, slowest } of cases) {
    run.progress(`${what}${note}`);
    const { events, seconds, latencies } = await sending({ ...common, batch, connections });
    const copy = await copyRate(run.cluster.urlOf(database));
    const [rate, late] = [events / seconds, quantile(latencies, 0.99)];
    const goal = note === '' ? aim : aim / 2;
    findings.push({
      what: `${what}${note}`,
      measured: `${number(rate)}/s, p99 ${number(late)} ms`,
      against: `COPY ${number(copy)}/s`,
      ratio: percent(rate / copy),
      cost: '',
      aim: `≥ ${number(goal)}/s${slowest === null ? '' : `, p99 < ${slowest} ms`}`,
      met: rate >= goal && (slowest === null || late < slowest),
    });
  }
  return findings;
}

/** Identifiers of customers that came long ago, in the order of their ids. */
async function fillIdentifiers(url: string, count: number): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const id = `('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid`;
    await client.query(
      `insert into huike.identity select ${id}, ${id}, true, now() - interval '1 year' from generate_series(1, ${count}) n`,
    );
    await client.query(`insert into huike.identifier (key, identity, channel, first_seen, last_seen)
      select 'userId:x' || n, ${id}, 'webShop', now() - interval '1 year', now() from generate_series(1, ${count}) n`);
    await client.query('vacuum analyze huike.identity, huike.identifier');
  } finally {
    await client.end();
  }
}

/** Of customers with a record, by any of their identifiers. */
async function measureLookup(run: Run, server: Served, token: string): Promise<Finding> {
  run.progress('look-up of a customer');
  const client = new pg.Client(run.cluster.urlOf(database));
  await client.connect();
  const { rows } = await client.query<{ key: string }>(
    `select i.key from huike.identifier i join huike.identity n on n.id = i.identity and n.known where i.key like 'userId:u%' limit 5000`,
  );
  await client.end();
  const requests = rows.map(({ key }) => ({
    method: 'GET' as const,
    path: `/api/v1/customers/lookup?kind=userId&value=${key.slice(key.indexOf(':') + 1)}`,
    token,
  }));
  await using loader = await openClient();
  const load = { port: server.port, requests, connections: 4, milliseconds: run.size.milliseconds(10_000) };
  await loader.load(load);
  const { latencies, answers, seconds } = await loader.load(load);
  const late = quantile(latencies, 0.99);
  return figure(
    `look-up of a customer among ${number(run.size.rows(already))} identifiers, 4 connections`,
    `${number(answers / seconds)}/s, p99 ${number(late)} ms`,
    { aim: 'p99 < 5 ms', met: late < 5 },
  );
}

export const track: Bench = {
  name: 'track',
  async run(run) {
    const { cluster, size } = run;
    const tokens = await createTenant(cluster, database);
    const { key } = await (async () => {
      await using kernel = await openKernel(cluster, database, 2);
      return createWriteKey(kernel.people, { kind: 'system', name: 'setup' }, { name: 'bench', channel: 'webShop' });
    })();
    try {
      await using server = await serveProduct(cluster, database);
      const findings = await measure(run, server, key, 0, '');
      run.progress('ten million identifiers');
      await fillIdentifiers(cluster.urlOf(database), size.rows(already));
      findings.push(...(await measure(run, server, key, 0, `, ${number(size.rows(already))} identifiers more`)));
      findings.push(await measureLookup(run, server, tokens.administrator));
      return findings;
    } finally {
      await cluster.drop(database);
    }
  },
};
