// What a page shows while it waits, when there is nothing, when it fails, and when the session has ended meanwhile.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchChromium } from '@huike/testkit';
import { password } from '../../server/src/testing.ts';
import { type Browser, looks, openWorld, signIn, visit, type World } from './browser.fixture.ts';

let browser: Browser;
let world: World;
let id: string;

before(async () => {
  browser = await launchChromium();
  world = await openWorld();
  const made = await world.server.admin.post('records/customer', { name: '成都云杉咨询有限公司', kind: 'company' });
  id = String(made.get('id'));
});
after(async () => {
  await browser.close();
  await world.close();
});

const adminEmail = 'admin@example.com';
const [wide, , phone] = looks;
assert.ok(wide !== undefined && phone !== undefined);

test('while the server takes its time, the shape of the page is there already', async () => {
  const visitor = await visit(browser, world.server, wide);
  const { page } = visitor;
  try {
    await signIn(visitor, adminEmail, password);
    const held: (() => void)[] = [];
    await page.route(`**/records/customer/${id}`, (route) => held.push(() => void route.continue()));
    await page.goto(`/customer/${id}`);
    await page.getByRole('navigation').waitFor();
    await page.locator('main [data-waiting]').first().waitFor();
    for (const go of held) go();
    await page.getByRole('heading', { name: '云杉' }).waitFor();
    await page.locator('[data-waiting]').first().waitFor({ state: 'detached' });
    assert.equal(await page.title(), '成都云杉咨询有限公司 · 汇客');
  } finally {
    await visitor.close();
  }
});

test('what failed says why, and is tried again by a button', async () => {
  const visitor = await visit(browser, world.server, phone);
  const { page, say } = visitor;
  try {
    await signIn(visitor, adminEmail, password);
    const address = `**/records/customer/${id}`;
    visitor.expect(503);
    await page.route(address, (route) =>
      route.fulfill({
        status: 503,
        contentType: 'application/problem+json',
        body: JSON.stringify({ code: 'system.unavailable', detail: 'The database is away' }),
      }),
    );
    await page.goto(`/customer/${id}`);
    await page.getByRole('alert').getByText('The database is away').waitFor();
    await visitor.see('failed');
    await page.unroute(address);
    await page.getByRole('button', { name: say('重试', 'Try again') }).click();
    await page.getByRole('heading', { name: '云杉' }).waitFor();
  } finally {
    await visitor.close();
  }
});

for (const look of [wide, phone]) {
  test(`where nothing is yet, one is told what to do, ${look.width}`, async () => {
    const visitor = await visit(browser, world.server, look);
    try {
      await signIn(visitor, adminEmail, password);
      for (const where of ['/contact', '/task', '/recycle-bin']) {
        await visitor.open(where);
        await visitor.see(`empty${where.replace('/', '-')}`);
      }
    } finally {
      await visitor.close();
    }
  });
}

test('a session that ended leads to the sign-in page, and back to where one was', async () => {
  const visitor = await visit(browser, world.server, wide);
  const { page } = visitor;
  try {
    const user = await world.server.addUser({ roles: ['salesRep'], language: 'zh' });
    await signIn(visitor, user.email, password);
    await visitor.open('/task');
    await world.server.admin.post(`users/${user.id}/end-sessions`);
    visitor.expect(401);
    await page.getByRole('link', { name: '联系人' }).click();
    await page.waitForURL('**/sign-in?to=*');
    await page.getByLabel('邮箱').fill(user.email);
    await page.getByLabel('密码', { exact: true }).fill(password);
    await page.getByRole('button', { name: '登录', exact: true }).click();
    await page.waitForURL(/\/(contact|task)/);
    // Who may not look after people isn't shown the way there.
    assert.equal(await page.getByRole('link', { name: '岗位' }).count(), 0);
    await visitor.see('sales-rep');
  } finally {
    await visitor.close();
  }
});

test('no address but our own is opened after the sign-in', async () => {
  const visitor = await visit(browser, world.server, wide);
  const { page } = visitor;
  try {
    // What was under way when the cookie went.
    visitor.expect(401);
    for (const to of ['https://example.com/', '//example.com', '/\\example.com']) {
      await visitor.open(`/sign-in?to=${encodeURIComponent(to)}`);
      await page.getByLabel('邮箱').fill(adminEmail);
      await page.getByLabel('密码', { exact: true }).fill(password);
      await page.getByRole('button', { name: '登录', exact: true }).click();
      await page.waitForURL('**/customer');
      assert.ok(page.url().startsWith(world.server.address), page.url());
      await page.context().clearCookies();
    }
  } finally {
    await visitor.close();
  }
});

test('whoever owes a second factor sets it up at the door', async () => {
  const strict = await openWorld();
  const visitor = await visit(browser, strict.server, phone);
  const { page, say } = visitor;
  try {
    const settings = [{ name: 'company', profile: 'djbh3' }];
    assert.equal((await strict.server.admin.post('metadata/apply', { settings })).status, 200);
    await visitor.open('/sign-in');
    await page.getByLabel('邮箱').fill(adminEmail);
    await page.getByLabel('密码', { exact: true }).fill(password);
    await page.getByRole('button', { name: '登录', exact: true }).click();
    await page.getByRole('heading', { name: say('绑定双因素验证', 'Set up your second factor') }).waitFor();
    await page.getByRole('region', { name: '密钥' }).waitFor();
    await visitor.see('second-factor');
    await page.getByRole('button', { name: say('换一个账号', 'Use another account') }).click();
    await page.getByRole('heading', { name: say('登录', 'Sign in') }).waitFor();
  } finally {
    await visitor.close();
    await strict.close();
  }
});
