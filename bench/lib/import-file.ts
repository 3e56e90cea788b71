// A CSV file of records into the product as a person would bring it: uploaded, mapped by its headers, written by a job.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from './cluster.ts';
import { fieldNames } from './metadata.ts';
import { valuesAt } from './prospects.ts';
import { serveProduct } from './servers.ts';

const first = 20_000_000;

function csv(count: number): string {
  const lines = [fieldNames.join()];
  for (let index = 0; index < count; index++) {
    const values = valuesAt(first + index);
    lines.push(fieldNames.map((name) => cell(values[name])).join());
  }
  return lines.join('\n');
}

function cell(value: unknown): string {
  if (Array.isArray(value)) return `"${value.join(';')}"`;
  if (typeof value === 'object' && value !== null && 'amount' in value) return String(value.amount);
  return `"${String(value)}"`;
}

/** Rows a second from the upload's beginning to the last commit. Throws when a row was rejected. */
export async function importFile(cluster: Cluster, database: string, token: string, count: number): Promise<number> {
  await using product = await serveProduct(cluster, database);
  const api = `http://127.0.0.1:${product.port}/api/v1/imports`;
  const headers = { authorization: `Bearer ${token}` };
  const body = new FormData();
  body.set('spec', JSON.stringify({ object: 'prospect', mode: 'insert' }));
  body.set('file', new Blob([csv(count)], { type: 'text/csv' }), 'prospects.csv');
  const begun = performance.now();
  const started = await fetch(api, { method: 'POST', headers, body });
  const { id }: { readonly id?: string } = Object(await started.json());
  if (started.status !== 202) throw new Error(`the import was refused: ${started.status}`);
  for (;;) {
    const answer = await (await fetch(`${api}/${id}`, { headers })).json();
    const { state, rows }: { readonly state?: string; readonly rows?: { readonly new: number } } = Object(answer);
    if (state === 'done' && rows?.new === count) return (count * 1000) / (performance.now() - begun);
    if (state !== 'waiting' && state !== 'running') throw new Error(`the import ended: ${JSON.stringify(answer)}`);
    await sleep(20);
  }
}
