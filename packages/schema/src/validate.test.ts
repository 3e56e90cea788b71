import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { message } from './errors.ts';
import type { MetadataDocument } from './metadata.ts';
import { emptyState, type MetadataState, modelOf, titleOf } from './state.ts';
import { validateDocument } from './validate.ts';

const visits: MetadataDocument = {
  objects: [
    {
      name: 'visit',
      label: { zh: '拜访', en: 'Visit' },
      title: 'subject',
      fields: [
        { name: 'subject', type: 'text', required: true },
        { name: 'fee', type: 'money' },
        { name: 'mobile', type: 'phone' },
        { name: 'customer', type: 'relation', to: 'customer' },
        { name: 'stage', type: 'option', options: [{ value: 'new', label: { zh: '新建', en: 'New' } }] },
        {
          name: 'lines',
          type: 'table',
          fields: [
            { name: 'item', type: 'text' },
            { name: 'sum', type: 'money' },
          ],
        },
        { name: 'total', type: 'rollup', from: 'visitLines', via: 'parent', fn: 'sum', of: 'sum' },
      ],
      indexes: [{ name: 'byStage', fields: ['stage', '-createdAt'] }],
    },
  ],
  roles: [
    {
      name: 'rep',
      objects: { visit: { read: 'department', create: true, fields: { fee: 'none', mobile: 'masked' } } },
    },
  ],
  views: [
    {
      name: 'mine',
      object: 'visit',
      fields: ['subject', 'mobile', 'customer.name'],
      filter: {
        and: [
          { field: 'mobile', op: 'notEmpty' },
          { field: 'stage', op: 'eq', value: 'new' },
        ],
      },
      sort: ['-mobile', 'subject'],
    },
  ],
  sharingRules: [
    {
      name: 'toRep',
      object: 'visit',
      filter: { field: 'mobile', op: 'notEmpty' },
      to: { role: 'rep' },
      right: 'read',
    },
  ],
};

function accept(document: unknown, current: MetadataState = emptyState): MetadataState {
  const result = validateDocument(document, current);
  assert.ok(result.ok, JSON.stringify(result));
  return result.state;
}

function refuse(document: unknown, current: MetadataState = emptyState): string[] {
  const result = validateDocument(document, current);
  assert.ok(!result.ok, 'it was accepted');
  for (const issue of result.issues) {
    for (const language of ['zh', 'en'] as const) {
      assert.doesNotMatch(message(issue.code, issue.params ?? {}, language), /\{\w+\}/, 'every parameter is filled');
    }
  }
  return result.issues.map((issue) => `${issue.path} ${issue.code}`);
}

const objects = (...fields: object[]) => ({ objects: [{ name: 'a', fields }] });

test('a document applied twice changes nothing the second time', () => {
  const once = accept(visits);
  const twice = accept(visits, once);
  assert.deepEqual(twice, once);
  assert.deepEqual([...modelOf(once).objects.keys()], ['visit', 'visitLines']);
});

test('upsert touches only what is named, and null unsets', () => {
  const state = accept(
    {
      objects: [
        {
          name: 'visit',
          title: null,
          fields: [
            { name: 'subject', required: null, maxLength: 20 },
            { name: 'place', type: 'geo' },
          ],
        },
      ],
      roles: [{ name: 'rep', objects: { visit: { read: 'own' } } }],
    },
    accept(visits),
  );
  const visit = state.objects.get('visit');
  assert.deepEqual(visit?.label, { zh: '拜访', en: 'Visit' });
  assert.equal(visit?.title, undefined);
  assert.deepEqual(visit?.fields?.[0], { name: 'subject', type: 'text', maxLength: 20 });
  assert.deepEqual(
    visit?.fields?.map((field) => field.name),
    ['subject', 'fee', 'mobile', 'customer', 'stage', 'lines', 'total', 'place'],
  );
  assert.deepEqual(state.roles.get('rep')?.objects, { visit: { read: 'own' } });
});

test('what is wrong is told at its place', () => {
  assert.deepEqual(refuse(objects({ name: 'x', type: 'text' }, { name: 'y', type: 'txt' })), [
    '/objects/0/fields/1/type metadata.choice',
  ]);
  assert.deepEqual(refuse(objects({ name: 'x', type: 'text', maxLength: 'long', colour: 1 })).sort(), [
    '/objects/0/fields/0/colour metadata.unknownProperty',
    '/objects/0/fields/0/maxLength metadata.type',
  ]);
  assert.deepEqual(refuse(objects({ name: 'x', type: 'table', fields: [{ name: 'y', type: 'autoNumber' }] })), [
    '/objects/0/fields/0/fields/0/pattern value.required',
  ]);
  assert.deepEqual(refuse(objects({ name: 'X', type: 'text' })), ['/objects/0/fields/0/name metadata.name']);
  assert.deepEqual(refuse(objects({ name: 'x', type: 'text' }, { name: 'x', type: 'text' })), [
    '/objects/0/fields/1/name metadata.duplicate',
  ]);
  assert.deepEqual(refuse(objects({ name: 'owner', type: 'text' }, { name: 'constructor', type: 'text' })), [
    '/objects/0/fields/0/name metadata.reserved',
    '/objects/0/fields/1/name metadata.reserved',
  ]);
  assert.deepEqual(refuse({ objects: [{ name: 'a', title: 'b' }] }), ['/objects/0/title metadata.reference']);
  assert.deepEqual(refuse({ objects: [{ name: 'a', title: 'n', fields: [{ name: 'n', type: 'number' }] }] }), [
    '/objects/0/title metadata.title',
  ]);
  assert.deepEqual(refuse({ object: [] }), ['/object metadata.unknownProperty']);
  assert.deepEqual(refuse([]), [' metadata.type']);
  assert.deepEqual(refuse({ roles: [{ name: 'administrator' }] }), ['/roles/0/name metadata.reserved']);
  assert.deepEqual(refuse({ roles: [{ name: 'r', objects: { nothing: {}, 'No way': {} } }] }), [
    '/roles/0/objects/No way metadata.name',
  ]);
  assert.deepEqual(refuse({ roles: [{ name: 'r', objects: { nothing: {} } }] }), [
    '/roles/0/objects/nothing metadata.reference',
  ]);
  assert.deepEqual(
    refuse({ roles: [{ name: 'rep', objects: { visit: { fields: { fees: 'read' } } } }] }, accept(visits)),
    ['/roles/0/objects/visit/fields/fees metadata.reference'],
  );
  assert.deepEqual(refuse({ objects: [{ name: 'visitLines' }] }, accept(visits)), [
    '/objects/0/name metadata.reserved',
  ]);
  assert.deepEqual(refuse({ settings: [{ name: 'company', timeZone: 'Asia/Nowhere' }] }), [
    '/settings/0/timeZone metadata.timeZone',
  ]);
  assert.deepEqual(refuse(objects({ name: 'x', type: 'option', optionSet: 'colour' })), [
    '/objects/0/fields/0/optionSet metadata.reference',
  ]);
  const twoMasters = ['b', 'c'].map((to) => ({ name: to, type: 'relation', to, onDelete: 'cascade' }));
  assert.deepEqual(refuse(objects(...twoMasters)), ['/objects/0/fields/1/onDelete metadata.twoMasters']);
  assert.deepEqual(refuse(objects({ name: 'up', type: 'relation', to: 'a', onDelete: 'cascade' })), [
    '/objects/0/fields/0/to metadata.cycle',
  ]);
});

test('a type changes only where nothing is lost', () => {
  const state = accept(visits);
  const change = (name: string, type: string) => ({
    objects: [{ name: 'visit', title: null, fields: [{ name, type }] }],
  });
  assert.deepEqual(refuse(change('subject', 'number'), state), ['/objects/0/fields/0/type metadata.typeChange']);
  const longer = accept(change('subject', 'longText'), state).objects.get('visit')?.fields?.[0];
  assert.deepEqual(longer, { name: 'subject', type: 'longText', required: true });
  const anew = { ...change('fee', 'number'), delete: [{ kind: 'field', object: 'visit', name: 'fee' }] };
  const result = validateDocument(anew, state);
  assert.ok(result.ok);
  assert.deepEqual(result.removed, [{ kind: 'field', object: 'visit', name: 'fee' }]);
  assert.deepEqual(result.state.objects.get('visit')?.fields?.at(-1), { name: 'fee', type: 'number' });
  assert.deepEqual(result.state.roles.get('rep')?.objects?.visit?.fields, { mobile: 'masked' }, 'no old grant');
});

test('what named a deleted field names it no more', () => {
  const state = accept(
    {
      delete: [
        { kind: 'field', object: 'visit', name: 'mobile' },
        { kind: 'field', object: 'visit', name: 'stage' },
      ],
    },
    accept(visits),
  );
  assert.deepEqual(state.views.get('mine'), {
    name: 'mine',
    object: 'visit',
    fields: ['subject', 'customer.name'],
    sort: ['subject'],
  });
  assert.deepEqual(state.roles.get('rep')?.objects?.visit?.fields, { fee: 'none' });
  assert.equal(state.sharingRules.size, 0, 'a rule without its condition would share everything');
  assert.deepEqual(state.objects.get('visit')?.indexes, []);
});

test('a table keeps at least one field', () => {
  const state = accept(objects({ name: 'rows', type: 'table', fields: [{ name: 'x', type: 'text' }] }));
  const removal = { delete: [{ kind: 'field', object: 'aRows', name: 'x' }] };
  assert.deepEqual(refuse(removal, state), ['/delete metadata.shape']);
  const replaced = accept({ ...removal, ...objects({ name: 'rows', fields: [{ name: 'y', type: 'text' }] }) }, state);
  assert.deepEqual([...(modelOf(replaced).objects.get('aRows')?.fields.keys() ?? [])], ['parent', 'position', 'y']);
});

test('what a rollup needs cannot be deleted', () => {
  const state = accept(visits);
  assert.deepEqual(refuse({ delete: [{ kind: 'field', object: 'visitLines', name: 'sum' }] }, state), [
    '/delete metadata.inUse',
  ]);
  const both = ['total', 'sum'].map((name) => ({
    kind: 'field',
    object: name === 'sum' ? 'visitLines' : 'visit',
    name,
  }));
  const left = accept({ delete: both }, state);
  assert.deepEqual([...(modelOf(left).objects.get('visitLines')?.fields.keys() ?? [])], ['parent', 'position', 'item']);
});

test('deleting what is not there is no error; an object takes its views, rules and grants along', () => {
  const gone = accept({ delete: [{ kind: 'object', name: 'visit' }] }, accept(visits));
  assert.equal(gone.objects.size, 0);
  assert.equal(gone.views.size, 0);
  assert.equal(gone.sharingRules.size, 0);
  assert.deepEqual(gone.roles.get('rep'), { name: 'rep', objects: {} });
  assert.deepEqual(accept({ delete: [{ kind: 'object', name: 'visit' }] }, gone), gone);
});

test('circles of rollups are refused with their path', () => {
  const circle = {
    objects: ['a', 'b'].map((name) => {
      const other = name === 'a' ? 'b' : 'a';
      return {
        name,
        fields: [
          { name: 'up', type: 'relation', to: other },
          { name: 'n', type: 'rollup', from: other, via: 'up', fn: 'sum', of: 'n' },
        ],
      };
    }),
  };
  const result = validateDocument(circle, emptyState);
  assert.ok(!result.ok);
  assert.deepEqual(result.issues[0]?.params, { path: 'a.n → b.n → a.n' });
});

test('what the kernel declares can be extended and relabelled, not redefined', () => {
  const builtIn: MetadataDocument = {
    objects: [{ name: 'user', title: 'name', fields: [{ name: 'name', type: 'text' }] }],
  };
  const state = accept(builtIn);
  const change = (document: unknown) => validateDocument(document, state, { builtIn });
  const user = (...fields: object[]) => ({ objects: [{ name: 'user', fields }] });
  assert.ok(change(user({ name: 'name', label: { zh: '姓名', en: 'Name' } }, { name: 'badge', type: 'text' })).ok);
  assert.ok(!change(user({ name: 'name', unique: true })).ok);
  assert.ok(!change({ delete: [{ kind: 'field', object: 'user', name: 'name' }] }).ok);
  assert.ok(!change({ delete: [{ kind: 'object', name: 'user' }] }).ok);
});

test('a record goes by its title, else by its first text, number or address', () => {
  const title = (...types: string[]) =>
    titleOf(
      accept(
        objects(...types.map((type) => ({ name: type, type, pattern: type === 'autoNumber' ? '{0000}' : null }))),
      ).objects.get('a') ?? { name: '' },
    )?.name;
  assert.equal(title('number', 'phone', 'text'), 'text');
  assert.equal(title('phone', 'autoNumber'), 'autoNumber');
  assert.equal(title('number'), undefined);
});

/** The document with one value somewhere in it replaced, or a property added. */
function spoilt(value: unknown, path: readonly number[], by: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined || typeof value !== 'object' || value === null) return by;
  if (Array.isArray(value))
    return value.map((item, at) => (at === step % value.length ? spoilt(item, rest, by) : item));
  const entries = Object.entries(value);
  const chosen = step % (entries.length + 1);
  if (chosen === entries.length) return { ...value, added: by };
  return Object.fromEntries(entries.map(([key, item], at) => [key, at === chosen ? spoilt(item, rest, by) : item]));
}

test('nothing that can be sent breaks the check: it is accepted, or every issue has a place and words', () => {
  const current = accept(visits);
  const steps = fc.array(fc.nat({ max: 50 }), { maxLength: 8 });
  const value = fc.oneof(fc.constantFrom(null, '', 'visit', 'parent', '__proto__', -1, 1e9, [], {}), fc.jsonValue());
  const property = fc.property(steps, value, fc.boolean(), (path, by, onTop) => {
    const result = validateDocument(spoilt(visits, path, by), onTop ? current : emptyState);
    if (result.ok) {
      modelOf(result.state);
      return;
    }
    assert.ok(result.issues.length > 0);
    for (const issue of result.issues) {
      assert.match(issue.path, /^(\/.*)?$/s);
      for (const language of ['zh', 'en'] as const) {
        assert.doesNotMatch(message(issue.code, issue.params ?? {}, language), /\{(name|path|limit|detail|allowed)\}/);
      }
    }
  });
  fc.assert(property, { numRuns: process.env.HUIKE_LONG === '1' ? 100_000 : 1_000 });
});
