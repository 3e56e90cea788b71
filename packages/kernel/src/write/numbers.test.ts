import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Command } from '@huike/schema';
import { sql } from '../database/sql.ts';
import { system, type WriteFixture, writeFixture } from './fixture.ts';
import { write } from './index.ts';

let now = new Date('2026-01-31T15:59:59Z');
let fixture: WriteFixture;
before(async () => {
  const number = (name: string, pattern: string, more: object = {}) => ({
    name,
    type: 'autoNumber' as const,
    pattern,
    ...more,
  });
  fixture = await writeFixture(
    {
      objects: [
        {
          name: 'ticket',
          fields: [
            number('daily', 'T{yy}{mm}{dd}-{00}', { reset: 'day' }),
            number('monthly', '{0}/{mm}.{yyyy}', { reset: 'month' }),
            number('ever', 'E{000}', { gapless: true }),
          ],
        },
      ],
    },
    { now: () => now },
  );
});
after(() => fixture.close());

const create: Command = { op: 'create', object: 'ticket', values: {} };

async function numbers(...commands: Command[]): Promise<unknown[]> {
  const ids = (await write(fixture.context, system, commands)).map(({ id }) => id);
  return fixture.db.query(
    sql`select daily, monthly, ever from data.ticket where id = any(${sql.value(ids)}::uuid[]) order by ever`,
  );
}

test('numbers count by the company’s calendar, in the order of the commands', async () => {
  assert.deepEqual(await numbers(create, create), [
    { daily: 'T260131-01', monthly: '1/01.2026', ever: 'E001' },
    { daily: 'T260131-02', monthly: '2/01.2026', ever: 'E002' },
  ]);
  // Midnight in Shanghai, and another month.
  now = new Date('2026-01-31T16:00:00Z');
  assert.deepEqual(await numbers(create), [{ daily: 'T260201-01', monthly: '1/02.2026', ever: 'E003' }]);
});

test('writers at once never share a number, and a gapless one has no gaps', async () => {
  const one = () => write(fixture.context, system, [create, create]);
  const broken = () =>
    write(fixture.context, system, [create, { ...create, values: { daily: 'mine' } }]).catch(() => {});
  await Promise.all([...Array.from({ length: 8 }, one), ...Array.from({ length: 4 }, broken)]);
  const [row] = await fixture.db.query(sql`
select count(*)::int as n, count(distinct daily)::int as daily, count(distinct ever)::int as ever, max(ever) as last from data.ticket`);
  assert.deepEqual(row, { n: 19, daily: 19, ever: 19, last: 'E019' });
});
