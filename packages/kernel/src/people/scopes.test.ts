import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isScope, type Need, scopeAllows } from './scopes.ts';

const read: Need = { area: 'records', object: 'visit', operation: 'read' };
const update: Need = { area: 'records', object: 'visit', operation: 'update' };
const other: Need = { area: 'records', object: 'order', operation: 'read' };
const metadata: Need = { area: 'metadata', operation: 'read' };
const apply: Need = { area: 'metadata', operation: 'write' };

const table: readonly [string[] | null, Need, boolean][] = [
  [null, update, true],
  [[], read, false],
  [['*'], update, true],
  [['*'], apply, true],
  [['records'], update, true],
  [['records'], metadata, false],
  [['records:*'], other, true],
  [['records:visit'], update, true],
  [['records:visit'], other, false],
  [['records:visit:*'], update, true],
  [['records:visit:*'], other, false],
  [['records:visit:read'], read, true],
  [['records:visit:read'], update, false],
  [['records:visit:read'], other, false],
  [['records:*:read'], other, true],
  [['records:*:read'], update, false],
  [['records:visit:read', 'records:order:read'], other, true],
  [['metadata'], apply, true],
  [['metadata:*'], apply, true],
  [['metadata:read'], metadata, true],
  [['metadata:read'], apply, false],
  [['metadata:read:x'], metadata, false],
  [['record'], read, false],
  [['records:vis'], read, false],
  [['records::read'], read, false],
  [[''], read, false],
];

for (const [scopes, need, expected] of table) {
  test(`${JSON.stringify(scopes)} ${expected ? 'covers' : 'does not cover'} ${JSON.stringify(need)}`, () => {
    assert.equal(scopeAllows(scopes, need), expected);
  });
}

test('only real scopes can be asked for', () => {
  const real = [
    '*',
    'records',
    'records:*',
    'records:visit',
    'records:visit:read',
    'records:*:export',
    'metadata:write',
    'files',
  ];
  const unreal = [
    '',
    '*:x',
    'records:Visit',
    'records:visit:write',
    'records:visit:read:x',
    'nothing',
    'metadata:update',
    'metadata:read:x',
    'records:visit:',
  ];
  assert.deepEqual(
    real.filter((scope) => !isScope(scope)),
    [],
  );
  assert.deepEqual(unreal.filter(isScope), []);
});
