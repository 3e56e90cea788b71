// From a query to SQL, in this process: found compiled, and compiled for the first time.
import { accessOf, applyMetadata, type Catalog } from '@huike/kernel';
import type { ListQuery, MetadataDocument } from '@huike/schema';
import { planList } from '../../packages/kernel/src/read/list.ts';
import type { Bench } from '../lib/bench.ts';
import { median } from '../lib/median.ts';
import { bystander, role } from '../lib/metadata.ts';
import { managers } from '../lib/people.ts';
import { figure, number } from '../lib/report.ts';
import { actorOf, createTenant, openKernel } from '../lib/tenant.ts';

const columns = 60;
const wide = { ...bystander(0, columns), name: 'wide' };
const grant = { read: 'departmentTree', fields: { f7: 'masked' } } as const;
const metadata: MetadataDocument = { objects: [wide], roles: [{ name: role, objects: { wide: grant } }] };

const query: ListQuery = {
  fields: Array.from({ length: columns }, (_, index) => `f${index}`),
  filter: {
    and: [
      { field: 'f0', op: 'contains', value: '张' },
      { field: 'f1', op: 'gte', value: 10 },
      {
        or: [
          { field: 'f2', op: 'empty' },
          { field: 'f2', op: 'within', value: { last: 7, unit: 'day' } },
        ],
      },
    ],
  },
  sort: ['-f1'],
};

/** Microseconds, the median of many. */
function microseconds(times: number, once: () => unknown): number {
  return median(
    Array.from({ length: times }, () => {
      const begun = process.hrtime.bigint();
      once();
      return Number(process.hrtime.bigint() - begun) / 1000;
    }),
  );
}

const finding = (what: string, taken: number, atMost: number) =>
  figure(what, `${number(taken)} µs`, { aim: `< ${atMost} µs`, met: taken < atMost });

export const compile: Bench = {
  name: 'compile',
  async run({ size, cluster }) {
    await createTenant(cluster, 'compile');
    try {
      await using kernel = await openKernel(cluster, 'compile', 2);
      const { catalog } = await applyMetadata(kernel.db, { kind: 'system', name: 'setup' }, metadata);
      const [manager] = managers;
      const actor = await actorOf(kernel, manager?.id ?? '');
      const plan = (of: Catalog) => {
        const access = accessOf(of, actor);
        const object = access.object('wide');
        if (object === null) throw new Error('the object can be read');
        return planList(access, object, query);
      };
      const times = size.rows(20_000);
      // A catalog that nobody has asked yet has no compiled rights and no compiled queries.
      const cold = microseconds(times / 10, () => plan({ ...catalog }));
      const cached = microseconds(times, () => plan(catalog));
      return [
        finding('compile a query of 60 columns, from the cache', cached, 50),
        finding('compile a query of 60 columns and the rights it needs, cold', cold, 300),
      ];
    } finally {
      await cluster.drop('compile');
    }
  },
};
