import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertPhysical, testDatabase } from '@huike/testkit';
import { applyMetadata } from '../evolve/run.ts';
import { loadCatalog } from './load.ts';

const { db, close } = await testDatabase();
after(close);
const actor = { kind: 'system', name: 'setup' } as const;

const types = ['text', 'number', 'money', 'date', 'phone', 'relation', 'boolean', 'email', 'decimal', 'longText'];

/** Many objects with many fields, which refer to one another. */
function many(objects: number, fields: number) {
  return {
    objects: Array.from({ length: objects }, (_, n) => ({
      name: `object${n}`,
      fields: Array.from({ length: fields }, (_, i) => {
        const type = types[i % types.length] ?? 'text';
        return { name: `field${i}`, type, ...(type === 'relation' ? { to: `object${(n + i) % objects}` } : {}) };
      }),
    })),
  };
}

test('500 objects of 50 fields are made and loaded', async (t) => {
  const size = process.env.HUIKE_LONG === '1' ? 500 : 40;
  let start = performance.now();
  const took = () => `${Math.round(performance.now() - start)} ms`;
  const { version } = await applyMetadata(db, actor, many(size, 50));
  t.diagnostic(`applied ${size} objects: ${took()}`);
  start = performance.now();
  const catalog = await loadCatalog(db);
  t.diagnostic(`loaded: ${took()}`);
  assert.equal(catalog.version, version);
  assert.equal(catalog.objects.size, size);
  for (const object of catalog.objects.values()) {
    assert.equal(object.fields.size, 59);
    const target = `object${(Number(object.name.slice(6)) + 5) % size}`;
    assert.equal(object.fields.get('field5')?.target, catalog.objects.get(target));
  }
  start = performance.now();
  await applyMetadata(db, actor, { objects: [{ name: 'object1', label: { zh: '一', en: 'One' } }] });
  t.diagnostic(`relabelled one: ${took()}`);
  await assertPhysical(await loadCatalog(db), db);
});

test('an object takes 800 fields', async () => {
  const wide = Array.from({ length: 800 }, (_, i) => ({ name: `field${i}`, type: i % 2 === 0 ? 'text' : 'number' }));
  const { catalog } = await applyMetadata(db, actor, { objects: [{ name: 'wide', fields: wide }] });
  assert.equal(catalog.objects.get('wide')?.fields.size, 809);
  const money = wide.map(({ name }) => ({ name, type: 'money' }));
  await assert.rejects(applyMetadata(db, actor, { objects: [{ name: 'wider', fields: money }] }), {
    code: 'metadata.tooManyColumns',
  });
});
