import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IdentifierKind, Json } from '@huike/schema';
import { customersMetadata } from '@huike/testkit';
import fc from 'fast-check';
import { fromKey, kindsInUse, readIdentifiers } from './kinds.ts';

const runs = process.env.HUIKE_LONG === '1' ? 20_000 : 500;
const more: readonly IdentifierKind[] = [
  { name: 'card', form: 'exact', strength: 'strong', illegal: ['TEST-CARD', 'vip'] },
  { name: 'walkIn', form: 'phone', strength: 'medium', illegal: ['138 1234 0000'] },
];
const kinds = kindsInUse([...customersMetadata.identifierKinds, ...more]);
const read = (given: Json, channel = 'webShop') => readIdentifiers(kinds, given, channel, '/identifiers');
const keysOf = (given: Json, channel?: string) => read(given, channel).identifiers.map(({ key }) => key);

test('identifiers come the strongest first, each once, whatever they are written like', () => {
  const given = {
    cookie: 'c1',
    email: ['A@Example.com', 'a@example.com'],
    phone: ['138 1234 5678', 13812345678],
    userId: 7,
    device: 'D-1',
    nationalId: null,
    card: '',
  };
  assert.deepEqual(read(given).issues, []);
  assert.deepEqual(keysOf(given), [
    ...['userId:7', 'phone:+8613812345678', 'email:a@example.com'],
    ...['device:d-1', 'cookie:c1'],
  ]);
});

test('one UnionID under two accounts is two identifiers; without an account it is of the channel', () => {
  const [one, other] = [
    keysOf({ unionId: { scope: 'wxA', value: 'o1' } }),
    keysOf({ unionId: { scope: 'wxB', value: 'o1' } }),
  ];
  assert.deepEqual([one, other], [['unionId@wxA:o1'], ['unionId@wxB:o1']]);
  assert.deepEqual(keysOf({ unionId: 'o1' }), ['unionId@webShop:o1']);
  const both = read({
    unionId: [
      { scope: 'wxA', value: 'o1' },
      { scope: 'wxB', value: 'o2' },
    ],
  }).identifiers;
  assert.equal(new Set(both.map(({ group }) => group)).size, 2, 'one of each account is within the limit');
  // A channel's name may have the sign that ends a scope.
  assert.notDeepEqual(keysOf({ openId: 'cn:o1' }, 'shop'), keysOf({ openId: 'o1' }, 'shop:cn'));
});

test('a key leads back to its identifier', () => {
  const scope = fc.constantFrom('wxA', 'shop:cn', 'a.b-c_d', '店');
  const value = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(fc.constantFrom('userId', 'unionId', 'openId', 'cookie'), scope, value, (kind, channel, text) => {
      for (const identifier of read({ [kind]: text }, channel).identifiers)
        assert.deepEqual(fromKey(kinds, identifier.key), identifier);
    }),
    { numRuns: runs },
  );
  assert.equal(fromKey(kinds, 'gone:1'), null);
  assert.equal(fromKey(kinds, 'nonsense'), null);
});

test('what stands for nobody is left aside, and what a kind declares so', () => {
  const given = { userId: 'guest', phone: '13800138000', device: '00000000-0000', card: 'vip', walkIn: '13812340000' };
  assert.deepEqual(read(given), { identifiers: [], ignored: Object.keys(given), issues: [] });
  assert.deepEqual(read({ phone: 'null', email: 'n/a', nationalId: '无' }).issues, []);
});

test('what is wrong is told by its place', () => {
  const wrong: readonly (readonly [Json, string, string])[] = [
    ['x', '/identifiers', 'value.type'],
    [[], '/identifiers', 'value.type'],
    [{ wechat: 'x' }, '/identifiers/wechat', 'identifier.kind'],
    [{ constructor: 'x' }, '/identifiers/constructor', 'identifier.kind'],
    [{ [`k${'x'.repeat(1000)}`]: 'x' }, `/identifiers/k${'x'.repeat(59)}`, 'identifier.kind'],
    [{ phone: 'abc' }, '/identifiers/phone', 'identifier.value'],
    [{ phone: true }, '/identifiers/phone', 'identifier.value'],
    [{ phone: 1.5 }, '/identifiers/phone', 'identifier.value'],
    [{ phone: { scope: 'a', value: '13812345678' } }, '/identifiers/phone', 'identifier.value'],
    [{ userId: [['nested']] }, '/identifiers/userId', 'identifier.value'],
    [{ userId: 'x'.repeat(600) }, '/identifiers/userId', 'identifier.value'],
    [{ userId: 'x'.repeat(1_000_000) }, '/identifiers/userId', 'identifier.value'],
    [{ userId: 'a\0' }, '/identifiers/userId', 'identifier.value'],
    [{ openId: { scope: '', value: 'x' } }, '/identifiers/openId', 'identifier.value'],
    [{ openId: { scope: 'a:b', value: 'x' } }, '/identifiers/openId', 'identifier.value'],
    [{ openId: { scope: 'a', value: { scope: 'a', value: 'x' } } }, '/identifiers/openId', 'identifier.value'],
    [{ cookie: Array.from({ length: 41 }, (_, at) => `c${at}`) }, '/identifiers', 'identifier.tooMany'],
  ];
  for (const [given, path, code] of wrong) {
    const [issue] = read(given).issues;
    assert.deepEqual([issue?.path, issue?.code], [path, code], JSON.stringify(given).slice(0, 80));
  }
  assert.deepEqual(read(null), { identifiers: [], ignored: [], issues: [] });
});

test('whatever JSON comes, it never throws', () => {
  const names = fc.oneof(fc.constantFrom(...kinds.keys(), '__proto__', 'constructor'), fc.string());
  fc.assert(
    fc.property(fc.dictionary(names, fc.jsonValue()), (given) => {
      const { identifiers } = read(JSON.parse(JSON.stringify(given)));
      for (const { key } of identifiers) assert.ok(key.isWellFormed() && !key.includes('\0'));
    }),
    { numRuns: runs },
  );
});
