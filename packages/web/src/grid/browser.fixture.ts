import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { type Command, type MetadataDocument, newId, type Values } from '@huike/schema';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { password, type SignedIn, type TestServer, testServer } from '../../../server/src/testing.ts';

// A real server with deals in it, and people who look at them in a real browser.

export const deals: MetadataDocument = {
  objects: [
    {
      name: 'company',
      label: { zh: '公司', en: 'Company' },
      title: 'name',
      fields: [{ name: 'name', type: 'text', label: { zh: '名称', en: 'Name' }, required: true, unique: true }],
    },
    {
      name: 'deal',
      label: { zh: '商机', en: 'Deal' },
      title: 'name',
      fields: [
        { name: 'name', type: 'text', label: { zh: '商机名称', en: 'Deal name' }, required: true },
        {
          name: 'stage',
          type: 'option',
          label: { zh: '阶段', en: 'Stage' },
          options: [
            { value: 'new', label: { zh: '新建', en: 'New' }, color: 'blue' },
            { value: 'quoted', label: { zh: '已报价', en: 'Quoted' }, color: 'orange' },
            { value: 'won', label: { zh: '成交', en: 'Won' }, color: 'green' },
            { value: 'lost', label: { zh: '输单', en: 'Lost' }, color: 'grey' },
          ],
        },
        { name: 'amount', type: 'money', label: { zh: '金额', en: 'Amount' }, min: 0 },
        { name: 'chance', type: 'percent', label: { zh: '赢单率', en: 'Chance' } },
        { name: 'closes', type: 'date', label: { zh: '预计成交', en: 'Closes' } },
        { name: 'phone', type: 'phone', label: { zh: '电话', en: 'Phone' } },
        { name: 'big', type: 'boolean', label: { zh: '大单', en: 'Big' } },
        { name: 'company', type: 'relation', to: 'company', label: { zh: '客户公司', en: 'Company' } },
        {
          name: 'tags',
          type: 'options',
          label: { zh: '标签', en: 'Tags' },
          options: [
            { value: 'hot', label: { zh: '热门', en: 'Hot' } },
            { value: 'cold', label: { zh: '冷清', en: 'Cold' } },
          ],
        },
        { name: 'visitAt', type: 'dateTime', label: { zh: '拜访时间', en: 'Visit' } },
        { name: 'units', type: 'number', label: { zh: '数量', en: 'Units' }, min: 0 },
        { name: 'remark', type: 'longText', label: { zh: '备注', en: 'Remark' } },
      ],
    },
  ],
  views: [
    {
      name: 'deals',
      label: { zh: '全部商机', en: 'All deals' },
      object: 'deal',
      fields: [
        'name',
        'stage',
        'amount',
        'chance',
        'closes',
        'phone',
        'big',
        'company',
        'tags',
        'visitAt',
        'units',
        'remark',
        'owner',
      ],
      columns: [{ field: 'amount', total: 'sum' }],
      sort: ['name'],
    },
    {
      name: 'dealBoard',
      label: { zh: '销售看板', en: 'Board' },
      object: 'deal',
      layout: 'kanban',
      fields: ['name', 'amount', 'closes', 'company'],
      group: 'stage',
      limits: [{ value: 'quoted', most: 2 }],
    },
  ],
  roles: [
    {
      name: 'rep',
      label: { zh: '销售', en: 'Rep' },
      objects: {
        deal: { read: 'all', create: true, update: 'all', delete: 'all', export: 'none' },
        company: { read: 'all', create: true, update: 'all' },
      },
    },
  ],
};

const stages = ['new', 'quoted', 'won', 'lost'];
const two = (number: number) => String(number).padStart(2, '0');

/** The deal of a number, always the same. */
export function dealOf(number: number, company: string): Values {
  return {
    name: `商机 ${String(number).padStart(7, '0')}`,
    stage: stages[number % stages.length] ?? 'new',
    amount: `${(number * 37) % 100_000}.50`,
    chance: String((number * 7) % 101),
    closes: `2026-${two((number % 12) + 1)}-${two((number % 28) + 1)}`,
    phone: `138${String(10_000_000 + (number % 89_999_999))}`,
    big: number % 3 === 0,
    company,
    tags: number % 2 === 0 ? ['hot'] : ['hot', 'cold'],
    visitAt: `2026-${two((number % 12) + 1)}-${two((number % 28) + 1)}T0${number % 10}:30:00+08:00`,
    units: number % 500,
    remark: number % 5 === 0 ? '客户希望年底前完成签约，需要法务和财务同时确认付款条件与交付时间。' : '',
  };
}

export interface World {
  readonly database: TestDatabase;
  readonly server: TestServer;
  readonly browser: Browser;
  readonly person: SignedIn;
  fill(count: number): Promise<void>;
  /** A page of a person who is signed in, at an address. */
  open(where: string, options?: OpenOptions): Promise<Page>;
  close(): Promise<void>;
}

export interface OpenOptions {
  readonly as?: SignedIn;
  readonly width?: number;
  readonly height?: number;
  readonly language?: 'zh' | 'en';
  readonly dark?: boolean;
}

const shots = path.join(import.meta.dirname, '../../screenshots');

export async function world(browser: Browser): Promise<World> {
  const database = await testDatabase();
  const server = await testServer(database, { metadata: deals });
  const person = await server.addUser({ roles: ['rep'], language: 'zh' });
  const contexts: BrowserContext[] = [];
  return {
    database,
    server,
    browser,
    person,
    async fill(count) {
      const actor = { kind: 'system', name: 'command' } as const;
      const company = newId();
      const other = newId();
      const make = (object: string, id: string, values: Values): Command => ({ op: 'create', object, id, values });
      await server.kernel.write(actor, [
        make('company', company, { name: '华东机械有限公司' }),
        make('company', other, { name: '西南商贸有限公司' }),
      ]);
      for (let from = 0; from < count; from += 2_000) {
        const many = Math.min(2_000, count - from);
        await server.kernel.write(
          actor,
          Array.from({ length: many }, (_, index) => make('deal', newId(), dealOf(from + index, company))),
        );
      }
    },
    async open(where, options = {}) {
      const { as = person, width = 1440, height = 900, language = 'zh', dark = false } = options;
      const context = await browser.newContext({
        ...{ viewport: { width, height }, locale: language === 'zh' ? 'zh-CN' : 'en-GB' },
        ...{ colorScheme: dark ? 'dark' : 'light', permissions: ['clipboard-read', 'clipboard-write'] },
        ...{ timezoneId: 'Asia/Shanghai', baseURL: server.address },
      });
      contexts.push(context);
      const signed = await context.request.post('/api/v1/auth/sign-in', { data: { email: as.email, password } });
      if (!signed.ok()) throw new Error(await signed.text());
      if (language === 'en') await server.admin.patch(`records/user/${as.id}`, { language });
      const page = await context.newPage();
      page.on('pageerror', (error) => problems.push(String(error)));
      page.on('console', (message) => {
        // A refusal is an answer here; Chromium writes each into the console.
        if (message.type() === 'error' && !/status of 4\d\d/.test(message.text()))
          problems.push(`${message.text()} ${message.location().url}`);
      });
      await page.goto(where);
      return page;
    },
    async close() {
      for (const context of contexts) await context.close();
      await server.close();
      await database.close();
    },
  };
}

/** What pages threw or wrote into the console as errors. */
export const problems: string[] = [];

/** Keeps a picture of a page where nobody commits it. */
export async function shoot(page: Page, name: string): Promise<void> {
  await mkdir(shots, { recursive: true });
  await page.screenshot({ path: path.join(shots, `grid-${name}.png`) });
}

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds serious or critical on a page. */
export async function axeProblems(page: Page): Promise<readonly string[]> {
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    // axe-core put itself there.
    const { axe } = window as unknown as { axe: typeof import('axe-core') };
    const { violations } = await axe.run(document, { resultTypes: ['violations'] });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) =>
        nodes.slice(0, 3).map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary?.slice(0, 200)}`),
      );
  });
}
