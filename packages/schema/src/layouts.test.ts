import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from './json.ts';
import { merge } from './merge.ts';
import type { MetadataDocument } from './metadata.ts';
import { emptyState, type MetadataState } from './state.ts';
import { validateDocument } from './validate.ts';

const document: MetadataDocument = {
  objects: [
    {
      name: 'visit',
      fields: [
        { name: 'subject', type: 'text' },
        { name: 'fee', type: 'money' },
        { name: 'place', type: 'relation', to: 'place' },
      ],
    },
    { name: 'place', fields: [{ name: 'city', type: 'text' }] },
  ],
  roles: [{ name: 'rep' }, { name: 'lead' }],
  layouts: [
    {
      name: 'visits',
      object: 'visit',
      roles: ['rep', 'lead'],
      when: { field: 'subject', op: 'notEmpty' },
      highlights: ['fee', 'owner'],
      tabs: [
        {
          name: 'main',
          sections: [
            {
              name: 'basics',
              columns: 2,
              fields: [
                { field: 'subject', required: true },
                { field: 'place', span: 2 },
              ],
            },
            {
              name: 'money',
              when: { field: 'subject', op: 'eq', value: 'x' },
              fields: [{ field: 'fee', when: { field: 'place', op: 'notEmpty' } }],
            },
          ],
        },
      ],
    },
    {
      name: 'places',
      object: 'place',
      tabs: [{ name: 'all', related: [{ object: 'visit', field: 'place', fields: ['fee'], sort: ['-fee'] }] }],
    },
  ],
};

function accept(given: unknown, current: MetadataState = emptyState): MetadataState {
  const result = validateDocument(given, current);
  assert.ok(result.ok, JSON.stringify(result));
  return result.state;
}

function refuse(layout: object): string[] {
  const result = validateDocument({ layouts: [{ name: 'other', object: 'visit', ...layout }] }, accept(document));
  assert.ok(!result.ok, 'it was accepted');
  return result.issues.map(({ path, code }) => `${path.replace('/layouts/0', '')} ${code}`);
}

const tab = (part: object) => ({ tabs: [{ name: 'a', ...part }] });
const section = (part: object) => tab({ sections: [{ name: 's', fields: [], ...part }] });
const remove = (kind: string, name: string, object?: string) => ({
  delete: [{ kind, name, ...(object && { object }) }],
});

test('a layout applied twice changes nothing, and goes when it is deleted', () => {
  const once = accept(document);
  assert.deepEqual(accept(document, once), once);
  assert.deepEqual([...accept(remove('layout', 'visits'), once).layouts.keys()], ['places']);
});

test('every name leads somewhere, once', () => {
  assert.deepEqual(refuse({ object: 'absent', ...tab({}) }), ['/object metadata.reference']);
  assert.deepEqual(refuse({ roles: ['nobody'], ...tab({}) }), ['/roles/0 metadata.reference']);
  assert.deepEqual(refuse({ highlights: ['absent'], ...tab({}) }), ['/highlights/0 metadata.reference']);
  assert.deepEqual(
    refuse({ tabs: [] }),
    [' metadata.shape'].map(() => '/tabs metadata.shape'),
  );
  const at = '/tabs/0/sections/0';
  assert.deepEqual(refuse(section({ fields: [{ field: 'absent' }] })), [`${at}/fields/0/field metadata.reference`]);
  assert.deepEqual(refuse(section({ fields: [{ field: 'fee' }, { field: 'fee' }] })), [
    `${at}/fields/1/field metadata.duplicate`,
  ]);
  assert.deepEqual(refuse(section({ columns: 4 })), [`${at}/columns metadata.choice`]);
  const twice = { name: 's', fields: [] };
  assert.deepEqual(refuse(tab({ sections: [twice, twice] })), ['/tabs/0/sections/1/name metadata.duplicate']);
  assert.deepEqual(refuse(tab({ related: [{ object: 'place', field: 'city' }] })), [
    '/tabs/0/related/0/field metadata.reference',
  ]);
  assert.deepEqual(
    refuse({ object: 'place', ...tab({ related: [{ object: 'visit', field: 'place', sort: ['-x'] }] }) }),
    ['/tabs/0/related/0/sort/0 metadata.reference'],
  );
});

test('conditions ask about the record itself', () => {
  const whens = [
    { field: 'place.city', op: 'eq', value: 'x' },
    { not: { field: 'place', op: 'some', value: { field: 'city', op: 'empty' } } },
  ];
  for (const when of whens) {
    assert.deepEqual(refuse({ when, ...tab({}) }), ['/when metadata.ownFields']);
    assert.deepEqual(refuse(section({ when })), ['/tabs/0/sections/0/when metadata.ownFields']);
    assert.deepEqual(refuse(section({ fields: [{ field: 'fee', when }] })), [
      '/tabs/0/sections/0/fields/0/when metadata.ownFields',
    ]);
  }
  assert.deepEqual(refuse({ when: { field: 'absent', op: 'empty' }, ...tab({}) }), ['/when metadata.reference']);
});

test('what is deleted leaves the layouts, and what depended on it with it', () => {
  const state = accept(document);
  const layout = (of: MetadataState, name = 'visits') => of.layouts.get(name);
  const sections = (of: MetadataState) =>
    layout(of)?.tabs[0]?.sections?.map(({ name, fields }) => [name, ...fields.map(({ field }) => field)].join(' '));
  const withoutPlace = accept(remove('field', 'place', 'visit'), state);
  assert.deepEqual(sections(withoutPlace), ['basics subject', 'money']);
  assert.deepEqual(layout(withoutPlace, 'places')?.tabs, [{ name: 'all', related: [] }]);
  const withoutFee = accept(remove('field', 'fee', 'visit'), state);
  assert.deepEqual(layout(withoutFee)?.highlights, ['owner']);
  assert.deepEqual(layout(withoutFee, 'places')?.tabs[0]?.related, [
    { object: 'visit', field: 'place', fields: [], sort: [] },
  ]);
  const withoutSubject = accept(remove('field', 'subject', 'visit'), state);
  assert.equal(layout(withoutSubject), undefined, 'half a condition would be for other records');
  assert.deepEqual(layout(accept(remove('role', 'lead'), state))?.roles, ['rep']);
  assert.deepEqual([...accept({ delete: [{ kind: 'object', name: 'visit' }] }, state).layouts.keys()], ['places']);
});

test('an upgrade brings a shipped field into a section that the customer rearranged', () => {
  const of = (...fields: string[]): Json => ({
    name: 'visits',
    tabs: [{ name: 'main', sections: [{ name: 'basics', fields: fields.map((field) => ({ field })) }] }],
  });
  const merged = merge(of('a', 'b'), of('a', 'c', 'b'), of('b', 'a'));
  assert.deepEqual(merged, { value: of('b', 'a', 'c'), clashes: [] });
  const when = (value: string): Json => ({ name: 'visits', when: { field: 'a', op: 'eq', value } });
  assert.equal(merge(when('1'), when('2'), when('3')).clashes.length, 1, 'half a condition means nothing');
});
