import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FieldInfo } from '../data/api.ts';
import { dayOf, readText, toShown, toWritten } from './input.ts';
import { textOf } from './text.ts';

const field = (type: string, more: Partial<FieldInfo> = {}): FieldInfo => ({
  ...{ name: 'x', label: { zh: '某', en: 'X' }, type, system: false, required: false, right: 'edit' },
  ...more,
});
const stage = field('option', {
  options: [
    { value: 'new', label: { zh: '新建', en: 'New' } },
    { value: 'won', label: { zh: '成交', en: 'Won' } },
    { value: 'old', label: { zh: '旧', en: 'Old' }, retired: true },
  ],
});
const value = (type: string | FieldInfo, text: string) => {
  const read = readText(typeof type === 'string' ? field(type) : type, text);
  return read.ok ? read.value : `!${read.reason}`;
};

test('numbers as people and spreadsheets write them', () => {
  assert.equal(value('number', ' 1,234.5 '), 1234.5);
  assert.equal(value('decimal', '１２．５'), '12.5');
  assert.equal(value('decimal', '(1,200)'), '-1200');
  assert.equal(value('money', '¥12,000.00'), '12000.00');
  assert.equal(value('money', '300 元'), '300');
  assert.equal(value('money', 'CNY 5'), '5');
  assert.equal(value('percent', '12.5%'), '12.5');
  for (const wrong of ['12,34', '一百', '1.2.3', '1e9999', '--1']) assert.equal(value('decimal', wrong), '!number');
  assert.equal(value('number', ''), null);
});

test('days as they are written in China, and none that could be two', () => {
  for (const text of ['2026-01-05', '2026/1/5', '2026.1.5', '2026年1月5日', '2026 年 1 月 5 日', '20260105'])
    assert.equal(dayOf(text), '2026-01-05', text);
  for (const text of ['1/5/2026', '2026-02-30', '2026-13-01', '明天']) assert.equal(dayOf(text), null, text);
  assert.equal(value('dateTime', '2026/1/5 9:05'), '2026-01-05T09:05:00');
  assert.equal(value('dateTime', '2026-01-05'), '2026-01-05T00:00:00');
  assert.equal(value('dateTime', '2026-01-05T09:05:00+08:00'), '2026-01-05T01:05:00.000Z');
  assert.equal(value('dateTime', '2026-01-05 25:00'), '!time');
});

test('options by their words in either language, never a retired one', () => {
  assert.equal(value(stage, '成交'), 'won');
  assert.equal(value(stage, 'WON'), 'won');
  assert.equal(value(stage, '旧'), '!option');
  assert.deepEqual(value({ ...stage, type: 'options' }, '新建、成交,新建'), ['new', 'won']);
  assert.equal(value({ ...stage, type: 'options' }, '新建、没有'), '!option');
});

test('the rest', () => {
  assert.equal(value('boolean', '是'), true);
  assert.equal(value('boolean', 'no'), false);
  assert.equal(value('boolean', '也许'), '!yesNo');
  assert.equal(value('email', 'a@b.cn'), 'a@b.cn');
  assert.equal(value('email', 'a@b'), '!email');
  assert.equal(value('phone', '138-0000 0000'), '138-0000 0000');
  assert.equal(value('phone', 'abc'), '!phone');
  assert.equal(value('text', ' 两行\n文字 '), ' 两行 文字 ');
  assert.deepEqual(value('user', '张伟'), { named: '张伟' });
  assert.equal(value('geo', '1,2'), '!byHand');
});

test('values go out as the contract takes them and show meanwhile', () => {
  assert.equal(toWritten(field('user'), { id: 'u1', name: '张伟' }), 'u1');
  assert.deepEqual(toWritten(field('relations'), [{ id: 'a' }, 'b']), ['a', 'b']);
  assert.equal(toWritten(field('text'), undefined), null);
  assert.deepEqual(toShown(field('money'), '5', { amount: '1', currency: 'USD' }, 'CNY'), {
    amount: '5',
    currency: 'USD',
  });
  assert.deepEqual(toShown(field('money'), '5', null, 'CNY'), { amount: '5', currency: 'CNY' });
});

test('what a value reads like', () => {
  const zh = { language: 'zh', timeZone: 'Asia/Shanghai', currency: 'CNY' } as const;
  assert.equal(textOf(field('money'), '12000.5', zh), '¥12,000.5');
  assert.equal(textOf(field('money'), { amount: '1234567.80', currency: 'CNY' }, zh), '¥1,234,567.80');
  assert.equal(textOf(field('money'), { amount: '1234567.80', currency: 'CNY' }, zh, true), '1234567.80');
  assert.equal(textOf(field('dateTime'), '2026-01-05T01:05:00+00:00', zh), '2026-01-05 09:05');
  assert.equal(textOf(stage, 'won', zh), '成交');
  assert.equal(textOf(stage, 'won', { ...zh, language: 'en' }), 'Won');
  assert.equal(textOf(field('phone'), '+8613812345678', zh), '138 1234 5678');
  assert.equal(textOf(field('user'), { id: 'x', name: '张伟' }, zh), '张伟');
  assert.equal(textOf(field('address'), { city: '成都', province: '四川' }, zh), '四川 成都');
  assert.equal(textOf(field('boolean'), false, zh), '否');
  assert.equal(textOf(field('number'), -1234.5, zh), '-1,234.5');
  assert.equal(textOf(field('text'), null, zh), '');
});
