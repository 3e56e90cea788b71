// The portal as a dealer's user meets it: an own door, few places, the own organisation's records only.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchChromium } from '@huike/testkit';
import { password } from '../../../server/src/testing.ts';
import { type Browser, lookName, looks, openWorld, signIn, visit, type World } from '../browser.fixture.ts';

let browser: Browser;
let world: World;
let dealer: { readonly id: string; readonly email: string };

before(async () => {
  [browser, world] = await Promise.all([launchChromium(), openWorld()]);
  const { server } = world;
  const department = await server.addDepartment('川西电器商行', undefined, true);
  const rights = { read: 'all', create: true, update: 'all', fields: { phone: 'masked' } };
  const applied = await server.admin.post('metadata/apply', {
    roles: [{ name: 'dealer', label: { zh: '经销商', en: 'Dealer' }, objects: { customer: rights, contact: rights } }],
    views: [{ name: 'dealerCustomers', object: 'customer', fields: ['name', 'level', 'phone', 'createdAt'] }],
    menus: [
      {
        name: 'portal',
        label: { zh: '门户', en: 'Portal' },
        portal: true,
        items: [
          { name: 'mine', label: { zh: '我的客户', en: 'My customers' }, icon: 'customer', view: 'dealerCustomers' },
          { name: 'people', label: { zh: '联系人', en: 'Contacts' }, icon: 'contact', object: 'contact' },
        ],
      },
    ],
  });
  assert.equal(applied.status, 200, JSON.stringify(applied.body));
  dealer = await server.addUser({ roles: ['dealer'], department });
  const rows = Array.from({ length: 45 }, (_, n) => ({
    name: `客户 ${String(n + 1).padStart(2, '0')}`,
    owner: dealer.id,
  }));
  assert.equal((await server.admin.post('records/customer', rows)).status, 201);
  assert.equal((await server.admin.post('records/customer', { name: '总部的客户' })).status, 201);
});
after(async () => {
  await browser.close();
  await world.close();
});

for (const look of looks) {
  test(`a dealer's day, ${lookName(look)}`, async () => {
    await world.server.admin.patch(`records/user/${dealer.id}`, { language: look.language });
    const visitor = await visit(browser, world.server, look);
    const { page, say } = visitor;
    const narrow = look.width === 360;
    try {
      await visitor.open('/partner-portal');
      await page.getByRole('heading', { name: say('登录伙伴门户', 'Sign in to the portal') }).waitFor();
      await visitor.see('portal-sign-in');
      await signIn(visitor, dealer.email, password);
      // Where one begins: what there is, with counts of what one may see.
      await page.getByRole('link', { name: /45/ }).waitFor();
      await visitor.see('portal-home');
      await page
        .getByRole('link', { name: say('我的客户', 'My customers') })
        .first()
        .click();
      await page.getByRole('heading', { name: say('客户', 'Customer'), exact: true }).waitFor();
      assert.equal(await page.getByText('总部的客户').count(), 0);
      await visitor.see('portal-list');
      const links = page.getByRole('main').getByRole('link', { name: /客户 \d\d/ });
      assert.equal(await links.count(), 40);
      await page.getByRole('button', { name: say('加载更多', 'Show more') }).click();
      await links.nth(44).waitFor();
      await page.getByRole('searchbox').fill('没有这个');
      await page.getByText(say('没有找到符合的客户', 'No Customer found')).waitFor();
      await visitor.see('portal-nothing');
      await page.getByRole('searchbox').fill('客户 07');
      await page.waitForFunction(() => document.querySelectorAll('main a[href^="/customer/"]').length === 1);

      await links.first().click();
      await page.getByRole('heading', { name: '客户 07' }).waitFor();
      await visitor.see('portal-record');
      // Registers a customer of its own.
      await visitor.open('/customer');
      await page.getByRole('button', { name: say('新建客户', 'New Customer') }).click();
      await page
        .getByLabel(say('客户名称', 'Name'), { exact: true })
        .last()
        .fill(`新报备 ${lookName(look)}`);
      await visitor.see('portal-new');
      await page.getByRole('button', { name: say('创建', 'Create'), exact: true }).click();
      await page.waitForURL(/\/customer\/[0-9a-f-]{36}$/);
      await page.getByRole('heading', { name: `新报备 ${lookName(look)}` }).waitFor();
      const made = page.url().split('/').at(-1);
      await visitor.open('/');
      await page.getByRole('link', { name: `新报备 ${lookName(look)}` }).waitFor();

      // The next one begins with what there was.
      assert.equal((await world.server.admin.delete(`records/customer/${made}`)).status, 200);

      // Out by the portal's door again.
      await page.getByRole('button', { name: narrow ? say('我的', 'Me') : say('账号', 'Account') }).click();
      await visitor.see('portal-account');
      await page.getByRole('button', { name: say('退出登录', 'Sign out') }).click();
      await page.getByRole('heading', { name: say('登录伙伴门户', 'Sign in to the portal') }).waitFor();
    } finally {
      await visitor.close();
    }
  });
}
