import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { launchChromium } from '@huike/testkit';
import type { Browser, Locator, Page } from 'playwright-core';
import { axeProblems, problems, shoot, type World, world } from './browser.fixture.ts';

let browser: Browser;
let the: World;
const rowCount = process.env.HUIKE_LONG === '1' ? 1_000_000 : 20_000;

before(async () => {
  browser = await launchChromium();
  the = await world(browser);
  await the.fill(rowCount);
});
after(async () => {
  await the?.close();
  await browser?.close();
});
afterEach(() => assert.deepEqual(problems.splice(0), []));

/** A cell by the number of its row and the words over its column, from 1. */
const cell = (page: Page, row: number, column: number): Locator =>
  page.locator(`[role=row][aria-rowindex="${row + 1}"] [aria-colindex="${column + 1}"]`).first();
const text = async (page: Page, row: number, column: number) => (await cell(page, row, column).innerText()).trim();
const loaded = (page: Page, row = 1) =>
  page.waitForFunction((index) => {
    const name = document.querySelector(`.hk-body [aria-rowindex="${index + 1}"] [aria-colindex="2"]`);
    return (name?.textContent ?? '') !== '';
  }, row);
/** Scrolls to a part of the whole height, or to pixels. */
async function scroll(page: Page, to: { readonly part?: number; readonly pixels?: number }): Promise<void> {
  await page.evaluate(async ({ part, pixels }) => {
    const scroller = document.querySelector('.hk-scroller');
    if (scroller !== null) scroller.scrollTop = pixels ?? (part ?? 0) * (scroller.scrollHeight - scroller.clientHeight);
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  }, to);
}
/** Scrolls until a row is in sight and there. */
async function reach(page: Page, row: number): Promise<void> {
  await scroll(page, { pixels: Math.max(0, (row - 6) * 36) });
  await loaded(page, row);
}
const column = {
  name: 1,
  stage: 2,
  amount: 3,
  chance: 4,
  closes: 5,
  phone: 6,
  big: 7,
  company: 8,
  tags: 9,
  visitAt: 10,
  units: 11,
};

async function open(where = '/deal', options: Parameters<World['open']>[1] = {}): Promise<Page> {
  const page = await the.open(where, options);
  page.setDefaultTimeout(10_000);
  await loaded(page);
  return page;
}

async function paste(page: Page, table: string): Promise<void> {
  await page.evaluate((given) => navigator.clipboard.writeText(given), table);
  await page.keyboard.press('Control+V');
}

async function stored(filter: object, fields: string): Promise<readonly Record<string, unknown>[]> {
  const answer = await the.server.admin.get(
    `records/deal?fields=${fields}&sort=name&limit=100&filter=${encodeURIComponent(JSON.stringify(filter))}`,
  );
  const data = answer.get('data');
  assert.ok(Array.isArray(data), JSON.stringify(answer.body));
  return JSON.parse(JSON.stringify(data));
}

test('fifty cells come from a spreadsheet at once, and go back by one undo', async () => {
  const page = await open();
  const names = Array.from({ length: 10 }, (_, index) => `商机 ${String(index).padStart(7, '0')}`);
  const filter = { field: 'name', op: 'in', value: names };
  const fields = 'name,stage,amount,chance,closes,phone,units,version';
  const before = await stored(filter, fields);
  const words = ['已报价', '成交', '输单', '新建'];
  const rows = names.map((_, row) => [
    words[row % 4],
    `¥${row + 1},000.25`,
    `${70 + row}%`,
    `2027/${row + 1}/9`,
    `139 0000 000${row}`,
  ]);
  const table = rows.map((row) => row.join('\t'));
  await cell(page, 1, column.stage).click();
  await paste(page, `${table.join('\r\n')}\r\n`);
  await page.getByText('已保存 50 个单元格').waitFor();
  const pasted = await stored(filter, fields);
  for (const [row, record] of pasted.entries()) {
    const month = String(row + 1).padStart(2, '0');
    assert.deepEqual(
      [record.stage, record.amount, record.chance, record.closes, record.phone],
      [
        ['quoted', 'won', 'lost', 'new'][row % 4],
        { amount: `${row + 1}000.25`, currency: 'CNY' },
        String(70 + row),
        `2027-${month}-09`,
        `+861390000000${row}`,
      ],
    );
  }
  assert.equal(await text(page, 1, column.amount), '¥1,000.25');
  await shoot(page, 'paste');
  await page.keyboard.press('Control+Z');
  await page.getByText('已撤销 50 个单元格').waitFor();
  const back = await stored(filter, fields);
  const plain = (records: typeof before) => records.map(({ version: _, ...record }) => record);
  assert.deepEqual(plain(back), plain(before));
  await page.keyboard.press('Control+Y');
  await page.getByText('已重做 50 个单元格').waitFor();
  assert.equal((await stored(filter, fields))[1]?.stage, 'won');
});

test('what doesn’t fit is shown with its reason, and the person decides about the rest', async () => {
  const page = await open();
  await reach(page, 21);
  await cell(page, 21, column.stage).click();
  await paste(page, '已报价\t五百\r\n没有的\t600\r\n输单\t700');
  await page.getByText('2 个单元格放不进去').waitFor();
  assert.ok(await page.getByText('不是数字').isVisible());
  assert.ok(await page.getByText('没有这个选项').isVisible());
  await shoot(page, 'misfits');
  await page.getByRole('button', { name: '粘贴其余 4 个' }).click();
  await page.getByText('已保存 4 个单元格').waitFor();
  const [one, two, three] = await stored(
    { field: 'name', op: 'in', value: ['商机 0000020', '商机 0000021', '商机 0000022'] },
    'name,stage,amount',
  );
  assert.equal(one?.stage, 'quoted');
  assert.deepEqual(two?.amount, { amount: '600.00', currency: 'CNY' });
  assert.equal(three?.stage, 'lost');
  // What only the server knows: below zero isn't allowed.
  await cell(page, 21, column.amount).click();
  await paste(page, '-5\r\n800');
  await page.getByText('1 处不能保存').waitFor();
  await page.getByRole('button', { name: '保存其余 1 处' }).click();
  await page.waitForFunction(() => document.querySelector('.hk-aside') === null);
  await page.waitForFunction(() => document.querySelectorAll('[data-flag]').length === 0);
  const [first, second] = await stored(
    { field: 'name', op: 'in', value: ['商机 0000020', '商机 0000021'] },
    'name,amount',
  );
  assert.deepEqual(second?.amount, { amount: '800.00', currency: 'CNY' });
  assert.notDeepEqual(first?.amount, { amount: '-5.00', currency: 'CNY' });
});

test('names in a spreadsheet find their records, and copies go out as a table', async () => {
  const page = await open();
  await reach(page, 31);
  await cell(page, 31, column.company).click();
  await paste(page, '西南商贸有限公司\r\n没有这家');
  await page.getByText('1 个单元格放不进去').waitFor();
  await page.getByRole('button', { name: '粘贴其余 1 个' }).click();
  await page.waitForFunction(() => document.querySelectorAll('[data-flag]').length === 0);
  const [record] = await stored({ field: 'name', op: 'eq', value: '商机 0000030' }, 'name,company');
  assert.deepEqual(Object(record?.company).name, '西南商贸有限公司');
  await cell(page, 31, column.name).click();
  await cell(page, 32, column.amount).click({ modifiers: ['Shift'] });
  await page.keyboard.press('Control+C');
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.deepEqual(
    copied.split('\r\n').map((line) => line.split('\t')),
    [
      ['商机 0000030', '成交', '1110.50'],
      ['商机 0000031', '输单', '1147.50'],
    ],
  );
});

test('everything goes by keyboard: walking, editing each kind, filling, peeking', async () => {
  const page = await open();
  await page.locator('.hk-grid').focus();
  const active = () =>
    page.evaluate(() => {
      const id = document.activeElement?.getAttribute('aria-activedescendant') ?? '';
      const element = document.getElementById(id);
      return [
        element?.closest('[role=row]')?.getAttribute('aria-rowindex'),
        element?.getAttribute('aria-colindex'),
      ].join();
    });
  const go = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  assert.equal(await active(), '2,2');
  await go('ArrowDown', 'ArrowRight', 'ArrowRight');
  assert.equal(await active(), '3,4');
  await go('End');
  assert.equal(await active(), '3,14');
  await go('Home', 'PageDown');
  const [row] = (await active()).split(',').map(Number);
  assert.ok((row ?? 0) > 15);
  await go('Control+Home');
  assert.equal(await active(), '2,2');
  await go('Control+End');
  assert.equal(await active(), `${rowCount + 1},14`);
  await loaded(page, rowCount);
  assert.equal(await text(page, rowCount, column.name), `商机 ${String(rowCount - 1).padStart(7, '0')}`);
  await go('Control+Home', 'Shift+Tab');
  // Out of the grid at its beginning.
  assert.ok(await page.evaluate(() => document.activeElement?.getAttribute('role') !== 'grid'));
  await page.locator('.hk-grid').focus();
  for (let step = 0; step < 40; step++) await page.keyboard.press('ArrowDown');
  assert.equal(await active(), '42,2');
  // Text: typed over the old, then changed.
  await page.keyboard.type('Contract');
  assert.equal(await page.locator('.hk-editor input').inputValue(), 'Contract');
  await page.locator('.hk-editor input').fill('甲方合同');
  await go('Enter');
  await page.waitForFunction(() => document.querySelectorAll('[data-flag]').length === 0);
  assert.equal(await active(), '43,2');
  const changed = async () =>
    (await stored({ field: 'name', op: 'eq', value: '甲方合同' }, 'id,name,stage,closes,big,units'))[0];
  assert.ok(await changed());
  // An option by its words, a day, a number that isn't one and then is, a yes.
  await go('ArrowUp', 'ArrowRight', 'Enter');
  await page.getByRole('combobox').fill('输');
  await go('Enter');
  await page.waitForFunction(() => document.querySelector('[popover]') === null);
  for (let step = 0; step < 3; step++) await page.keyboard.press('ArrowRight');
  await go('Enter');
  await page.locator('.hk-editor input').fill('2028-02-29');
  await go('Enter', 'ArrowUp', 'ArrowRight', 'ArrowRight', 'Enter');
  for (let step = 0; step < 4; step++) await page.keyboard.press('ArrowRight');
  await page.keyboard.type('abc');
  await go('Enter');
  await page.getByText('不是数字').waitFor();
  await page.locator('.hk-editor input').fill('12');
  await go('Tab');
  await page.waitForFunction(() => document.querySelectorAll('[data-flag]').length === 0);
  const record = await changed();
  assert.deepEqual([record?.stage, record?.closes, record?.big, record?.units], ['lost', '2028-02-29', true, 12]);
  // Escape leaves everything as it was.
  await go('Shift+Tab');
  await page.keyboard.type('99');
  await go('Escape');
  assert.equal((await changed())?.units, 12);
  // Down over three rows.
  await go('Shift+ArrowDown', 'Shift+ArrowDown', 'Control+D');
  await page.getByText('已保存 2 个单元格').waitFor();
  await go('Control+Z');
  await page.getByText('已撤销 2 个单元格').waitFor();
  await go(' ');
  await page.waitForURL(/peek=deal/);
  // Back to its name, by which the other tests know it.
  await the.server.admin.patch(`records/deal/${record?.id}`, { name: '商机 0000040' });
});

test('a grid of so many rows can be scrolled anywhere, and shows the right ones', async () => {
  const page = await open();
  await page.getByText(`${rowCount.toLocaleString('zh-CN')} 条记录`).waitFor();
  const at = async (part: number) => {
    await scroll(page, { part });
    // The rows of before stand until the frame after the scrolling.
    await page.waitForFunction(
      ([middle, near]) => {
        const rows = [...document.querySelectorAll('.hk-body .hk-row:not([hidden])')];
        const places = rows.map((row) => Number(row.getAttribute('aria-rowindex')) - 2);
        const there = places.some((place) => Math.abs(place - middle) < near);
        return there && rows.length > 10 && rows.every((row) => !row.classList.contains('blank'));
      },
      [part * rowCount, rowCount / 50 + 40] as const,
    );
    return page.evaluate(() =>
      [...document.querySelectorAll('.hk-body .hk-row:not([hidden])')].map(
        (row) =>
          [
            Number(row.getAttribute('aria-rowindex')) - 2,
            row.querySelector('[data-column="0"]')?.textContent ?? '',
          ] as const,
      ),
    );
  };
  for (const part of [0.5, 0.93, 0.25, 1, 0]) {
    const rows = [...(await at(part))].sort(([one], [other]) => one - other);
    const middle = rows[Math.floor(rows.length / 2)]?.[0] ?? 0;
    assert.ok(Math.abs(middle - part * rowCount) < rowCount / 50 + 40, `${part}: row ${middle}`);
    for (const [row, name] of rows) assert.equal(name, `商机 ${String(row).padStart(7, '0')}`);
  }
  assert.ok(await page.evaluate(() => document.querySelectorAll('.hk-body .hk-row').length < 80));
});

test('two people change the same record: other cells merge, the same cell asks', async () => {
  const other = await the.server.addUser({ roles: ['rep'], language: 'zh' });
  const [mine, theirs] = [await open(), await open('/deal', { as: other })];
  const edit = async (page: Page, row: number, at: number, value: string) => {
    await reach(page, row);
    await cell(page, row, at).click();
    await page.keyboard.type(value);
    await page.keyboard.press('Enter');
    await page.waitForFunction(
      () => document.querySelectorAll('[data-flag]').length === 0 || document.querySelector('.hk-aside') !== null,
    );
  };
  // The other writes between this page and the server: sooner, the page would hear of it.
  const crossed = async (page: Page, other: () => Promise<void>) => {
    let due = true;
    await page.route(/\/records\/deal(\?|$)/, async (route) => {
      const crosses = due && route.request().method() === 'PATCH';
      if (crosses) {
        due = false;
        await other();
      }
      await route.fallback();
    });
  };
  const deal = async () =>
    (await stored({ field: 'name', op: 'eq', value: '商机 0000050' }, 'name,units,chance,amount'))[0];
  await crossed(mine, () => edit(theirs, 51, column.units, '7'));
  await edit(mine, 51, column.chance, '33');
  assert.deepEqual([(await deal())?.units, (await deal())?.chance], [7, '33']);
  assert.equal(await mine.locator('.hk-aside').count(), 0);
  assert.equal(await text(mine, 51, column.units), '7');

  await crossed(mine, () => edit(theirs, 51, column.amount, '100'));
  await edit(mine, 51, column.amount, '200');
  await mine.getByText(`${other.name}刚改了同样的内容`).waitFor();
  assert.deepEqual((await deal())?.amount, { amount: '100.00', currency: 'CNY' });
  await shoot(mine, 'conflict');
  await mine.getByRole('button', { name: '用我的' }).click();
  await mine.waitForFunction(() => document.querySelectorAll('[data-flag]').length === 0);
  assert.deepEqual((await deal())?.amount, { amount: '200.00', currency: 'CNY' });

  await crossed(theirs, () => edit(mine, 51, column.amount, '250'));
  await edit(theirs, 51, column.amount, '300');
  await theirs.getByText(`${the.person.name}刚改了同样的内容`).waitFor();
  await theirs.getByRole('button', { name: '用对方的' }).click();
  await theirs.waitForFunction(() => document.querySelectorAll('[data-flag]').length === 0);
  assert.equal(await text(theirs, 51, column.amount), '¥250.00');
  assert.deepEqual((await deal())?.amount, { amount: '250.00', currency: 'CNY' });
});

test('many rows are changed and thrown away at once, and come back', async () => {
  const page = await open();
  await page.getByRole('searchbox').fill('000010');
  await page.waitForFunction(() => document.querySelector('.hk-status')?.textContent?.startsWith('11 '));
  await loaded(page);
  await page.getByRole('checkbox', { name: '全选' }).check();
  await page.getByText('已选全部 11 条').waitFor();
  await page.getByRole('button', { name: '批量修改' }).click();
  await page.getByLabel('修改哪个字段').selectOption({ label: '数量' });
  await page.getByLabel('改为').fill('77');
  await shoot(page, 'bulk');
  await page.getByRole('button', { name: '修改 11 条' }).click();
  await page.getByText('已修改 11 条').waitFor();
  const these = { field: 'name', op: 'contains', value: '000010' };
  assert.ok((await stored(these, 'units')).every((record) => record.units === 77));
  await page.getByRole('checkbox', { name: '全选' }).check();
  await page.locator('.hk-bulk').getByRole('button', { name: '删除' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '删除' }).click();
  await page.getByText('已移入回收站 11 条').waitFor();
  await page.getByText('没有符合条件的记录').waitFor();
  assert.equal((await stored(these, 'id')).length, 0);
  await shoot(page, 'nothing');
  await page.getByRole('button', { name: '撤销' }).last().click();
  await page.waitForFunction(() => document.querySelector('.hk-status')?.textContent?.startsWith('11 '));
  assert.equal((await stored(these, 'id')).length, 11);
});

test('columns are sorted, grouped, widened, moved, frozen and hidden, and stay so', async () => {
  const page = await open();
  const menu = async (name: string, item: string) => {
    await page.getByRole('button', { name: `“${name}”列的菜单` }).click();
    await page
      .getByRole('menuitem', { name: item })
      .or(page.getByRole('menuitemradio', { name: item }))
      .click();
  };
  await menu('金额', '降序');
  await loaded(page);
  await page.waitForFunction(() => document.querySelector('[aria-sort=descending]') !== null);
  await menu('阶段', '按此分组');
  await page.waitForFunction(() => document.querySelectorAll('.hk-row.group').length > 0);
  const heads = await page.locator('.hk-row.group:not([hidden])').first().innerText();
  assert.match(heads, /新建/);
  await shoot(page, 'groups');
  await page.locator('.hk-row.group').first().click();
  await page.waitForFunction(() => document.querySelectorAll('.hk-row.group:not([hidden])').length >= 2);
  await menu('阶段', '取消分组');
  await loaded(page);
  await menu('阶段', '冻结到此列');
  await menu('电话', '隐藏此列');
  await menu('赢单率', '左移');
  const heading = async () =>
    (await page.locator('.hk-head [role=columnheader]').allInnerTexts()).map((one) => one.trim()).filter(Boolean);
  const wanted = ['商机名称', '阶段', '赢单率', '金额', '预计成交', '大单'];
  await page.waitForFunction(() => !document.querySelector('.hk-head')?.textContent?.includes('电话'));
  assert.deepEqual((await heading()).slice(0, 6), wanted);
  await page.getByRole('separator', { name: /金额/ }).focus();
  await page.keyboard.press('ArrowRight');
  await page.reload();
  await loaded(page);
  assert.deepEqual((await heading()).slice(0, 6), wanted);
  assert.equal(await page.getByRole('separator', { name: /金额/ }).getAttribute('aria-valuenow'), '156');
  await page.getByRole('button', { name: /视图“全部商机”的菜单/ }).click();
  await page.getByRole('menuitem', { name: '还原' }).click();
  await loaded(page);
  assert.deepEqual((await heading()).slice(0, 4), ['商机名称', '阶段', '金额', '赢单率']);
});

test('the grid has no serious accessibility problem, in both languages, light and dark, wide and narrow', async () => {
  const aligned = (page: Page) =>
    page.evaluate(() => {
      const lefts = (selector: string) =>
        [...document.querySelectorAll(`${selector} [aria-colindex="2"]`)].map(
          (one) => one.getBoundingClientRect().left,
        );
      return new Set([...lefts('.hk-head'), ...lefts('.hk-body .hk-row:not([hidden])')]).size;
    });
  for (const [name, options] of [
    ['zh-1440', {}],
    ['zh-360', { width: 360, height: 740 }],
    ['zh-dark', { dark: true }],
    ['zh-360-dark', { width: 360, height: 740, dark: true }],
  ] as const) {
    const page = await open('/deal', options);
    await cell(page, 3, column.name).click();
    await shoot(page, name);
    assert.equal(await aligned(page), 1, `${name}: the first column stands in one line`);
    assert.deepEqual(await axeProblems(page), [], name);
  }
  const english = await the.server.addUser({ roles: ['rep'], language: 'en' });
  for (const [name, width] of [
    ['en-1440', 1440],
    ['en-360', 360],
  ] as const) {
    const page = await open('/deal', { as: english, language: 'en', width });
    await page.getByText('records').first().waitFor();
    await shoot(page, name);
    assert.deepEqual(await axeProblems(page), [], name);
  }
});
