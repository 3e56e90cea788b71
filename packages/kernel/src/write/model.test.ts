import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Problem } from '@huike/schema';
import { sql } from '../database/sql.ts';
import { system, type WriteFixture, writeFixture } from './fixture.ts';
import { write } from './index.ts';
import {
  Chance,
  computed,
  copyOf,
  Dice,
  type Model,
  type ModelRecord,
  modelObjects,
  type ObjectName,
} from './model.fixture.ts';
import { columnsTold, shapeOf } from './shape.ts';

let fixture: WriteFixture;
before(async () => {
  fixture = await writeFixture(modelObjects);
});
after(() => fixture.close());

const sequences = process.env.HUIKE_LONG === undefined ? 300 : 5_000;
const names: readonly ObjectName[] = ['region', 'account', 'deal', 'note', 'dealLines'];

test(`${sequences} sequences of random commands do what the model says`, async (t) => {
  const seed = Number(process.env.HUIKE_SEED ?? Date.now() % 1_000_000);
  t.diagnostic(`HUIKE_SEED=${seed}`);
  let refused = 0;
  let written = 0;
  for (let sequence = 0; sequence < sequences; sequence++) {
    const dice = new Dice((seed + sequence) * 2_654_435_761);
    let model: Model = new Map();
    for (let round = 0; round < 6; round++) {
      const steps = new Chance(dice, model).batch(8);
      const next = copyOf(model);
      for (const step of steps) step.apply?.(next);
      const fails = steps.some((step) => step.apply === null);
      const context = `sequence ${sequence}, round ${round}: ${JSON.stringify(steps.map(({ command }) => command))}`;
      try {
        const results = await write(
          fixture.context,
          system,
          steps.map(({ command }) => command),
        );
        assert.equal(fails, false, `should be refused: ${context}`);
        written++;
        // The ids of upserted accounts were made by the write.
        for (const [index, { command }] of steps.entries()) {
          if (command.op !== 'upsert') continue;
          rename(next, `new ${command.values.code}`, results[index]?.id ?? '');
        }
        model = next;
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        assert.equal(fails, true, `${error.message} ${JSON.stringify(error.issues)}: ${context}`);
        refused++;
      }
      await compareWithDatabase(model, context);
    }
    await compareWithLog(model);
  }
  assert.ok(refused > sequences / 10 && written > sequences * 3, `${written} written, ${refused} refused`);
});

function rename(model: Model, key: string, id: string): void {
  const record = model.get(key);
  if (record === undefined) return;
  model.delete(key);
  model.set(id, { ...record, id });
}

type Columns = Record<string, string | number | null>;

async function compareWithDatabase(model: Model, context: string): Promise<void> {
  const parents = [...model.values()].filter(({ object }) => object === 'deal').map(({ id }) => id);
  const lines = await fixture.db.query<{ id: string; parent: string; position: number }>(
    sql`select id, parent, position from data."dealLines" where parent = any(${sql.value(parents)}::uuid[]) and "deletedAt" is null`,
  );
  for (const { id, parent, position } of lines) if (!model.has(id)) rename(model, `new ${parent} ${position - 1}`, id);
  const ids = sql`${sql.value([...model.keys()].filter((id) => !id.startsWith('new')))}::uuid[]`;
  const links = await fixture.db.query<{ source: string; targets: string[] }>(
    sql`select source, array_agg(target order by target) as targets from data."deal.partners" where source = any(${ids}) group by 1`,
  );
  const partners = new Map(links.map(({ source, targets }) => [source, targets]));
  let found = 0;
  for (const name of names) {
    const rows = await fixture.db.query<Columns>(
      sql`select * from ${sql.identifier('data', name)} where id = any(${ids})`,
    );
    for (const row of rows) {
      const record = model.get(String(row.id));
      assert.ok(record, `an unknown ${name}: ${context}`);
      found++;
      const expected = expectedColumns(model, record);
      const actual = Object.fromEntries(Object.keys(expected).map((column) => [column, plain(row[column])]));
      assert.deepEqual(actual, expected, `${name} ${record.id}: ${context}`);
      assert.equal(row.deletedAt === null, record.deletion === null, context);
      if (name === 'deal') assert.deepEqual(partners.get(record.id) ?? [], record.partners, context);
    }
  }
  assert.equal(found, model.size, context);
}

/** Decimals compare by value: 10.00 is 10. */
function plain(value: string | number | null | undefined): string | number | null {
  if (value === undefined) return null;
  return typeof value === 'string' && /^-?\d+\.\d*0$/.test(value) ? value.replace(/\.?0+$/, '') : value;
}

function expectedColumns(model: Model, record: ModelRecord): Columns {
  const columns: Columns = { version: record.version };
  for (const [name, value] of Object.entries({ ...record.fields, ...computed(model, record) }))
    columns[name] = plain(value);
  return columns;
}

/** The log alone gives every record as it is, and each of its versions once. */
async function compareWithLog(model: Model): Promise<void> {
  const ids = sql`${sql.value([...model.keys()])}::uuid[]`;
  const changes = await fixture.db.query<{
    record: string;
    op: string;
    version: number;
    data: Record<string, [never, never]>;
  }>(sql`select record, op, version, data from huike.change_pending where record = any(${ids}) order by n`);
  const byRecord = Map.groupBy(changes, ({ record }) => record);
  const { objects } = fixture.catalog();
  for (const record of model.values()) {
    const mine = byRecord.get(record.id) ?? [];
    assert.deepEqual(
      mine.map(({ version }) => version),
      Array.from({ length: record.version }, (_, i) => i + 1),
    );
    assert.equal(mine[0]?.op, 'create');
    const object = objects.get(record.object);
    assert.ok(object);
    const told: Columns = {};
    for (const { op, data } of mine) {
      assert.ok(op === 'create' || Object.keys(data).length > 0, 'a change of nothing');
      for (const [tag, [before, after]] of Object.entries(data)) {
        const field = [...object.fields.values()].find((one) => one.tag === Number(tag));
        assert.ok(field);
        const stored = shapeOf(object).fields.get(field);
        if (stored === undefined) continue;
        const was = columnsTold(stored, before);
        for (const [name, value] of Object.entries(was)) assert.deepEqual(told[name] ?? null, value);
        Object.assign(told, columnsTold(stored, after));
      }
    }
    for (const [name, value] of Object.entries(record.fields)) assert.deepEqual(told[name] ?? null, value ?? null);
  }
}
