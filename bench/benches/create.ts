// One record: checked, completed, admitted, written with its change and committed; against two inserts by hand.
import { pinyinSortKey } from '../../packages/kernel/src/search/sortkey.ts';
import type { Bench, Run } from '../lib/bench.ts';
import type { Request } from '../lib/client.ts';
import { compare, openClient } from '../lib/compare.ts';
import { managers } from '../lib/people.ts';
import { columnsAt, type Tags, valuesAt } from '../lib/prospects.ts';
import { quiet } from '../lib/quiet.ts';
import { comparison, type Finding } from '../lib/report.ts';
import { serveFloor, serveProduct } from '../lib/servers.ts';
import { type Tokens, tagsOf } from '../lib/tenant.ts';

const variety = 1_000;
/** Past those that are there. */
const first = 10_000_000;
const indexes = Array.from({ length: variety }, (_, index) => first + index);

const creates = ({ managers }: Tokens): Request[] =>
  indexes.map((index) => ({
    method: 'POST',
    path: '/api/v1/records/prospect',
    token: managers[index % managers.length] ?? '',
    body: JSON.stringify(valuesAt(index)),
  }));

/** With what the product works out: the title's sort key, and what search finds the record by. */
const floorCreates = (tags: Tags, searched: boolean): Request[] =>
  indexes.map((index) => {
    const values = valuesAt(index);
    const manager = managers[index % managers.length];
    const sort = pinyinSortKey(String(values.name));
    const search = searched ? columnsAt(index, tags)['~search'] : null;
    const body = { ...values, owner: manager?.id, department: manager?.department, sort, search };
    return { method: 'POST', path: '/create', body: JSON.stringify(body) };
  });

async function measure(run: Run, tokens: Tokens, tags: Tags): Promise<Finding[]> {
  const { cluster, progress } = run;
  await using client = await openClient();
  await using floor = await serveFloor(cluster, 'floor');
  const findings: Finding[] = [];
  const cases = [
    { what: 'create one record, with a job', job: true, searched: true, aim: 0.6 },
    { what: 'the same, the floor without search', job: true, searched: false, aim: null },
    { what: 'create one record, without a job', job: false, searched: true, aim: null },
  ];
  for (const { what, job, searched, aim } of cases) {
    progress(what);
    await using product = await serveProduct(cluster, 'creates', job);
    const mine = { server: product, requests: creates(tokens) };
    const bare = { server: floor, requests: floorCreates(tags, searched) };
    // What a round leaves to seal and to run isn't the next one's.
    findings.push(comparison(what, await compare(client, run, mine, bare, () => quiet(cluster, 'creates')), aim));
  }
  return findings;
}

export const create: Bench = {
  name: 'create',
  async run(run) {
    const { size, cluster, tenant } = run;
    const { database, tokens } = await tenant(size.rows(100_000));
    const tags = await tagsOf(cluster, database);
    for (const copy of ['creates', 'floor']) await cluster.create(copy, database);
    try {
      return await measure(run, tokens, tags);
    } finally {
      for (const copy of ['creates', 'floor']) await cluster.drop(copy);
    }
  },
};
