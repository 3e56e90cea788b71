import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chineseNumber, readChineseAddress } from './addresses.ts';
import { readCompany } from './companies.ts';
import { blurSyllable, readPinyin, syllableOf } from './pinyin.ts';
import { surnameLength } from './surnames.ts';

test('companies: what registration adds is taken off, what tells them apart stays', () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ['北京华为技术有限公司', '华为技术', ['北京']],
    ['华为技术(北京)有限公司', '华为技术', ['北京']],
    ['华为技术（北京）有限公司', '华为技术', ['北京']],
    ['華為技術股份有限公司', '华为技术', []],
    ['华为终端有限公司', '华为终端', []],
    ['广东省深圳市腾讯计算机系统有限公司', '腾讯计算机系统', ['广东', '深圳']],
    ['腾讯科技（深圳）有限公司上海分公司', '腾讯科技', ['上海', '深圳']],
    ['美的集团股份有限公司', '美的', []],
    ['上海有限公司', '上海', []],
    ['Acme Corp., Inc.', 'acme', []],
    ['The Acme Company Ltd', 'acme', []],
    ['Company Inc', 'company inc', []],
  ];
  for (const [written, core, places] of cases) assert.deepEqual(readCompany(written), { core, places }, written);
});

test('addresses: 省市区, road, and numbers whatever stands between them', () => {
  const full = readChineseAddress('四川省成都市武侯区人民南路四段12号阳光花园3号楼2单元402室');
  assert.deepEqual(full, {
    places: ['四川', '成都', '武侯'],
    road: '人民南路阳光花园',
    numbers: ['4', '12', '3', '2', '402'],
  });
  const short = readChineseAddress('成都市武侯区人民南路4段12号阳光花园3-2-402');
  assert.deepEqual({ ...short, places: ['四川', ...short.places] }, full);
  assert.deepEqual(readChineseAddress('北京市朝阳区北京路十二号').numbers, ['12']);
  assert.equal(readChineseAddress('北京市朝阳区北京路十二号').road, '北京路');
});

test('Chinese numerals', () => {
  for (const [written, number] of [
    ['十', 10],
    ['十二', 12],
    ['二十', 20],
    ['一百零五', 105],
    ['三〇二', 302],
    ['两', 2],
  ] as const)
    assert.equal(chineseNumber(written), number, written);
});

test('pinyin: syllables of letters and of characters, and those that are mixed up', () => {
  assert.deepEqual(readPinyin('zhangweimin'), ['zhang', 'wei', 'min']);
  assert.deepEqual(readPinyin('lüxian'), ['lv', 'xian']);
  for (const word of ['allen', 'smith', 'robert', '']) assert.equal(readPinyin(word), null, word);
  assert.equal(syllableOf('曾', true), 'zeng');
  assert.equal(syllableOf('单', true), 'shan');
  assert.equal(syllableOf('伟', false), 'wei');
  for (const [one, other] of [
    ['zhang', 'zang'],
    ['ning', 'lin'],
    ['shan', 'san'],
    ['fang', 'huang'],
    ['cheng', 'cen'],
    ['lan', 'nan'],
  ] as const)
    assert.equal(blurSyllable(one), blurSyllable(other), `${one} ${other}`);
  for (const [one, other] of [
    ['zhang', 'chang'],
    ['wei', 'wu'],
    ['ma', 'na'],
  ] as const)
    assert.notEqual(blurSyllable(one), blurSyllable(other), `${one} ${other}`);
});

test('surnames of one and of two characters', () => {
  for (const [name, length] of [
    ['欧阳锋', 2],
    ['司马相如', 2],
    ['张伟', 1],
    ['单于', 1],
    ['随风', 0],
    ['快乐小鱼', 0],
  ] as const)
    assert.equal(surnameLength(name), length, name);
});
