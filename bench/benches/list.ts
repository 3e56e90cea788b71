// 50 rows of a large object, filtered and sorted, by an ordinary role; against the same rows by SQL written by hand.
import type { Bench, Run } from '../lib/bench.ts';
import type { Request } from '../lib/client.ts';
import { type Client, compare, openClient, type Side } from '../lib/compare.ts';
import { listPath, listsOf } from '../lib/lists.ts';
import { stages } from '../lib/metadata.ts';
import { managers, treeOf } from '../lib/people.ts';
import { comparison, type Finding, number } from '../lib/report.ts';
import { type Served, serveFloor, serveProduct } from '../lib/servers.ts';

const floorPath = (tree: readonly string[], stage: string, last?: { readonly score: number; readonly id: string }) =>
  `/list?${new URLSearchParams({ tree: tree.join(), stage, ...(last && { score: String(last.score), id: last.id }) })}`;

const floorLists = managers.flatMap((manager) =>
  stages.map((stage): Request => ({ method: 'GET', path: floorPath(treeOf(manager), stage) })),
);

interface Page {
  readonly data: readonly { readonly id: string; readonly score: number }[];
  readonly page?: { readonly next: string | null };
}

async function pageAt(port: number, { path, token }: Request): Promise<Page> {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  // Our own answer, of a shape that we know.
  return (await answer.json()) as Page;
}

/** Both sides answer the very same records, or nothing is compared. */
async function assertSame(one: Side, other: Side): Promise<void> {
  for (const [index, request] of one.requests.entries()) {
    const [mine, theirs] = [
      await pageAt(one.server.port, request),
      await pageAt(other.server.port, other.requests[index] ?? request),
    ];
    if (mine.data.length === 0 || JSON.stringify(mine.data) !== JSON.stringify(theirs.data))
      throw new Error(`the two sides of a list differ: ${request.path}`);
  }
}

/** The cursor of a page further on, and its first record's place for the floor. */
async function goTo(port: number, token: string, stage: string, pages: number) {
  let page = await pageAt(port, { method: 'GET', path: listPath(stage), token });
  for (let at = 2; at < pages && page.page?.next; at++) {
    const following = await pageAt(port, { method: 'GET', path: listPath(stage, page.page.next), token });
    if (following.page?.next === null) break;
    page = following;
  }
  const last = page.data.at(-1);
  if (last === undefined || !page.page?.next) throw new Error('too few records to page through');
  return { cursor: page.page.next, last };
}

async function listOf(run: Run, client: Client, records: number, deep: boolean): Promise<Finding[]> {
  const { database, tokens } = await run.tenant(records);
  await using product = await serveProduct(run.cluster, database);
  await using floor = await serveFloor(run.cluster, database);
  const findings: Finding[] = [];
  const title = `list of 50 among ${number(records)}`;
  const first = { server: product, requests: listsOf(tokens.managers) };
  const bare = { server: floor, requests: floorLists };
  await assertSame(first, bare);
  run.progress(title);
  findings.push(comparison(title, await compare(client, run, first, bare), 0.7));

  run.progress('access');
  const ordinary = { server: product, requests: listsOf([tokens.head]) };
  const administrator = { server: product, requests: listsOf([tokens.administrator]) };
  await assertSame(ordinary, administrator);
  findings.push(
    comparison(
      `${title}: ordinary role against administrator, same rows`,
      await compare(client, run, ordinary, administrator),
      0.85,
    ),
  );
  if (deep) findings.push(...(await pages(run, client, product, floor, tokens.managers, title)));
  return findings;
}

const deepPage = 1_000;

async function pages(
  run: Run,
  client: Client,
  product: Served,
  bare: Served,
  tokens: readonly string[],
  title: string,
): Promise<Finding[]> {
  run.progress(`page ${deepPage}`);
  const stage = stages[0];
  const requests: { readonly first: Request; readonly deep: Request; readonly floor: Request }[] = [];
  for (const [index, token] of tokens.entries()) {
    const manager = managers[index];
    if (manager === undefined) continue;
    const { cursor, last } = await goTo(product.port, token, stage, deepPage);
    requests.push({
      first: { method: 'GET', path: listPath(stage), token },
      deep: { method: 'GET', path: listPath(stage, cursor), token },
      floor: { method: 'GET', path: floorPath(treeOf(manager), stage, last) },
    });
  }
  const first = { server: product, requests: requests.map((each) => each.first) };
  const deep = { server: product, requests: requests.map((each) => each.deep) };
  const floor = { server: bare, requests: requests.map((each) => each.floor) };
  await assertSame(deep, floor);
  return [
    comparison(`${title}: page ${number(deepPage)} against page 1`, await compare(client, run, deep, first), 1 / 1.2),
    comparison(`${title}: page ${number(deepPage)}`, await compare(client, run, deep, floor), 0.7),
  ];
}

export const list: Bench = {
  name: 'list',
  async run(run) {
    await using client = await openClient();
    return [
      ...(await listOf(run, client, run.size.rows(100_000), false)),
      ...(await listOf(run, client, run.size.rows(1_000_000), true)),
    ];
  },
};
