// Puts the first so many records into a database, past the product: two threads make and copy them, and the indexes
// that the product declared are built afterwards.
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import pg from 'pg';
import { from } from 'pg-copy-streams';
import { copyLine } from '../../packages/kernel/src/database/copy.ts';
import { columnsAt, type Tags } from './prospects.ts';

interface Part {
  readonly url: string;
  readonly tags: Tags;
  readonly first: number;
  readonly last: number;
}

const threads = 2;

/** Fills `data.prospect`, which is empty. */
export async function fill(url: string, tags: Tags, count: number): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const { rows: indexes } = await client.query<{ name: string; text: string }>(
      `select indexname as name, indexdef as text from pg_indexes
       where schemaname = 'data' and tablename = 'prospect' and indexdef not like 'CREATE UNIQUE%'`,
    );
    for (const { name } of indexes) await client.query(`drop index data."${name}"`);
    const share = Math.ceil(count / threads);
    const parts = Array.from({ length: threads }, (_, thread): Part => {
      const first = thread * share;
      return { url, tags, first, last: Math.min(first + share, count) };
    });
    await Promise.all(parts.map((workerData) => once(new Worker(import.meta.filename, { workerData }), 'message')));
    for (const { text } of indexes) await client.query(text);
    await client.query('vacuum analyze data.prospect');
    await client.query('checkpoint').catch(() => {});
  } finally {
    await client.end();
  }
}

const linesAtOnce = 500;

async function* lines({ tags, first, last }: Part, names: readonly string[]): AsyncGenerator<string> {
  const kinds = names.map(() => 'plain' as const);
  for (let at = first; at < last; at += linesAtOnce) {
    let text = '';
    for (let index = at; index < Math.min(at + linesAtOnce, last); index++) {
      const columns = columnsAt(index, tags);
      text += copyLine(
        kinds,
        names.map((name) => columns[name]),
      );
    }
    yield text;
  }
}

async function copyPart(part: Part): Promise<void> {
  const client = new pg.Client(part.url);
  await client.connect();
  const names = Object.keys(columnsAt(0, part.tags));
  const columns = names.map((name) => `"${name}"`).join();
  await pipeline(lines(part, names), client.query(from(`copy data.prospect (${columns}) from stdin`)));
  await client.end();
}

if (!isMainThread) {
  await copyPart(workerData);
  parentPort?.postMessage('done');
}
