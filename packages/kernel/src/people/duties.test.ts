import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Role } from '@huike/schema';
import { capabilitiesOf, mayManage, mixedRoles, mixesDuties, rolesWithDuty } from './duties.ts';
import { dutyRoles } from './roles.ts';

const declared: Role[] = [
  { name: 'rep' },
  { name: 'unmasker', capabilities: ['unmask'] },
  { name: 'clerk', capabilities: ['people'] },
  { name: 'everything', capabilities: ['metadata', 'audit'] },
  ...dutyRoles,
];
const roles = new Map(declared.map((role) => [role.name, role]));

const mixtures: readonly [string[], boolean][] = [
  [[], false],
  [['rep'], false],
  [['systemManager'], false],
  [['securityManager'], false],
  [['auditor'], false],
  [['rep', 'auditor'], false],
  [['clerk', 'securityManager'], false],
  [['systemManager', 'securityManager'], true],
  [['systemManager', 'auditor'], true],
  [['securityManager', 'auditor'], true],
  [['clerk', 'auditor'], true],
  [['everything'], true],
  [['administrator'], false],
  [['gone', 'auditor'], false],
];
for (const [names, mixed] of mixtures) {
  test(`${names.join(' + ') || 'no role'} ${mixed ? 'mixes' : 'does not mix'} duties`, () => {
    assert.equal(mixesDuties(roles, names), mixed);
  });
}

const managers: readonly [string[], string[], boolean][] = [
  [['administrator'], ['administrator'], true],
  [['securityManager'], ['administrator'], false],
  [['securityManager'], ['systemManager'], true],
  [['securityManager'], ['rep'], true],
  [['clerk'], ['rep'], true],
  [['clerk'], ['unmasker'], true],
  [['clerk'], ['auditor'], false],
  [['clerk'], ['clerk'], false],
  [['rep'], ['rep'], false],
  [['systemManager'], ['rep'], false],
];
for (const [manager, managed, may] of managers) {
  test(`${manager} ${may ? 'may' : 'may not'} manage ${managed}`, () => {
    assert.equal(mayManage(roles, manager, managed), may);
  });
}

test('capabilities add up, and the administrator has all', () => {
  assert.deepEqual([...capabilitiesOf(roles, ['clerk', 'unmasker'])].sort(), ['people', 'unmask']);
  assert.equal(capabilitiesOf(roles, ['administrator']).size, 6);
  assert.deepEqual(mixedRoles(roles), ['everything']);
  assert.deepEqual(rolesWithDuty(roles).sort(), [
    'administrator',
    'auditor',
    'clerk',
    'everything',
    'securityManager',
    'systemManager',
  ]);
});
