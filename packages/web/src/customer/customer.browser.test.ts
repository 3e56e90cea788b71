// The one customer in the browser: found duplicates are decided by key, the customer's page tells who it is on each
// channel and what it did, and a merge is undone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Json } from '@huike/schema';
import { launchChromium } from '@huike/testkit';
import { password } from '../../../server/src/testing.ts';
import { type Browser, lookName, looks, openWorld, signIn, visit, type World } from '../browser.fixture.ts';

let browser: Browser;
let world: World;
/** The customer who came by two channels. */
let id: string;

async function send(channel: string, events: readonly Json[]): Promise<void> {
  const { admin, withToken } = world.server;
  const key = await admin.post('writeKeys', { name: channel, channel });
  const sent = await withToken(String(key.get('key'))).post('track', { events: [...events] });
  assert.equal(sent.get('accepted'), events.length, JSON.stringify(sent.body));
}

before(async () => {
  browser = await launchChromium();
  world = await openWorld({ jobs: true });
  await send('weChat', [
    {
      type: 'message',
      at: '2026-05-01T10:00:00+08:00',
      identifiers: { openId: 'o-77', phone: '13612340001' },
      traits: { name: '林晓雨' },
    },
  ]);
  await send('webShop', [
    {
      type: 'pageView',
      at: '2026-05-02T10:00:00+08:00',
      identifiers: { cookie: 'c-9' },
      properties: { url: '/goods/17' },
    },
    {
      type: 'order',
      at: '2026-05-02T10:05:00+08:00',
      identifiers: { cookie: 'c-9', phone: '136 1234 0001' },
      properties: { goods: '云感枕', total: '199.00' },
    },
  ]);
  const found = await world.server.admin.get('customers/lookup?kind=phone&value=13612340001');
  id = String(found.get('id'));
  // The same numbers under other names: for a person to decide.
  for (const [name, phone] of [
    ['林小雨', '13612340001'],
    ['周舟', '13612340002'],
    ['周周', '13612340002'],
    ['吴一', '13612340003'],
    ['吴依', '13612340003'],
  ]) {
    const made = await world.server.admin.post('records/customer', { name: name ?? '', phone: phone ?? '' });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    await sleep(50);
  }
  await world.server.kernel.db.queryText(
    `insert into huike.identity_review (id, a, b, kind, probability, weights, created_at)
select gen_random_uuid(), least(x.id, y.id), greatest(x.id, y.id), 'match', 0.62, $1, now()
from data.customer x, data.customer y where x.name = '吴一' and y.name = '周舟'`,
    [
      JSON.stringify([
        { column: null, level: 'prior', weight: -9.4 },
        { column: 'name', level: 'similar', weight: 3.1 },
        { column: 'phone', level: 'different', weight: -1.2 },
        { column: 'address.street', level: 'exact', weight: 7.7 },
        { column: null, level: 'otherPerson', weight: -0.4 },
      ]),
    ],
  );
  for (let tries = 0; ; tries++) {
    const open = (await world.server.admin.get('customers/reviews')).get('data');
    if (Array.isArray(open) && open.length === 4) break;
    assert.ok(tries < 100, JSON.stringify(open));
    await sleep(100);
  }
});

after(async () => {
  await browser?.close();
  await world?.close();
});

for (const look of looks) {
  test(`the customer's page and the queue: ${lookName(look)}`, async () => {
    const visitor = await visit(browser, world.server, look);
    const { page, say } = visitor;
    const { email } = await world.server.addUser({ roles: ['administrator'], language: look.language });
    await signIn(visitor, email, password);
    await visitor.open(`/customer/${id}`);
    if (look.width === 360) await page.getByText(say('时间线', 'Timeline'), { exact: true }).click();
    await page.getByText('云感枕').waitFor();
    await visitor.see('customer-timeline');
    await page.getByText(say('全貌', 'Overview'), { exact: true }).click();
    await page.getByText('o-77').waitFor();
    await visitor.see('customer-overview');
    await visitor.open('/customer-reviews');
    await page.getByRole('table').waitFor();
    await visitor.see('customer-reviews');
    await visitor.close();
  });
}

test('a pair is merged by a key, and apart again by a press; one is put off, one is kept apart', async () => {
  const visitor = await visit(browser, world.server, { language: 'zh', width: 1440, scheme: 'light' });
  const { page } = visitor;
  await signIn(visitor, 'admin@example.com', password);
  await visitor.open('/customer-reviews');
  await page.getByText('还有 4 对').waitFor();
  await page.keyboard.press('ArrowLeft');
  await page.getByText('还有 3 对').waitFor();
  await page.getByText('已合并').waitFor();
  assert.equal((await world.server.admin.get('records/customer?count=true&limit=1')).get('page', 'total'), 5);
  await page.getByRole('button', { name: '撤销' }).click();
  await page.getByText('已撤销合并').waitFor();
  assert.equal((await world.server.admin.get('records/customer?count=true&limit=1')).get('page', 'total'), 6);
  // The likeliest came first and was parted again: it isn't asked about any more.
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Space');
  await page.getByText('没有待审的疑似重复').waitFor();
  await visitor.see('customer-reviews-none');
  await page.getByText('稍后再看').click();
  await page.getByText('还有 1 对').waitFor();
  await visitor.close();
});
