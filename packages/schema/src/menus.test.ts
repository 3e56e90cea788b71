import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MetadataDocument } from './metadata.ts';
import { emptyState, type MetadataState } from './state.ts';
import { validateDocument } from './validate.ts';

const document: MetadataDocument = {
  objects: [{ name: 'visit' }, { name: 'plan' }],
  roles: [{ name: 'rep' }, { name: 'lead' }],
  views: [{ name: 'mine', object: 'visit' }],
  menus: [
    {
      name: 'field',
      roles: ['rep', 'administrator'],
      items: [
        { name: 'visits', object: 'visit' },
        {
          name: 'more',
          items: [
            { name: 'mine', view: 'mine', roles: ['lead'] },
            { name: 'plans', object: 'plan' },
          ],
        },
      ],
    },
  ],
};

function accept(given: unknown, current: MetadataState = emptyState): MetadataState {
  const result = validateDocument(given, current);
  assert.ok(result.ok, JSON.stringify(result));
  return result.state;
}

function refuse(items: readonly object[]): string[] {
  const result = validateDocument({ menus: [{ name: 'other', items }] }, accept(document));
  assert.ok(!result.ok, 'it was accepted');
  return result.issues.map(({ path, code }) => `${path} ${code}`);
}

const itemsOf = (state: MetadataState) => JSON.stringify(state.menus.get('field')?.items);

test('a menu applied twice changes nothing, and goes when it is deleted', () => {
  const once = accept(document);
  assert.deepEqual(accept(document, once), once);
  assert.equal(accept({ delete: [{ kind: 'menu', name: 'field' }] }, once).menus.size, 0);
});

test('an entry opens one thing that is there, or holds others, three levels at most', () => {
  assert.deepEqual(refuse([{ name: 'a' }]), ['/menus/0/items/0 metadata.shape']);
  assert.deepEqual(refuse([{ name: 'a', object: 'visit', view: 'mine' }]), ['/menus/0/items/0 metadata.shape']);
  assert.deepEqual(refuse([{ name: 'a', object: 'absent' }]), ['/menus/0/items/0/object metadata.reference']);
  assert.deepEqual(refuse([{ name: 'a', items: [{ name: 'b', view: 'absent' }] }]), [
    '/menus/0/items/0/items/0/view metadata.reference',
  ]);
  assert.deepEqual(refuse([{ name: 'a', object: 'visit', roles: ['nobody'] }]), [
    '/menus/0/items/0/roles/0 metadata.reference',
  ]);
  const twice = { name: 'a', object: 'visit' };
  assert.deepEqual(refuse([twice, twice]), ['/menus/0/items/1/name metadata.duplicate']);
  const inner = { name: 'b', items: [{ name: 'c', items: [] }] };
  assert.deepEqual(refuse([inner]), ['/menus/0/items/0/items/0/items metadata.unknownProperty']);
});

test('what opened something deleted goes, and what is left empty with it', () => {
  const state = accept(document);
  const withoutPlan = accept({ delete: [{ kind: 'object', name: 'plan' }] }, state);
  assert.ok(!itemsOf(withoutPlan).includes('plans') && itemsOf(withoutPlan).includes('mine'));
  const withoutVisit = accept({ delete: [{ kind: 'object', name: 'visit' }] }, state);
  assert.ok(!itemsOf(withoutVisit).includes('visits') && itemsOf(withoutVisit).includes('plans'));
  const without = accept({ delete: ['plan', 'visit'].map((name) => ({ kind: 'object', name })) }, state);
  assert.equal(without.menus.size, 0);
  const twoRoles = accept({ menus: [{ name: 'field', roles: ['rep', 'lead'] }] }, state);
  assert.deepEqual(accept({ delete: [{ kind: 'role', name: 'lead' }] }, twoRoles).menus.get('field')?.roles, ['rep']);
  const withoutLead = accept({ delete: [{ kind: 'role', name: 'lead' }] }, state);
  assert.ok(!itemsOf(withoutLead).includes('mine'), 'what was for the deleted role alone is not for everybody now');
});
