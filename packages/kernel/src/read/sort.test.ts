// Keyset paging: what comes after a record, by any keys, is what comes after it in the whole list.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Dice, type TestDatabase, testDatabase } from '@huike/testkit';
import { type SQL, sql } from '../database/sql.ts';
import { context } from '../fields/fixture.ts';
import type { ComparableType } from '../fields/index.ts';
import { bind } from '../filter/slots.ts';
import { system } from '../write/fixture.ts';
import { orderBy, type SortKey, stretchesAfter } from './sort.ts';

let database: TestDatabase;

before(async () => {
  database = await testDatabase();
  await database.db.execute(
    sql`create table data.sorted (id uuid primary key, a int, b text collate "C", c timestamptz, d numeric, e boolean)`,
  );
});
after(() => database.close());

const columns = { a: 'int4', b: 'text', c: 'timestamptz', d: 'numeric', e: 'boolean' } as const;
type Name = keyof typeof columns;
type Row = Readonly<Record<Name, string | number | boolean | null>> & { readonly id: string };

const row = sql.identifier('t');
const t = sql.identifier('data', 'sorted');

function key(name: string, type: ComparableType, descending: boolean, nullable: boolean): SortKey {
  return { expression: sql`${row}.${sql.identifier(name)}`, type, descending, nullable };
}

/** Few values, so that many are equal, and empty ones. */
async function fillTable(dice: Dice): Promise<void> {
  const values: Readonly<Record<Name, readonly (string | number | boolean | null)[]>> = {
    a: [null, null, -1, 0, 7],
    b: [null, '', 'a', 'B', '张', "it's"],
    c: [null, '2026-01-01T00:00:00.000001Z', '2026-01-01T00:00:00.000002Z', '2026-01-01T08:00:00+08:00'],
    d: [null, '1', '1.0', '1.50', '-3'],
    e: [null, true, false],
  };
  const rows = Array.from({ length: 1 + dice.upTo(25) }, (_, index) => ({
    id: `00000000-0000-7000-8000-${String(dice.upTo(999_999)).padStart(6, '0')}${String(index).padStart(6, '0')}`,
    ...Object.fromEntries(Object.entries(values).map(([name, choices]) => [name, dice.pick(choices)])),
  }));
  await database.db.execute(sql`truncate ${t}`);
  await database.db.execute(
    sql`insert into ${t} select * from json_populate_recordset(null::${t}, ${sql.value(JSON.stringify(rows))}::json)`,
  );
}

async function ids(where: SQL, keys: readonly SortKey[], last: readonly (string | null)[] = []): Promise<string[]> {
  const { text, values } = sql.compile(sql`select ${row}.id from ${t} ${row} where ${where} order by ${orderBy(keys)}`);
  const { catalog, now, timeZone } = context;
  const run = { actor: system, catalog, values: [], after: last, limit: 0, now, timeZone };
  const rows = await database.db.queryText<Row>(text, bind(values, run));
  return rows.map(({ id }) => id);
}

const rounds = process.env.HUIKE_LONG === undefined ? 12 : 400;

test('after each record of a list come, stretch by stretch, the others in their order', async () => {
  for (let seed = 1; seed <= rounds; seed++) {
    const dice = new Dice(seed);
    await fillTable(dice);
    const names = dice.some<Name>(['a', 'b', 'c', 'd', 'e'], 2).slice(0, 3);
    // In pairs of a list and its reverse, and mixed.
    const keys = names.map((name) => key(name, columns[name], dice.once(2), true));
    const all = [...keys, key('id', 'uuid', keys[0]?.descending ?? dice.once(2), false)];
    const whole = await ids(sql`true`, all);
    for (const [index, id] of whole.entries()) {
      const texts = all.map(({ expression }) => sql`${expression}::text`);
      const [found] = await database.db.query<{ last: (string | null)[] }>(
        sql`select array[${sql.join(texts, ', ')}] as last from ${t} ${row} where id = ${sql.value(id)}`,
      );
      const last = found?.last ?? [];
      const stretches = stretchesAfter(
        all,
        last.map((value) => value === null),
      );
      const rest: string[] = [];
      for (const stretch of stretches) rest.push(...(await ids(stretch, all, last)));
      const what = all.map((one) => `${sql.compile(one.expression).text} ${one.descending ? 'desc' : 'asc'}`).join();
      assert.deepEqual(rest, whole.slice(index + 1), `seed ${seed}: ${what} after ${JSON.stringify(last)}`);
    }
  }
});

test('keys that are never empty go by one comparison', async () => {
  await fillTable(new Dice(5));
  await database.db.execute(sql`delete from ${t} where a is null`);
  for (const descending of [false, true]) {
    const keys = [key('a', 'int4', descending, false), key('id', 'uuid', descending, false)];
    const whole = await ids(sql`true`, keys);
    const [one] = stretchesAfter(keys, [false, false]);
    assert.ok(one !== undefined && stretchesAfter(keys, [false, false]).length === 1);
    const [middle] = await database.db.query<{ a: number; id: string }>(
      sql`select a, id from ${t} where id = ${sql.value(whole[1] ?? '')}`,
    );
    assert.deepEqual(await ids(one, keys, [String(middle?.a), String(middle?.id)]), whole.slice(2));
  }
});
