import type { Actor, Kernel } from '@huike/kernel';
import { isJsonObject, type Json, newId, Problem, problem } from '@huike/schema';
import { fromKey, groupLimit, kindsOf } from '../identifier/kinds.ts';
import { defaultThresholds, type MatchResult, matchRecords, RecordTable, type Thresholds } from '../match/index.ts';
import { adopt, mergeCustomers } from '../merge/merge.ts';
import { customerObject } from '../record/sync.ts';
import type { Stitching } from '../stitch/context.ts';
import { columnsOf } from './columns.ts';

// Matching over the customers' records: those that are surely one are merged, the doubtful wait for a person, and what a
// person said is never asked again.

const actor: Actor = { kind: 'system', name: 'identity' };

export interface MatchRun {
  readonly thresholds?: Thresholds;
  /** False: only tells what would happen. */
  readonly apply: boolean;
}

export interface MatchOutcome {
  readonly records: number;
  /** Customers that are merged, or would be, and how many records that takes away. */
  readonly merged: { readonly customers: number; readonly records: number };
  /** Pairs for a person to decide. */
  readonly reviews: number;
  readonly thresholds: Thresholds;
}

export interface MatchControl {
  readonly signal: AbortSignal;
  readonly report: (progress: { readonly done: number; readonly total: number; readonly message: string }) => void;
  readonly transact: <T>(fn: (context: Stitching) => Promise<T>) => Promise<T>;
}

/** Pairs that are kept for people at most: the likeliest. */
const mostReviews = 20_000;

/** Looks for duplicates among all customers. Throws `customer.absent`, and the signal's reason. */
export async function matchCustomers(kernel: Kernel, run: MatchRun, control: MatchControl): Promise<MatchOutcome> {
  const thresholds = run.thresholds ?? defaultThresholds;
  const { ids, table } = await readTable(kernel, control);
  const rowOf = new Map(ids.map((id, row) => [id, row]));
  const result = await matchRecords(table, {
    thresholds,
    cannot: await decidedPairs(kernel, rowOf),
    signal: control.signal,
    onProgress: ({ phase, done, total }) => control.report({ message: phase, done, total }),
  });
  const clusters = clustersOf(result, ids);
  const pairs = doubtful(result);
  if (run.apply) {
    await mergeAll(clusters, result, rowOf, control);
    await keepReviews(kernel, result, ids, pairs, control);
  }
  return {
    records: ids.length,
    merged: { customers: clusters.length, records: clusters.reduce((sum, { length }) => sum + length - 1, 0) },
    reviews: pairs.length,
    thresholds,
  };
}

async function readTable(kernel: Kernel, { signal, report }: MatchControl) {
  const catalog = kernel.catalogs.current();
  const object = customerObject(catalog);
  if (object === null) throw problem('customer.absent');
  const columns = columnsOf(object, kindsOf(catalog));
  const table = new RecordTable(columns.map(({ name, type }) => ({ name, type })));
  const fields = [...new Set(['id', ...columns.map(({ name }) => name.replace(/[ .].*$/, ''))])];
  const ids: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    signal.throwIfAborted();
    const more: { cursor?: string } = cursor === '' ? {} : { cursor };
    const page = await kernel.list(actor, object.name, { fields, sort: ['id'], limit: 500, ...more });
    const rows: Json = JSON.parse(page.data);
    for (const row of Array.isArray(rows) ? rows : []) {
      if (!isJsonObject(row)) continue;
      ids.push(String(row.id));
      table.add(columns.map(({ read }) => read(row)));
    }
    report({ message: 'reading', done: ids.length, total: ids.length });
    cursor = page.next;
  }
  return { ids, table };
}

/** Pairs of which a person said that they are not the same. */
async function decidedPairs(kernel: Kernel, rowOf: ReadonlyMap<string, number>): Promise<[number, number][]> {
  const rows = await kernel.db.queryText<{ a: string; b: string }>(
    "select distinct a, b from huike.identity_review where state = 'different' and a <> b",
    [],
  );
  return rows.flatMap(({ a, b }): [number, number][] => {
    const [one, other] = [rowOf.get(a), rowOf.get(b)];
    return one === undefined || other === undefined ? [] : [[one, other]];
  });
}

function clustersOf({ clusters }: MatchResult, ids: readonly string[]): string[][] {
  const byCluster = new Map<number, string[]>();
  for (const [row, cluster] of clusters.entries()) {
    const id = ids[row];
    if (id === undefined) continue;
    const members = byCluster.get(cluster);
    if (members === undefined) byCluster.set(cluster, [id]);
    else members.push(id);
  }
  return [...byCluster.values()].filter(({ length }) => length > 1);
}

/** Places of pairs that didn't come to share a cluster, the likeliest first. */
function doubtful({ clusters, pairs }: MatchResult): number[] {
  const places: number[] = [];
  for (let at = 0; at < pairs.count && places.length < mostReviews; at++) {
    if (clusters[pairs.first[at] ?? 0] !== clusters[pairs.second[at] ?? 0]) places.push(at);
  }
  return places;
}

async function mergeAll(
  clusters: readonly (readonly string[])[],
  result: MatchResult,
  rowOf: ReadonlyMap<string, number>,
  { signal, report, transact }: MatchControl,
): Promise<void> {
  for (const [done, ids] of clusters.entries()) {
    signal.throwIfAborted();
    const [first = '', second = ''] = ids;
    const { probability, weights } = result.explain(rowOf.get(first) ?? 0, rowOf.get(second) ?? 0);
    const decision = {
      source: 'match' as const,
      actor: 'identity',
      reason: null,
      evidence: { customers: ids, probability, weights },
    };
    await transact(async (context) => {
      await adopt(context, ids);
      if (await differ(context, ids)) return;
      await mergeCustomers(context, customerObject(context.catalog), ids, decision);
    }).catch(unlessDone);
    report({ message: 'merging', done: done + 1, total: clusters.length });
  }
}

/** One is merged already, or went away meanwhile. */
function unlessDone(error: unknown): void {
  if (!(error instanceof Problem) || !['merge.same', 'customer.unknown'].includes(error.code)) throw error;
}

/** Whether together they would have more identifiers of a kind than one customer has. */
async function differ({ tx, kinds }: Stitching, ids: readonly string[]): Promise<boolean> {
  const rows = await tx.queryText<{ key: string }>(
    `select i.key from huike.identity n join huike.identity m on m.survivor = n.survivor
join huike.identifier i on i.identity = m.id where n.id = any($1)`,
    [ids],
    'identity.keysOf',
  );
  const values = new Map<string, Set<string>>();
  for (const { key } of rows) {
    const identifier = fromKey(kinds, key);
    if (identifier === null) continue;
    const { group } = identifier;
    values.set(group, (values.get(group) ?? new Set()).add(identifier.value));
  }
  return [...values].some(([group, { size }]) => size > groupLimit(kinds, group).limit);
}

async function keepReviews(
  kernel: Kernel,
  result: MatchResult,
  ids: readonly string[],
  places: readonly number[],
  { signal }: MatchControl,
): Promise<void> {
  for (let at = 0; at < places.length; at += 500) {
    signal.throwIfAborted();
    const some = places.slice(at, at + 500).map((place) => {
      const [first, second] = [result.pairs.first[place] ?? 0, result.pairs.second[place] ?? 0];
      const { probability, weights } = result.explain(first, second);
      const [a = '', b = ''] = [ids[first], ids[second]].sort();
      return { a, b, probability, weights };
    });
    await kernel.db.queryText(
      `insert into huike.identity_review as r (id, a, b, kind, probability, weights, created_at)
select *, $6::timestamptz from unnest($1::uuid[], $2::uuid[], $3::uuid[], array_fill('match'::text, array[cardinality($1)]), $4::float8[], $5::json[])
on conflict (a, b, kind, key) do update set probability = excluded.probability, weights = excluded.weights
where r.state in ('open', 'later')`,
      [
        some.map(() => newId()),
        some.map(({ a }) => a),
        some.map(({ b }) => b),
        some.map(({ probability }) => probability),
        some.map(({ weights }) => JSON.stringify(weights)),
        kernel.now().toISOString(),
      ],
      'identity.keepReviews',
    );
  }
}
