import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { launchChromium } from '@huike/testkit';
import type { Browser, Page } from 'playwright-core';
import { axeProblems, problems, shoot, type World, world } from '../grid/browser.fixture.ts';

let browser: Browser;
let the: World;

before(async () => {
  browser = await launchChromium();
  the = await world(browser);
  await the.fill(240);
});
after(async () => {
  await the?.close();
  await browser?.close();
});
afterEach(() => assert.deepEqual(problems.splice(0), []));

async function open(where = '/deal', options: Parameters<World['open']>[1] = {}): Promise<Page> {
  const page = await the.open(where, options);
  page.setDefaultTimeout(10_000);
  await page.locator('.hk-frame, .hk-board, .hk-month, .hk-gallery').first().waitFor();
  return page;
}

const records = (page: Page, count: string) => page.locator('.hk-status').getByText(`${count} 条记录`).waitFor();
const chip = (page: Page, name: string) => page.locator('.hk-filter .hk-chip', { hasText: name }).first();
const stageOf = async (name: string) => {
  const filter = encodeURIComponent(JSON.stringify({ field: 'name', op: 'eq', value: name }));
  return (await the.server.admin.get(`records/deal?fields=stage&filter=${filter}`)).get('data', 0, 'stage');
};

test('a filter is built by clicking, and reads as it would be said', async () => {
  const page = await open();
  await records(page, '240');
  await chip(page, '筛选').click();
  await page.getByRole('combobox', { name: '按哪个字段筛选' }).fill('阶段');
  await page.keyboard.press('Enter');
  await page.getByRole('option', { name: '新建' }).click();
  await page.getByRole('option', { name: '成交' }).click();
  await shoot(page, 'filter-form');
  await page.getByRole('button', { name: '应用' }).click();
  await chip(page, '阶段 是 新建、成交').waitFor();
  await records(page, '120');

  await chip(page, '添加条件').click();
  await page.getByRole('option', { name: '预计成交', exact: true }).click();
  await page.getByRole('combobox', { name: '值' }).selectOption({ label: '今年' });
  await page.getByRole('button', { name: '应用' }).click();
  await chip(page, '预计成交 在 今年').waitFor();
  await page.getByRole('button', { name: /条件之间/ }).click();
  await page.getByRole('button', { name: '条件之间：或' }).waitFor();
  await page.getByRole('button', { name: '条件之间：或' }).click();

  // A related record, by its name and by what is said of it.
  await chip(page, '添加条件').click();
  await page.getByRole('option', { name: '客户公司', exact: true }).click();
  await page.getByRole('combobox', { name: '条件' }).selectOption({ label: '满足' });
  await page.getByRole('dialog').locator('.hk-chip.add').click();
  await page.getByRole('option', { name: '名称', exact: true }).click();
  await page.getByRole('textbox', { name: '值' }).last().fill('西南');
  await page.getByRole('button', { name: '应用' }).first().click();
  await page.getByRole('button', { name: '应用' }).click();
  await chip(page, '客户公司 满足 (名称 包含 “西南”)').waitFor();
  await page.getByText('没有符合条件的记录').waitFor();
  await shoot(page, 'filter-words');
  assert.deepEqual(await axeProblems(page), []);

  await chip(page, '客户公司').click();
  await page.getByRole('combobox', { name: '条件' }).selectOption({ label: '是' });
  await page.getByRole('option', { name: '华东机械有限公司' }).click();
  await page.getByRole('button', { name: '应用' }).click();
  await chip(page, '客户公司 是 华东机械有限公司').waitFor();
  await records(page, '120');
  await chip(page, '阶段').click();
  await page.getByRole('button', { name: '删除条件' }).click();
  await records(page, '240');
});

test('a person’s own view is saved, kept, renamed and thrown away; nobody else sees it', async () => {
  const page = await open();
  await records(page, '240');
  await page.getByRole('button', { name: '我负责的' }).click();
  await page.getByText('没有符合条件的记录').waitFor();
  await page.getByRole('button', { name: '清除筛选' }).click();
  await records(page, '240');
  await page.getByRole('button', { name: '按商机名称排序' }).click();
  await page.getByRole('combobox', { name: '商机名称' }).selectOption('descending');
  await page.keyboard.press('Escape');
  await page.getByRole('img', { name: '有未保存的更改' }).waitFor();
  // A shared view isn't a seller's to change: only to save as an own one.
  assert.equal(await page.getByRole('button', { name: '保存', exact: true }).count(), 0);
  await page.getByRole('button', { name: /视图“全部商机”的菜单/ }).click();
  await page.getByRole('menuitem', { name: '另存为新视图' }).click();
  await page.getByLabel('名称', { exact: true }).fill('倒着看');
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await page.getByRole('button', { name: '倒着看' }).first().waitFor();
  assert.equal((await the.person.get('me/views')).get('data', 0, 'title'), '倒着看');
  assert.deepEqual((await the.person.get('me/views')).get('data', 0, 'sort'), ['-name']);
  await page.reload();
  await page.getByText('商机 0000239').waitFor();
  await shoot(page, 'own-view');
  const other = await the.server.addUser({ roles: ['rep'], language: 'zh' });
  const theirs = await open('/deal', { as: other });
  assert.equal(await theirs.getByRole('button', { name: '倒着看' }).count(), 0);
  await page.getByRole('button', { name: /视图“倒着看”的菜单/ }).click();
  await page.getByRole('menuitem', { name: '重命名' }).click();
  await page.getByLabel('名称', { exact: true }).fill('从后往前');
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await page.getByRole('button', { name: '从后往前' }).first().waitFor();
  await page.getByRole('button', { name: /视图“从后往前”的菜单/ }).click();
  await page.getByRole('menuitem', { name: '删除视图' }).click();
  await page.getByText('视图已删除').waitFor();
  assert.deepEqual((await the.person.get('me/views')).get('data'), []);
});

test('who may declare views shares one with a role', async () => {
  const chief = await the.server.addUser({ roles: ['administrator'], language: 'zh' });
  const page = await open('/deal?view=dealBoard', { as: chief });
  await page.getByRole('button', { name: /视图“销售看板”的菜单/ }).click();
  await page.getByRole('menuitem', { name: '另存为新视图' }).click();
  await page.getByLabel('名称', { exact: true }).fill('华东看板');
  await page.getByRole('radio', { name: '指定角色可见' }).check();
  await page.getByRole('checkbox', { name: '销售' }).check();
  await page.getByLabel('英文名称').fill('East board');
  await shoot(page, 'share');
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await page.getByText('视图已保存').waitFor();
  const views = (await the.person.get('metadata')).get('views');
  assert.ok(Array.isArray(views));
  const made = JSON.parse(JSON.stringify(views)).find(
    (view: { label: { en: string } }) => view.label.en === 'East board',
  );
  assert.deepEqual([made.layout, made.group, made.roles], ['kanban', 'stage', ['rep']]);
});

test('a card is dragged to another stage by pointer, and taken back', async () => {
  const page = await open('/deal?view=dealBoard');
  const card = page.locator('[data-lane=new] [data-card]').first();
  await card.waitFor();
  const name = (await card.locator('b').innerText()).trim();
  await shoot(page, 'board');
  const from = await card.boundingBox();
  const to = await page.locator('[data-lane=won]').boundingBox();
  assert.ok(from !== null && to !== null);
  await page.mouse.move(from.x + 40, from.y + 20);
  await page.mouse.down();
  await page.mouse.move(from.x + 80, from.y + 40, { steps: 4 });
  await page.mouse.move(to.x + 100, to.y + 120, { steps: 8 });
  await shoot(page, 'board-drag');
  await page.mouse.up();
  await page.getByText(`“${name}”已移到“成交”`).waitFor();
  assert.equal(await stageOf(name), 'won');
  await page.locator('[data-lane=won] [data-card]', { hasText: name }).waitFor();
  assert.deepEqual(await axeProblems(page), []);
  await page.getByRole('button', { name: '撤销' }).click();
  await page.locator('[data-lane=new] [data-card]', { hasText: name }).waitFor();
  await page.waitForFunction(() => document.querySelector('[data-lane=won] .hk-count')?.textContent === '60');
  assert.equal(await stageOf(name), 'new');
});

test('a card goes to the next stage by keyboard', async () => {
  const page = await open('/deal?view=dealBoard');
  const card = page.locator('[data-lane=new] [data-card]').nth(1);
  await card.waitFor();
  const name = (await card.locator('b').innerText()).trim();
  await card.focus();
  await page.keyboard.press('Space');
  await page.locator('.hk-card.lifted').waitFor();
  await page.keyboard.press('ArrowRight');
  await page.locator('.hk-lane.over[data-lane=quoted]').waitFor();
  await page.keyboard.press('Space');
  await page.getByText(`“${name}”已移到“已报价”`).waitFor();
  assert.equal(await stageOf(name), 'quoted');
  // Over its limit, it says so.
  await page.locator('[data-lane=quoted]').getByText('超过上限 2').waitFor();
});

test('what somebody changed meanwhile isn’t moved over', async () => {
  const page = await open('/deal?view=dealBoard');
  const card = page.locator('[data-lane=lost] [data-card]').first();
  await card.waitFor();
  const id = (await card.getAttribute('data-card')) ?? '';
  // Between the drop and the server: sooner, the page would hear of it and move the card as it is now.
  await page.route(`**/records/deal/${id}`, async (route) => {
    if (route.request().method() === 'PATCH')
      await the.server.admin.patch(`records/deal/${id}`, { remark: 'meanwhile' });
    await route.continue();
  });
  await card.focus();
  await page.keyboard.press('Space');
  await page.locator('.hk-card.lifted').waitFor();
  await page.keyboard.press('ArrowLeft');
  await page.locator('.hk-lane.over[data-lane=won]').waitFor();
  await page.keyboard.press('Space');
  await page.getByText('这条记录刚被他人修改').waitFor();
  assert.equal((await the.server.admin.get(`records/deal/${id}`)).get('stage'), 'lost');
});

test('the other layouts, colours by rule, and no serious accessibility problem in any', async () => {
  const page = await open();
  await page.getByRole('button', { name: '颜色' }).click();
  await page.getByRole('button', { name: '添加颜色规则' }).click();
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => document.querySelectorAll('.hk-row[data-color=red]').length > 5);
  await shoot(page, 'colours');
  for (const [layout, place] of [
    ['日历', '.hk-event, .hk-day.today'],
    ['卡片', '.hk-gallery .hk-card'],
    ['看板', '[data-card]'],
  ] as const) {
    await page.locator('.hk-tools-end button').last().click();
    await page.getByRole('menuitemradio', { name: layout }).click();
    await page.locator(place).first().waitFor();
    await shoot(page, `layout-${layout}`);
    assert.deepEqual(await axeProblems(page), [], layout);
  }
  for (const dark of [false, true]) {
    const phone = await open('/deal?view=dealBoard', { width: 360, height: 740, dark });
    await phone.locator('[data-card]').first().waitFor();
    await shoot(phone, `board-360${dark ? '-dark' : ''}`);
    assert.deepEqual(await axeProblems(phone), []);
  }
});

test('hostile text in every cell, card and filter stays text', async () => {
  const bad = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>';
  await the.server.admin.post('records/company', { name: bad });
  await the.server.admin.post('records/deal', {
    name: bad,
    remark: bad,
    stage: 'new',
    company: { lookup: { field: 'name', value: bad } },
  });
  const page = await open();
  await page.getByRole('searchbox').fill('<img');
  await page.locator('.hk-body').getByText('<img src=x').first().waitFor();
  const board = await open('/deal?view=dealBoard');
  await board.locator('[data-card]', { hasText: '<img src=x' }).waitFor();
  for (const one of [page, board]) assert.equal(await one.evaluate(() => Reflect.get(window, 'hit')), undefined);
});
