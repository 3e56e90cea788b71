// A catalog of very many objects: how long it takes to load, and what its weight costs those who use one of them.
import { applyMetadata } from '@huike/kernel';
import { loadCatalog } from '../../packages/kernel/src/catalog/load.ts';
import type { Bench } from '../lib/bench.ts';
import { compare, openClient } from '../lib/compare.ts';
import { listsOf } from '../lib/lists.ts';
import { median } from '../lib/median.ts';
import { bystander } from '../lib/metadata.ts';
import { comparison, type Finding, figure, number } from '../lib/report.ts';
import { serveProduct } from '../lib/servers.ts';
import { openKernel } from '../lib/tenant.ts';

const objects = 500;
const fieldsEach = 50;
const objectsAtOnce = 25;
const loads = 7;

export const catalog: Bench = {
  name: 'catalog',
  async run(run) {
    const { size, cluster, tenant, progress } = run;
    const { database, tokens } = await tenant(size.rows(100_000));
    const count = Math.max(5, Math.round(objects * size.scale));
    await cluster.create('catalog', database);
    const findings: Finding[] = [];
    {
      await using kernel = await openKernel(cluster, 'catalog', 2);
      progress(`making ${count} objects`);
      for (let at = 0; at < count; at += objectsAtOnce) {
        const some = Array.from({ length: Math.min(objectsAtOnce, count - at) }, (_, index) =>
          bystander(at + index, fieldsEach),
        );
        await applyMetadata(kernel.db, { kind: 'system', name: 'setup' }, { objects: some });
      }
      const times: number[] = [];
      for (let at = 0; at < loads; at++) {
        const begun = performance.now();
        await loadCatalog(kernel.db);
        times.push(performance.now() - begun);
      }
      const taken = median(times);
      findings.push(
        figure(`load a catalog of ${count} objects with ${fieldsEach} fields each`, `${number(taken)} ms`, {
          aim: '< 1,000 ms',
          met: taken < 1000,
        }),
      );
    }
    progress('list beside them');
    {
      await using client = await openClient();
      await using wide = await serveProduct(cluster, 'catalog');
      await using plain = await serveProduct(cluster, database);
      const requests = listsOf(tokens.managers);
      const compared = await compare(client, run, { server: wide, requests }, { server: plain, requests });
      findings.push(comparison(`list of 50 beside ${count} objects, against without them`, compared, 0.95));
    }
    await cluster.drop('catalog');
    return findings;
  },
};
