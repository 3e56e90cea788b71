// What others change moves on the page: in rows, on cards, on the record itself; through cut wires too.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { newId } from '@huike/schema';
import { launchChromium } from '@huike/testkit';
import type { Browser, Locator, Page } from 'playwright-core';
import { password } from '../../../server/src/testing.ts';
import { dealOf, problems, type World, world } from '../grid/browser.fixture.ts';
import { type Wire, wireTo } from './browser.fixture.ts';

let browser: Browser;
let the: World;
let wire: Wire;

before(async () => {
  browser = await launchChromium();
  the = await world(browser);
  await the.fill(600);
  wire = await wireTo(the.server.address);
});
after(async () => {
  await browser?.close();
  await wire?.close();
  await the?.close();
});
afterEach(() => assert.deepEqual(problems.splice(0), []));

const named = (page: Page, name: string): Locator => page.locator('.hk-body [role=row]', { hasText: name });
const cellOf = (page: Page, name: string, column: number): Locator =>
  named(page, name).locator(`[aria-colindex="${column + 1}"]`);
const nameOf = (number: number) => `商机 ${String(number).padStart(7, '0')}`;

async function idOf(name: string): Promise<string> {
  const filter = encodeURIComponent(JSON.stringify({ field: 'name', op: 'eq', value: name }));
  return String((await the.server.admin.get(`records/deal?filter=${filter}`)).get('data', 0, 'id'));
}

async function change(name: string, values: Record<string, string>): Promise<void> {
  const answer = await the.server.admin.patch(`records/deal/${await idOf(name)}`, values);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
}

async function make(name: string, values: Record<string, string> = {}): Promise<void> {
  const answer = await the.server.admin.post('records/deal', { name, ...values });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
}

async function gone(name: string): Promise<void> {
  assert.equal((await the.server.admin.delete(`records/deal/${await idOf(name)}`)).status, 200);
}

async function open(where = '/deal'): Promise<Page> {
  const page = await the.open(where);
  page.setDefaultTimeout(15_000);
  return page;
}

test('rows change, come and go; the selection, the edit under way and what is in sight stay with their records', async () => {
  const page = await open();
  await named(page, nameOf(3)).waitFor();
  await change(nameOf(3), { units: '4711' });
  await cellOf(page, nameOf(3), 11).filter({ hasText: '4,711' }).waitFor();

  await cellOf(page, nameOf(5), 1).click();
  await page.keyboard.press('F2');
  await page.keyboard.press('End');
  await page.keyboard.type(' 改');
  await make('商机 000000');
  await named(page, '商机 000000').filter({ hasNotText: '商机 0000000' }).first().waitFor();
  await gone(nameOf(1));
  await named(page, nameOf(1)).waitFor({ state: 'detached' });
  assert.equal(await page.locator('.hk-over input').inputValue(), `${nameOf(5)} 改`);
  await page.keyboard.press('Enter');
  await cellOf(page, `${nameOf(5)} 改`, 1).waitFor();
  await page.locator('[data-flag]').first().waitFor({ state: 'detached' });
  assert.equal(await idOf(`${nameOf(5)} 改`).then((id) => id.length), 36);

  // Far down: two rows come in above, and what is in sight doesn't move.
  await page.evaluate(() => document.querySelector('.hk-scroller')?.scrollTo(0, 300 * 36 + 11));
  await named(page, nameOf(305)).waitFor();
  await cellOf(page, nameOf(305), 2).click();
  const place = await named(page, nameOf(305)).boundingBox();
  await the.server.admin.post('records/deal', [{ name: '商机 00000000' }, { name: '商机 00000001' }]);
  await page.locator('.hk-body [role=row][aria-rowindex="308"]', { hasText: nameOf(304) }).waitFor();
  assert.deepEqual((await named(page, nameOf(305)).boundingBox())?.y, place?.y);
  const focused = await page.locator('[role=grid]').getAttribute('aria-activedescendant');
  assert.equal(
    await page
      .locator(`[id="${focused}"]`)
      .evaluate((cell) => cell.closest('[role=row]')?.textContent?.includes('商机 0000305')),
    true,
  );
  await page.context().close();
});

test('the cell that one is typing into was changed by another: a question, not an overwriting', async () => {
  const page = await open();
  await cellOf(page, nameOf(7), 11).click();
  await page.keyboard.type('12');
  await change(nameOf(7), { units: '99' });
  await cellOf(page, nameOf(7), 11).filter({ hasText: '99' }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByText('刚改了同样的内容').waitFor();
  await page.context().close();
});

test('cards go from lane to lane; a record shows what others write, and a field that others add', async () => {
  const board = await open('/deal?view=dealBoard');
  await board.locator('[data-lane=new] [data-card]').first().waitFor();
  await make('看板上的新商机', { stage: 'won' });
  await board.locator('[data-lane=won]', { hasText: '看板上的新商机' }).waitFor();
  await change('看板上的新商机', { stage: 'lost' });
  await board.locator('[data-lane=lost]', { hasText: '看板上的新商机' }).waitFor();
  await board.context().close();

  const page = await open(`/deal/${await idOf('看板上的新商机')}`);
  await page.locator('[data-field=name]').waitFor();
  await change('看板上的新商机', { remark: '别处写下的话' });
  await page.locator('[data-field=remark]', { hasText: '别处写下的话' }).waitFor();
  const applied = await the.server.admin.post('metadata/apply', {
    objects: [{ name: 'deal', fields: [{ name: 'rival', type: 'text', label: { zh: '竞争对手', en: 'Rival' } }] }],
  });
  assert.equal(applied.status, 200, JSON.stringify(applied.body));
  await page.locator('[data-field=rival]').waitFor();
  await page.context().close();
});

test('a cut wire: it is said, what was typed is kept and sent later, and nothing of the others is missed', async () => {
  const context = await browser.newContext({
    baseURL: wire.address,
    viewport: { width: 1440, height: 900 },
    locale: 'zh-CN',
  });
  const signed = await context.request.post('/api/v1/auth/sign-in', { data: { email: the.person.email, password } });
  assert.ok(signed.ok());
  const [page, other] = [await context.newPage(), await context.newPage()];
  for (const one of [page, other]) {
    one.setDefaultTimeout(25_000);
    await one.goto('/deal');
    await named(one, nameOf(9)).waitFor();
  }
  // Both hear by one connection.
  await change(nameOf(9), { units: '5' });
  for (const one of [page, other]) await cellOf(one, nameOf(9), 11).filter({ hasText: '5' }).waitFor();

  wire.cut();
  await page.getByText('正在重新连接').waitFor();
  await cellOf(page, nameOf(8), 11).click();
  await page.keyboard.type('77');
  await page.keyboard.press('Enter');
  await cellOf(page, nameOf(8), 11).and(page.locator('[data-flag=refused]')).waitFor();
  await make('商机 000', {});
  await change(nameOf(10), { units: '123' });
  await wire.mend();
  await page.getByText('正在重新连接').waitFor({ state: 'detached' });
  await cellOf(page, nameOf(10), 11).filter({ hasText: '123' }).waitFor();
  await page.locator('[data-flag]').first().waitFor({ state: 'detached' });
  await cellOf(other, nameOf(8), 11).filter({ hasText: '77' }).waitFor();
  await context.close();
});

test('thousands of records that come at once are read in few requests', async () => {
  const page = await open();
  await named(page, nameOf(9)).waitFor();
  let asked = 0;
  page.on('request', (request) => {
    if (request.url().includes('/records/deal/query')) asked++;
  });
  const actor = { kind: 'system', name: 'command' } as const;
  for (let from = 0; from < 12_000; from += 2_000)
    await the.server.kernel.write(
      actor,
      Array.from(
        { length: 2_000 },
        (_, at) =>
          ({
            op: 'create',
            object: 'deal',
            id: newId(),
            values: { ...dealOf(from + at, newId()), name: `批量 ${from + at}`, company: null },
          }) as const,
      ),
    );
  await page.getByText('12,6').first().waitFor();
  assert.ok(asked < 60, `${asked} requests`);
  await page.context().close();
});
