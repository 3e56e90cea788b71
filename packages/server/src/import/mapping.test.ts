import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { applyMetadata, Kernel } from '@huike/kernel';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import { shop } from './fixture.ts';
import { guessed } from './mapping.ts';
import { readSpec } from './spec.ts';
import { sceneOf } from './targets.ts';

let database: TestDatabase;
let kernel: Kernel;
let folder: string;
const system = { kind: 'system', name: 'command' } as const;

const orders = {
  objects: [
    {
      name: 'purchase',
      label: { zh: '采购单', en: 'Purchase' },
      title: 'subject',
      fields: [
        { name: 'subject', type: 'text', label: { zh: '主题', en: 'Subject' } },
        { name: 'code', type: 'text', unique: true, label: { zh: '编号', en: 'Code' } },
        { name: 'member', type: 'relation', to: 'member', label: { zh: '会员', en: 'Member' } },
        { name: 'amount', type: 'money', label: { zh: '金额', en: 'Amount' } },
        { name: 'shipping', type: 'address', label: { zh: '收货地址', en: 'Shipping address' } },
        { name: 'billing', type: 'address', label: { zh: '账单地址', en: 'Billing address' } },
        { name: 'companyName', type: 'text', label: { zh: '公司', en: 'Company' } },
        { name: 'dueDate', type: 'date', label: { zh: '交货日期', en: 'Due date' } },
      ],
    },
  ],
} as const;

before(async () => {
  database = await testDatabase();
  folder = await mkdtemp(path.join(os.tmpdir(), 'huike-mapping-'));
  kernel = await Kernel.open({
    database: { url: database.url },
    dataFolder: folder,
    apps: [],
    environment: {},
    onError: () => {},
  });
  for (const document of [shop, orders]) {
    const { version } = await applyMetadata(kernel.db, system, document);
    await kernel.catalogs.reload(version);
  }
});
after(async () => {
  await kernel.close();
  await database.close();
  await rm(folder, { recursive: true });
});

/** What the columns of a file suggest, alone. */
function guess(
  object: string,
  columns: readonly string[],
  more: { readonly mode?: string; readonly key?: string } = {},
) {
  return guessed(sceneOf(kernel.catalogs.current(), system, readSpec({ object, ...more })), columns);
}

test('a column says by its name where it belongs', () => {
  const members: readonly (readonly [column: string, target: string | undefined])[] = [
    ['name', 'name'],
    ['姓名', 'name'],
    [' 姓 名 ', 'name'],
    ['会员姓名', 'name'],
    ['客户名称', 'name'],
    ['Full_Name', 'name'],
    ['MEMBER NAME', 'name'],
    ['手机', 'mobile'],
    ['手机号', 'mobile'],
    ['手机号码（必填）', 'mobile'],
    ['*手机', 'mobile'],
    ['联系电话', 'mobile'],
    ['ＭＯＢＩＬＥ', 'mobile'],
    ['Phone No.', 'mobile'],
    ['E-mail', 'email'],
    ['电子邮箱', 'email'],
    ['EmailAddress', 'email'],
    ['出生日期', 'birthday'],
    ['Date of birth', 'birthday'],
    ['入会时间', 'joined'],
    ['年收入 (元)', 'income'],
    ['annual_income', 'income'],
    ['是否重点', 'important'],
    ['客户等级', 'level'],
    ['省份', 'home.province'],
    ['市', 'home.city'],
    ['区/县', 'home.district'],
    ['详细地址', 'home.street'],
    ['地址', 'home'],
    ['邮编', 'home.postcode'],
    ['经度', 'place.lng'],
    ['币种', 'income.currency'],
    ['年收入 / 币种', 'income.currency'],
    ['门店', 'store'],
    ['门店名称', 'store.name'],
    ['门店编号', 'store.code'],
    ['store code', 'store.code'],
    ['备注信息', 'remark'],
    ['Comments', 'remark'],
    ['负责人', 'owner'],
    ['部门', undefined],
    ['流水号', undefined],
    ['创建时间', undefined],
    ['ID', undefined],
    ['完全不相干', undefined],
    ['', undefined],
  ];
  for (const [column, target] of members)
    assert.deepEqual(guess('member', [column]), target === undefined ? {} : { [column]: target }, column);
  const purchases: readonly (readonly [string, string | undefined])[] = [
    ['会员编号', 'member.code'],
    ['会员', 'member'],
    ['会员姓名', 'member.name'],
    ['采购单编号', 'code'],
    ['编号', 'code'],
    ['总金额', undefined],
    ['合计', 'amount'],
    ['收货地址省份', 'shipping.province'],
    ['账单地址城市', 'billing.city'],
    ['省', 'shipping.province'],
    ['公司名称', 'companyName'],
    ['截止日期', 'dueDate'],
  ];
  for (const [column, target] of purchases)
    assert.deepEqual(guess('purchase', [column]), target === undefined ? {} : { [column]: target }, column);
});

test('a slip in a column’s name is seen through, but not a word that means something else', () => {
  for (const [column, target] of [
    ['Emial', 'email'],
    ['Biirthday', 'birthday'],
    ['Discuont', 'discount'],
    ['Mobile Numbber', 'mobile'],
    ['Points2', undefined],
    ['Lakes', undefined],
    ['Likse', 'likes'],
    ['出厂日期', undefined],
  ] as const)
    assert.deepEqual(guess('member', [column]), target === undefined ? {} : { [column]: target }, column);
  // What is written right comes first.
  assert.deepEqual(guess('member', ['Emial', 'Email']), { Email: 'email' });
});

test('of several columns for one field the one that says it best gets it', () => {
  assert.deepEqual(guess('member', ['联系电话', '手机', '会员名称', '姓名', '客户编号', '编号']), {
    手机: 'mobile',
    姓名: 'name',
    编号: 'code',
  });
  assert.deepEqual(guess('purchase', ['会员姓名', '会员编号']), { 会员编号: 'member.code' });
  assert.deepEqual(guess('member', ['ID', '姓名'], { mode: 'update', key: 'id' }), { ID: 'id', 姓名: 'name' });
  assert.deepEqual(guess('member', ['流水号', '姓名'], { mode: 'insert' }), { 姓名: 'name' });
});

test('a nickname is a name where there is no better one; a column that is mapped must be there', () => {
  assert.deepEqual(guess('member', ['昵称', '手机']), { 昵称: 'name', 手机: 'mobile' });
  const scene = sceneOf(kernel.catalogs.current(), system, readSpec({ object: 'member' }));
  assert.throws(() => guessed(scene, ['姓名', '手机'], { 昵称: 'name' }), { code: 'import.column' });
});

test('every file of an export is understood when it comes back', () => {
  const { fields } = kernel.catalogs.current().objects.get('member') ?? { fields: new Map() };
  for (const language of ['zh', 'en'] as const) {
    const writable = [...fields.values()].filter(({ system: own, type }) => !own && type !== 'autoNumber');
    const mapping = guess(
      'member',
      writable.map(({ label }) => label[language]),
    );
    assert.deepEqual(
      Object.values(mapping),
      writable.map(({ name }) => name),
    );
  }
});
