// The four ways to find a person among very many, under an ordinary role.

import { pinyinSortKey } from '../../packages/kernel/src/search/sortkey.ts';
import type { Bench } from '../lib/bench.ts';
import type { Request } from '../lib/client.ts';
import { openClient } from '../lib/compare.ts';
import { quantile } from '../lib/median.ts';
import { companyAt, mobileAt, nameAt } from '../lib/prospects.ts';
import { type Finding, figure, number } from '../lib/report.ts';
import { serveProduct } from '../lib/servers.ts';

const variety = 200;

/** `xue1薛yue4月` → `xy`. */
const initials = (name: string) =>
  [...pinyinSortKey(name).matchAll(/([a-z])[a-z:]*\d./gu)].map(([, first]) => first).join('');

const ways = [
  { what: 'a name of two characters', text: (index: number) => nameAt(index).slice(0, 2) },
  { what: 'initials', text: (index: number) => initials(nameAt(index)) },
  { what: 'the last four digits of a phone', text: (index: number) => mobileAt(index).slice(-4) },
  { what: 'two characters inside a company', text: (index: number) => companyAt(index).slice(2, 4) },
];

const limit = 50;

export const search: Bench = {
  name: 'search',
  async run({ size, cluster, tenant, progress }) {
    const records = size.rows(1_000_000);
    const { database, tokens } = await tenant(records);
    await using product = await serveProduct(cluster, database);
    await using client = await openClient();
    const findings: Finding[] = [];
    for (const { what, text } of ways) {
      progress(`search: ${what}`);
      const requests = Array.from({ length: variety }, (_, index): Request => {
        const query = new URLSearchParams({ q: text((index * 7919) % records), objects: 'prospect' });
        return {
          method: 'GET',
          path: `/api/v1/search?${query}`,
          token: tokens.managers[index % tokens.managers.length] ?? '',
        };
      });
      for (const connections of [16, 1]) {
        const load = { port: product.port, requests, connections };
        await client.load({ ...load, milliseconds: size.milliseconds(3_000) });
        const { latencies, answers, seconds } = await client.load({ ...load, milliseconds: size.milliseconds(15_000) });
        const [middle, worst] = [quantile(latencies, 0.5), quantile(latencies, 0.99)];
        const rate = connections === 1 ? '' : `, ${number(answers / seconds)}/s`;
        const name = `search ${number(records)}: ${what}, ${connections} ${connections === 1 ? 'connection' : 'connections'}`;
        const measured = `p50 ${number(middle)} ms, p99 ${number(worst)} ms${rate}`;
        const aim = connections === 1 ? null : { aim: `p99 < ${limit} ms`, met: worst < limit };
        findings.push(figure(name, measured, aim));
      }
    }
    return findings;
  },
};
