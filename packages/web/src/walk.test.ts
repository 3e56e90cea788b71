// The page as a person uses it: first start, sign-in, list, record, edit, delete and undo, palette, settings; in both
// languages, on a phone and on a desk, in the light and in the dark.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchChromium } from '@huike/testkit';
import { password } from '../../server/src/testing.ts';
import { type Browser, lookName, looks, openWorld, type Visitor, visit } from './browser.fixture.ts';

let browser: Browser;

before(async () => {
  browser = await launchChromium();
});
after(async () => {
  await browser.close();
});

const adminEmail = 'admin@example.com';

for (const look of looks.slice(0, 2)) {
  test(`the first start, ${lookName(look)}`, async () => {
    const world = await openWorld({ setUp: false });
    const visitor = await visit(browser, world.server, look);
    const { page, say } = visitor;
    try {
      await visitor.open('/');
      await page.waitForURL('**/set-up');
      await visitor.see('set-up');
      await page.getByLabel(say('设置码', 'Set-up code')).fill('XXXX-XXXX-XXXX');
      await page.getByLabel(say('公司名称', 'Company')).fill(say('成都远山科技有限公司', 'Yuanshan Technology'));
      await page.getByLabel(say('您的姓名', 'Your name')).fill(say('张伟', 'Zhang Wei'));
      await page.getByLabel(say('邮箱（用来登录）', 'E-mail (to sign in with)')).fill(adminEmail);
      await page.getByLabel(say('密码', 'Password'), { exact: true }).fill(password);
      visitor.expect(403);
      await page.getByRole('button', { name: say('创建并进入', 'Create and enter') }).click();
      await page.getByRole('alert').waitFor();
      await visitor.see('set-up-refused');
      await page.getByLabel(say('设置码', 'Set-up code')).fill(world.server.setupCode ?? '');
      await page.getByRole('button', { name: say('创建并进入', 'Create and enter') }).click();
      await page.getByRole('heading', { name: say('先看点什么？', 'What would you like to see first?') }).waitFor();
      await visitor.see('set-up-first');
      await page.getByRole('button', { name: say('载入示例公司', 'Load a sample company') }).click();
      await page.waitForURL('**/customer');
      await page.getByRole('status').getByText(say('示例公司已就绪', 'The sample company is ready')).waitFor();
      await visitor.see('after-set-up');
      const me = await page.evaluate(async () => (await fetch('/api/v1/me')).json());
      assert.deepEqual([me.company.currency, me.company.language, me.language], ['CNY', look.language, look.language]);
    } finally {
      await visitor.close();
      await world.close();
    }
  });
}

for (const look of looks) {
  test(`a day's work, ${lookName(look)}`, async () => {
    const world = await openWorld({ jobs: true });
    const visitor = await visit(browser, world.server, look);
    try {
      await world.server.admin.post('setup/demo');
      await world.server.admin.patch(`records/user/${world.server.adminId}`, { language: look.language });
      await door(visitor);
      await record(visitor);
      await palette(visitor);
      await importing(visitor);
      await settings(visitor);
      await lost(visitor);
      await out(visitor);
    } finally {
      await visitor.close();
      await world.close();
    }
  });
}

async function door(visitor: Visitor): Promise<void> {
  const { page, say } = visitor;
  await visitor.open('/sign-in?problem=auth.unlinked');
  await page.getByRole('alert').getByText(say('公司账号没有对应的汇客用户', 'No Huike user belongs')).waitFor();
  await visitor.see('sign-in-problem');
  await visitor.open('/customer');
  await page.waitForURL('**/sign-in?to=*');
  await visitor.see('sign-in');
  visitor.expect(401);
  await page.getByLabel(say('邮箱', 'E-mail')).fill(adminEmail);
  await page.getByLabel(say('密码', 'Password'), { exact: true }).fill('wrong');
  await page.getByRole('button', { name: say('登录', 'Sign in'), exact: true }).click();
  await page.getByRole('alert').waitFor();
  await visitor.see('sign-in-refused');
  await page.getByLabel(say('密码', 'Password'), { exact: true }).fill(password);
  await page.getByRole('button', { name: say('登录', 'Sign in'), exact: true }).click();
  await page.waitForURL('**/customer');
  await visitor.see('list');
}

async function record(visitor: Visitor): Promise<void> {
  const { page, say, look } = visitor;
  // A new one: what is missing is told first.
  await visitor.open('/customer/new');
  const create = page.getByRole('button', { name: say('创建', 'Create'), exact: true });
  await create.click();
  await page.getByRole('alert').getByText(say('必填', 'Required')).waitFor();
  await visitor.see('new-missing');
  const name = say('成都云杉咨询有限公司', 'Spruce Consulting Ltd');
  await page.getByLabel(say('客户名称', 'Name'), { exact: true }).last().fill(name);
  await page.getByLabel(say('电话', 'Phone'), { exact: true }).last().fill('13900139000');
  await create.click();
  await page.waitForURL(/\/customer\/[0-9a-f-]{36}$/);
  await page.getByRole('heading', { name }).waitFor();
  await visitor.see('record');

  // A field is changed where it stands.
  const website = page.locator('[data-field="website"]').first();
  await website.getByRole('button').click();
  await visitor.see('record-editing');
  await page.keyboard.type('https://example.com/spruce');
  await page.keyboard.press('Enter');
  await website.getByText('example.com/spruce').waitFor();
  // What is wrong stands at its field, and Escape leaves everything as it was.
  visitor.expect(422);
  const email = page.locator('[data-field="email"]').first();
  await email.getByRole('button').click();
  await page.keyboard.type('nonsense');
  await page.keyboard.press('Enter');
  await email.getByRole('alert').waitFor();
  await visitor.see('record-wrong');
  await page.keyboard.press('Escape');
  await email.getByText('—').waitFor();
  // A choice is saved with the choice.
  const level = page.locator('[data-field="level"]').first();
  await level.getByRole('button').click();
  await page.getByTitle(say('A 重点', 'A key'), { exact: true }).last().click();
  await level.getByText(say('A 重点', 'A key'), { exact: true }).waitFor();

  await page.getByText(say('历史', 'History'), { exact: true }).click();
  await page.getByText(say('创建了这条记录', 'created this record')).waitFor();
  await visitor.see('record-history');
  const address = page.url();

  // Deleted, and taken back.
  await page.getByRole('button', { name: say('删除', 'Delete'), exact: true }).click();
  await page.waitForURL('**/customer');
  await page.getByText(say('已移入回收站', 'Moved to the recycle bin')).waitFor();
  await visitor.see('deleted');
  await page
    .getByRole('button', { name: say('撤销', 'Undo'), exact: true })
    .last()
    .click();
  await page.waitForURL(address);
  await page.getByRole('heading', { name }).waitFor();

  // Beside the list, or over it on a phone.
  await visitor.open(`/customer?peek=customer/${address.split('/').at(-1)}`);
  await page.getByRole('heading', { name }).waitFor();
  await visitor.see('peek');
  await page.keyboard.press('Escape');
  await page.waitForURL('**/customer');
  assert.equal(await page.getByRole('heading', { name }).count(), 0);
  if (look.width === 1440) {
    // One field in two browsers: the same value from both ends.
    await conflict(visitor, address);
  }
}

async function conflict(visitor: Visitor, address: string): Promise<void> {
  const { page, say } = visitor;
  await visitor.open(address);
  const remark = page.locator('[data-field="remark"]').first();
  await remark.getByRole('button').click();
  await page.keyboard.type(say('我写的备注', 'My remark'));
  const id = address.split('/').at(-1) ?? '';
  const theirs = say('同事写的备注', 'A colleague’s remark');
  await page.evaluate(
    async ([record, text]) => {
      const headers = { 'content-type': 'application/json', 'x-huike': '1' };
      const answer = await fetch(`/api/v1/records/customer/${record}`, {
        method: 'PATCH',
        headers,
        body: JSON.stringify({ remark: text, employees: 7 }),
      });
      await answer.text();
    },
    [id, theirs],
  );
  visitor.expect(412);
  await page.keyboard.press('Control+Enter');
  const dialog = page.getByRole('dialog');
  await dialog.getByText(theirs).waitFor();
  await visitor.see('conflict');
  await dialog.getByRole('button', { name: say('我写的备注', 'My remark') }).click();
  await dialog.getByRole('button', { name: say('按选择保存', 'Save my choice') }).click();
  await remark.getByText(say('我写的备注', 'My remark')).waitFor();
  await page.locator('[data-field="employees"]').first().getByText('7').waitFor();
}

async function palette(visitor: Visitor): Promise<void> {
  const { page, say, look } = visitor;
  await visitor.open('/customer');
  if (look.width === 360) {
    await page.getByRole('button', { name: say('菜单', 'Menu'), exact: true }).click();
    await page.getByRole('dialog').getByText(say('联系人', 'Contacts')).waitFor();
    await visitor.see('navigation');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: say('搜索', 'Search'), exact: true }).click();
  } else await page.keyboard.press('Control+k');
  const box = page.getByRole('dialog').getByRole('combobox');
  await box.waitFor();
  await visitor.see('palette');
  await page.keyboard.type('lxr');
  const first = page.getByRole('dialog').getByRole('option').first();
  await page
    .getByRole('dialog')
    .getByRole('option', { name: say('联系人', 'Contacts') })
    .first()
    .waitFor();
  await visitor.see('palette-initials');
  await box.fill(say('云杉', 'Spruce'));
  await page
    .getByRole('dialog')
    .getByRole('option', { name: say('云杉咨询', 'Spruce Consulting') })
    .first()
    .waitFor();
  await box.fill('zzzzqqq');
  await page.getByRole('dialog').getByText('zzzzqqq').waitFor();
  await visitor.see('palette-nothing');
  await box.fill(say('联系人', 'Contacts'));
  await first.waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL('**/contact**');
  await visitor.see('list-contacts');
}

async function importing(visitor: Visitor): Promise<void> {
  const { page, say } = visitor;
  await visitor.open('/import-data');
  await visitor.see('import');
  const table = [
    '姓名,电话,等级,备注',
    '王小明,13911112222,A 重点,新客户',
    '李四,13911113333,最好,等级没有这个写法',
    '赵六,不是电话,,',
  ];
  const chosen = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: say('把 Excel 或 CSV 拖到这里', 'Drop an Excel or CSV file here') }).click();
  await (await chosen).setFiles({ name: '客户 2026.csv', mimeType: 'text/csv', buffer: Buffer.from(table.join('\n')) });
  await page.getByRole('heading', { name: say('试跑结果', 'What would happen') }).waitFor();
  await visitor.see('import-report');
  // What the file calls it is told what it means, and tried again.
  await page.getByRole('combobox', { name: say('“最好”是指', '“最好” means') }).click();
  await page.getByTitle(say('A 重点', 'A key'), { exact: true }).last().click();
  const go = page.getByRole('button', { name: say('导入 2 行', 'Import 2 rows') });
  await go.waitFor();
  await visitor.see('import-ready');
  await go.click();
  await page.getByRole('heading', { name: say('导入结果', 'What happened') }).waitFor();
  await page.getByRole('button', { name: say('撤销这次导入', 'Undo this import') }).waitFor();
  await visitor.see('import-done');
  await page.getByRole('button', { name: say('撤销这次导入', 'Undo this import') }).click();
  await page.getByText(say('已撤销：删除 2 条', 'Undone: 2 deleted')).waitFor();
  await visitor.see('import-undone');
  await visitor.open('/recycle-bin');
  await visitor.see('recycle-bin');
}

async function settings(visitor: Visitor): Promise<void> {
  const { page, look } = visitor;
  await visitor.open('/my-settings');
  await visitor.see('settings');
  const isZh = look.language === 'zh';
  await page
    .getByText(isZh ? 'English' : '中文', { exact: true })
    .first()
    .click();
  await page.getByRole('heading', { name: isZh ? 'Settings' : '个人设置' }).waitFor();
  await page
    .getByText(isZh ? '中文' : 'English', { exact: true })
    .first()
    .click();
  await page.getByRole('heading', { name: isZh ? '个人设置' : 'Settings' }).waitFor();
  const other = look.scheme === 'dark' ? visitor.say('浅色', 'Light') : visitor.say('深色', 'Dark');
  await page.getByText(other, { exact: true }).first().click();
  assert.equal(
    await page.evaluate(() => document.documentElement.dataset.scheme),
    look.scheme === 'dark' ? 'light' : 'dark',
  );
  await visitor.see('settings-other-scheme');
  await page.getByText(visitor.say('跟随系统', 'As the system'), { exact: true }).first().click();
}

async function lost(visitor: Visitor): Promise<void> {
  const { page, say } = visitor;
  visitor.expect(404);
  await visitor.open('/customer/01999999-0000-7000-8000-000000000000');
  await page.getByText(say('记录不存在', 'does not exist')).waitFor();
  await visitor.see('record-gone');
  await visitor.open('/nothingLikeThat');
  await visitor.see('object-gone');
  await visitor.open('/design-system');
  await visitor.see('design-system');
}

async function out(visitor: Visitor): Promise<void> {
  const { page, say, look } = visitor;
  await visitor.open('/customer');
  if (look.width === 360) await page.getByRole('button', { name: say('我的', 'Me'), exact: true }).click();
  else await page.getByRole('button', { name: say('账号', 'Account') }).click();
  await page.getByRole('button', { name: say('退出登录', 'Sign out') }).waitFor();
  await visitor.see('account');
  await page.getByRole('button', { name: say('退出登录', 'Sign out') }).click();
  await page.waitForURL('**/sign-in**');
  assert.equal(await page.evaluate(() => localStorage.getItem('huike.recent')), '[]');
}
