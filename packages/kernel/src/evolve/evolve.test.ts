import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { rowsObjectName } from '@huike/schema';
import { assertPhysical, insertRows, metadataArbitrary, testDatabase, transition } from '@huike/testkit';
import fc from 'fast-check';
import { loadCatalog, loadSource } from '../catalog/load.ts';
import type { Catalog, CatalogField } from '../catalog/types.ts';
import { type Queryable, sql } from '../database/index.ts';
import { fillAll } from './fill.ts';
import { movedParts } from './moved.ts';
import { purgeSetAside } from './purge.ts';
import { undoMetadata } from './restore.ts';
import { applyMetadata, planMetadata } from './run.ts';
import { columnName, linkName, tableOf } from './table.ts';

const { db, close } = await testDatabase();
after(close);

const actor = { kind: 'system', name: 'setup' } as const;
const runs = process.env.HUIKE_LONG === '1' ? 150 : 12;

/** Drops everything that earlier runs set aside. */
async function forget(): Promise<void> {
  await purgeSetAside(db, new Date(Date.now() + 31 * 86_400_000));
}

async function apply(document: unknown) {
  return applyMetadata(db, actor, document, { confirm: true });
}

/** The stored values of a field, by record. */
async function valuesOf(queryable: Queryable, field: CatalogField): Promise<unknown> {
  const columns = field.handler.columns(field).map(({ suffix }) => sql.identifier(columnName(field, suffix)));
  if (field.type === 'relations') {
    const links = sql.identifier('data', linkName(field));
    return queryable.query(sql`select "source", "target" from ${links} order by 1, 2`);
  }
  if (columns.length === 0) return null;
  const table = sql.identifier('data', field.object.table);
  return queryable.query(sql`select "id", ${sql.join(columns, ', ')} from ${table} order by "id"`);
}

/** Fields that a change leaves as they are: their number, type and columns. */
function untouched(before: Catalog, after: Catalog): [CatalogField, CatalogField][] {
  return [...before.objects.values()].flatMap((object) => {
    const now = after.objects.get(object.name);
    if (now?.id !== object.id) return [];
    return [...object.fields.values()].flatMap((field): [CatalogField, CatalogField][] => {
      const other = now.fields.get(field.name);
      const same = (one: CatalogField) =>
        JSON.stringify(one.handler.columns(one).filter(({ suffix }) => suffix !== 'sort'));
      const stays = other?.tag === field.tag && field.computed === null && other.computed === null;
      return stays && same(field) === same(other) ? [[field, other]] : [];
    });
  });
}

function withoutSort(rows: unknown): unknown {
  return JSON.parse(JSON.stringify(rows), (key, value) => (key.endsWith('~sort') ? undefined : value));
}

async function assertKept(before: Catalog, after: Catalog, values: ReadonlyMap<CatalogField, unknown>): Promise<void> {
  for (const [field, now] of untouched(before, after)) {
    const kept = withoutSort(await valuesOf(db, now));
    assert.deepEqual(kept, withoutSort(values.get(field)), `${field.object.name}.${field.name}`);
  }
}

async function allValues(catalog: Catalog): Promise<ReadonlyMap<CatalogField, unknown>> {
  const values = new Map<CatalogField, unknown>();
  for (const object of catalog.objects.values()) {
    for (const field of object.fields.values()) values.set(field, await valuesOf(db, field));
  }
  return values;
}

/** Lets the records of each object refer to records of others, so that rollups have something to count. */
async function linkRows(catalog: Catalog): Promise<void> {
  for (const object of catalog.objects.values()) {
    for (const field of object.fields.values()) {
      if (field.type !== 'relation' || field.target === null) continue;
      const [table, target] = [object.table, field.target.table].map((name) => sql.identifier('data', name));
      await db.execute(
        sql`update ${table ?? sql.blank} set ${sql.identifier(field.column)} = (select "id" from ${target ?? sql.blank} order by "id" limit 1)`,
      );
    }
  }
}

/** Computes everything that is derived anew, for every record. */
async function fillEverything(catalog: Catalog): Promise<void> {
  for (const { object, part } of movedParts(emptyCatalog(catalog), catalog)) await fillAll(db, catalog, object, part);
}

/** The catalog as if every object had only just lost what it derives. */
function emptyCatalog(catalog: Catalog): Catalog {
  const objects = [...catalog.objects].map(([name, object]) => [name, { ...object, fields: new Map() }] as const);
  return { ...catalog, objects: new Map(objects) };
}

async function derived(catalog: Catalog): Promise<unknown> {
  const all = [];
  for (const object of catalog.objects.values()) {
    const { columns } = tableOf(object);
    const computed = new Set(
      [...object.fields.values()].flatMap((field) => (field.computed === 'stored' ? [field.tag] : [])),
    );
    const names = columns.filter((one) => computed.has(one.tag) || one.suffix === 'sort' || one.suffix === 'search');
    const list = sql.join([sql`"id"`, ...names.map(({ name }) => sql.identifier(name))], ', ');
    all.push(
      object.name,
      await db.query(sql`select ${list} from ${sql.identifier('data', object.table)} order by "id"`),
    );
  }
  return all;
}

async function assertDerived(catalog: Catalog): Promise<void> {
  const kept = await derived(catalog);
  await fillEverything(catalog);
  assert.deepEqual(kept, await derived(catalog), 'what is derived');
}

test('from any metadata to any other and back, with records in place', async () => {
  const property = fc.asyncProperty(metadataArbitrary(), metadataArbitrary(), async (one, other) => {
    await forget();
    const start = await apply(transition((await loadSource(db)).state, one));
    await assertPhysical(start.catalog, db);
    for (const object of start.catalog.objects.values()) {
      const ids = await insertRows(db, object, 3);
      for (const field of object.fields.values()) {
        if (field.type !== 'relations') continue;
        const links = sql.identifier('data', linkName(field));
        await db.execute(sql`insert into ${links} select unnest(${sql.value(ids)}::uuid[]), gen_random_uuid()`);
      }
    }
    await linkRows(start.catalog);
    await fillEverything(start.catalog);
    const values = await allValues(start.catalog);
    const there = await apply(transition((await loadSource(db)).state, other));
    await assertPhysical(there.catalog, db);
    await assertKept(start.catalog, there.catalog, values);
    await assertDerived(there.catalog);
    const valuesThere = await allValues(there.catalog);
    const back = await apply(transition((await loadSource(db)).state, one));
    await assertPhysical(back.catalog, db);
    await assertKept(there.catalog, back.catalog, valuesThere);
    await assertDerived(back.catalog);
    const loaded = await loadCatalog(db);
    assert.equal(loaded.version, back.version);
    await assertPhysical(loaded, db);
    const again = await apply(one);
    assert.deepEqual(again.plan.steps, [], 'what is declared is there already');
  });
  await fc.assert(property, { numRuns: runs, endOnFailure: true });
});

test('any change can be undone, with the values that it set aside', async () => {
  const property = fc.asyncProperty(metadataArbitrary(), metadataArbitrary(), async (one, other) => {
    await forget();
    const start = await apply(transition((await loadSource(db)).state, one));
    for (const object of start.catalog.objects.values()) await insertRows(db, object, 2);
    const values = await allValues(start.catalog);
    const changed = await apply(transition((await loadSource(db)).state, other));
    const undone = changed.version > start.version ? await undoMetadata(db, actor, changed.version) : changed;
    // A type that changed can't change back: values may have come that the old one can't hold.
    const stuck = new Set(
      undone.plan.conflicts.map(({ name, path: [, part = '', within, inner] }) =>
        within === 'fields' ? `${rowsObjectName(name, part)}.${inner}` : `${name}.${part}`,
      ),
    );
    const { state } = await loadSource(db);
    const catalog = await loadCatalog(db);
    await assertPhysical(catalog, db);
    for (const [name, object] of start.catalog.objects) {
      assert.equal(catalog.objects.get(name)?.id, object.id, name);
    }
    await assertKept(start.catalog, catalog, values);
    for (const object of start.catalog.objects.values()) {
      for (const field of object.fields.values()) {
        if (field.computed !== null) continue;
        const now = catalog.objects.get(object.name)?.fields.get(field.name);
        assert.equal(now?.tag, field.tag, `${object.name}.${field.name}`);
      }
    }
    const rest = await planMetadata(db, transition(state, one));
    assert.deepEqual(
      rest.steps.filter((step) => step.action !== 'update' && !stuck.has(`${step.object}.${step.name}`)),
      [],
    );
  });
  await fc.assert(property, { numRuns: runs, endOnFailure: true });
});
