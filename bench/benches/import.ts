// Many records at once, through the one write path and as a file; against COPY by hand of the very same rows, changes
// and all, into the same tables with the same indexes.
import { pipeline } from 'node:stream/promises';
import type { Kernel, UserActor } from '@huike/kernel';
import type { Command } from '@huike/schema';
import pg from 'pg';
import { from, to } from 'pg-copy-streams';
import type { Bench, Run } from '../lib/bench.ts';
import type { Cluster } from '../lib/cluster.ts';
import { processorTimes, ranBetween } from '../lib/cpu.ts';
import { importFile } from '../lib/import-file.ts';
import { median, quantile } from '../lib/median.ts';
import { metadata, searchedLess } from '../lib/metadata.ts';
import { managers } from '../lib/people.ts';
import { valuesAt } from '../lib/prospects.ts';
import { quiet } from '../lib/quiet.ts';
import { comparison, type Finding, figure, number } from '../lib/report.ts';
import { actorOf, createTenant, openKernel } from '../lib/tenant.ts';

const all = 100_000;
const rounds = 5;
const rowsAtOnce = 1_000;
/** Batches under way at the same time, so that the database works while the next one is made ready. */
const together = 2;

async function writeRows(kernel: Kernel, actor: UserActor, first: number, count: number): Promise<void> {
  let next = first;
  const line = async () => {
    while (next < first + count) {
      const begin = next;
      next = Math.min(begin + rowsAtOnce, first + count);
      const commands = Array.from({ length: next - begin }, (_, index): Command => {
        return { op: 'create', object: 'prospect', values: valuesAt(begin + index) };
      });
      await kernel.write(actor, commands);
    }
  };
  await Promise.all(Array.from({ length: together }, line));
}

interface Copied {
  readonly table: string;
  readonly columns: string;
  readonly lines: readonly Buffer[];
}

/** The rows that were written after a record, and their changes, as COPY takes them. */
async function rowsSince(cluster: Cluster, database: string, last: string): Promise<Copied[]> {
  const client = new pg.Client(cluster.urlOf(database));
  await client.connect();
  const columnsOf = async (...tables: readonly string[]) => {
    const { rows } = await client.query(
      `select string_agg(name, ',') as columns from (
         select quote_ident(attname) as name from pg_attribute
         where attrelid = any ($1::regclass[]) and attnum > 0 and not attisdropped and attidentity = ''
         group by attname having count(*) = cardinality($1::regclass[]) order by min(attnum)) c`,
      [tables],
    );
    return String(rows[0]?.columns);
  };
  const linesOf = async (query: string) => {
    const lines: Buffer[] = [];
    for await (const chunk of client.query(to(`copy (${query}) to stdout`))) lines.push(chunk);
    return lines;
  };
  try {
    const records = await columnsOf('data.prospect');
    const changes = await columnsOf('huike.change_pending', 'huike.change');
    const after = client.escapeLiteral(last);
    const lines = await linesOf(`select ${records} from data.prospect where id > ${after} order by id`);
    const told = await linesOf(`select ${changes} from huike.change where record > ${after} order by record`);
    return [
      { table: 'data.prospect', columns: records, lines },
      { table: 'huike.change_pending', columns: changes, lines: told },
    ];
  } finally {
    await client.end();
  }
}

async function copyRows(client: pg.Client, copied: readonly Copied[]): Promise<void> {
  await client.query('begin');
  for (const { table, columns, lines } of copied)
    await pipeline(lines, client.query(from(`copy ${table} (${columns}) from stdin`)));
  await client.query('commit');
}

async function lastId(cluster: Cluster, database: string): Promise<string> {
  const client = new pg.Client(cluster.urlOf(database));
  await client.connect();
  const { rows } = await client.query('select id from data.prospect order by id desc limit 1');
  await client.end();
  return rows[0]?.id ?? '00000000-0000-0000-0000-000000000000';
}

async function measure({ size, cluster }: Run, what: string, aims: boolean): Promise<Finding[]> {
  await using kernel = await openKernel(cluster, 'imports');
  const [manager] = managers;
  const actor = await actorOf(kernel, manager?.id ?? '');
  const floor = new pg.Client(cluster.urlOf('floor'));
  await floor.connect();
  const count = Math.round(size.rows(all) / rounds);
  const found: { readonly measured: Timed; readonly against: Timed }[] = [];
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    const last = await lastId(cluster, 'imports');
    const measured = await timed(cluster, count, () => writeRows(kernel, actor, round * count, count));
    await quiet(cluster, 'imports');
    const rows = await rowsSince(cluster, 'imports', last);
    const against = await timed(cluster, count, () => copyRows(floor, rows));
    if (round > 0) found.push({ measured, against });
  }
  await floor.end();
  const ratios = found.map(({ measured, against }) => measured.rate / against.rate);
  const rate = median(found.map(({ measured }) => measured.rate));
  const compared = {
    measured: rate,
    against: median(found.map(({ against }) => against.rate)),
    ratio: median(ratios),
    spread: [quantile(ratios, 0.25), quantile(ratios, 0.75)] as const,
    cost: [
      median(found.map(({ measured }) => measured.cost)),
      median(found.map(({ against }) => against.cost)),
    ] as const,
  };
  if (!aims) return [comparison(what, compared, null)];
  return [
    comparison(what, compared, 0.5),
    figure(`${what}: rows a second`, number(rate), { aim: '≥ 15,000', met: rate >= 15_000 }),
  ];
}

interface Timed {
  /** Rows a second. */
  readonly rate: number;
  /** Processor time of this process and PostgreSQL for one row, in microseconds. */
  readonly cost: number;
}

async function timed(cluster: Cluster, count: number, work: () => Promise<void>): Promise<Timed> {
  const look = () => processorTimes([process.pid], [cluster.pid()]);
  const before = look();
  const begun = performance.now();
  await work();
  const milliseconds = performance.now() - begun;
  return { rate: (count * 1000) / milliseconds, cost: ranBetween(before, look()) / count };
}

export const importing: Bench = {
  name: 'import',
  async run(run) {
    const { cluster, size, progress } = run;
    const findings: Finding[] = [];
    const cases = [
      { what: 'import through write, four fields searched', document: metadata, aims: true },
      { what: 'import through write, name, phone and e-mail searched', document: searchedLess, aims: false },
    ];
    for (const { what, document, aims } of cases) {
      progress(what);
      const tokens = await createTenant(cluster, 'imports', document);
      await cluster.create('floor', 'imports');
      findings.push(...(await measure(run, what, aims)));
      if (aims) {
        progress('import of a file');
        const rate = await importFile(cluster, 'imports', tokens.managers[0] ?? '', size.rows(all));
        findings.push(figure('import of a CSV file over HTTP: rows a second', number(rate), null));
      }
      for (const database of ['imports', 'floor']) await cluster.drop(database);
    }
    return findings;
  },
};
