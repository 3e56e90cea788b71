import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId } from '@huike/schema';
import { sql } from '../database/sql.ts';
import { system, type WriteFixture, writeFixture } from './fixture.ts';
import { write } from './index.ts';
import { modelObjects } from './model.fixture.ts';
import { binDays, purgeDeleted } from './purge.ts';

let fixture: WriteFixture;
before(async () => {
  fixture = await writeFixture(modelObjects);
});
after(() => fixture.close());

test('the bin is emptied after 30 days: records, parts and links go, references are cleared, the log stays', async () => {
  const [account, deal] = [newId(), newId()];
  await write(fixture.context, system, [
    { op: 'create', object: 'account', id: account, values: { name: 'a' } },
    {
      op: 'create',
      object: 'deal',
      id: deal,
      values: { account, partners: [account], lines: [{ item: 'x' }], amount: '5' },
    },
    { op: 'create', object: 'note', values: { deal, text: 'n' } },
  ]);
  await write(fixture.context, system, [{ op: 'delete', object: 'account', id: account }]);
  const days = (n: number) => new Date(Date.now() + n * 86_400_000);
  assert.equal(await purgeDeleted(fixture.context, days(binDays - 1)), 0);
  assert.equal(await purgeDeleted(fixture.context, days(binDays + 1)), 1);
  const left = await fixture.db.query(sql`
select d.account, d.version, (select count(*)::int from data."deal.partners") as links from data.deal d where d.id = ${sql.value(deal)}`);
  assert.deepEqual(left, [{ account: null, version: 1, links: 0 }]);

  await write(fixture.context, system, [{ op: 'delete', object: 'deal', id: deal }]);
  assert.equal(await purgeDeleted(fixture.context, days(binDays + 2)), 3);
  const rows = await fixture.db.query(sql`
select (select count(*)::int from data.deal) as deals, (select count(*)::int from data."dealLines") as lines, (select count(*)::int from data.note) as notes`);
  assert.deepEqual(rows, [{ deals: 0, lines: 0, notes: 0 }]);
  const log = await fixture.db.query(
    sql`select op, version, actor from huike.change_pending where record = ${sql.value(deal)} order by n`,
  );
  assert.deepEqual(log, [
    { op: 'create', version: 1, actor: 'setup' },
    { op: 'delete', version: 2, actor: 'setup' },
    { op: 'purge', version: 3, actor: 'recycle' },
  ]);
});
