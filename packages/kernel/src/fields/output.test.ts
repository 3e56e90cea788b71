import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { FieldDefinition, Json } from '@huike/schema';
import { testDatabase } from '@huike/testkit';
import fc from 'fast-check';
import type { CatalogField } from '../catalog/types.ts';
import { type SQL, sql } from '../database/sql.ts';
import { castTo } from '../filter/values.ts';
import { context, objectWith, plainDefinitions } from './fixture.ts';
import { maskedValue, type StoredValues } from './index.ts';

// A record goes out of PostgreSQL as it goes out of its history: `output` and `present`, `mask` and `maskedValue`.

const { db, close } = await testDatabase();
after(close);

const files = [1, 2, 3].map((n) => `01890a5d-ac96-774b-bcce-b302099a800${n}`);
const label = { zh: '甲', en: 'A' };

const definitions: readonly FieldDefinition[] = [
  { name: 'title', type: 'text' },
  ...Object.values(plainDefinitions)
    .filter(({ type }) => type !== 'relations' && type !== 'table')
    .map((definition): FieldDefinition => ({ ...definition, name: definition.type })),
  { name: 'priced', type: 'decimal', scale: 3 },
  { name: 'rated', type: 'percent', scale: 1 },
  {
    name: 'chosen',
    type: 'option',
    options: [
      { value: 'a', label },
      { value: "b'\\", label },
    ],
  },
  { name: 'idNumber', type: 'text', mask: 'idNumber' },
  { name: 'bank', type: 'text', mask: 'bankAccount' },
  { name: 'person', type: 'text', mask: 'name' },
  { name: 'called', type: 'text', mask: 'phone' },
  { name: 'written', type: 'longText', mask: 'email' },
  { name: 'signed', type: 'longText', mask: 'name' },
  ...(['text', 'number', 'decimal', 'boolean', 'date', 'dateTime'] as const).map(
    (returns): FieldDefinition => ({ name: `${returns}Formula`, type: 'formula', expression: '1', returns }),
  ),
  { name: 'counted', type: 'rollup', from: 'sample', via: 'relation', fn: 'count' },
  { name: 'averaged', type: 'rollup', from: 'sample', via: 'relation', fn: 'avg', of: 'money' },
];
const object = objectWith(definitions);
const fields = [...object.fields.values()];

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('张三', "o'b\\n", '"{}"', '  ', '\u2028x', '😀', 'NULL'),
);
const decimals = fc
  .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: 0, max: 30 }))
  .map(([units, scale]) => {
    const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0');
    return `${units < 0n ? '-' : ''}${digits.slice(0, digits.length - scale)}${scale > 0 ? `.${digits.slice(-scale)}` : ''}`;
  });
const pad = (n: number, width: number) => String(n).padStart(width, '0');
const days = fc
  .tuple(fc.integer({ min: 0, max: 9999 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 31 }))
  .map(([year, month, day]) => `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`);
const times = fc
  .tuple(
    days,
    fc.integer({ min: 0, max: 86_399 }),
    fc.constantFrom('', '.5', '.000001', '.999999', '.100'),
    fc.constantFrom('', 'Z', '+08:00', '-11:30'),
  )
  .map(
    ([day, s, fraction, zone]) =>
      `${day}T${pad(Math.floor(s / 3600), 2)}:${pad(Math.floor(s / 60) % 60, 2)}:${pad(s % 60, 2)}${fraction}${zone}`,
  );
const digitsText = fc.stringMatching(/^\+?[0-9]{5,15}$/);
const ids = fc.uuid();
const parts = fc.record({ province: text, city: text, street: text, postcode: text }, { requiredKeys: [] });
const json = (value: unknown): Json => JSON.parse(JSON.stringify(value ?? null));

/** What a caller might write into a field of a type; much of it is refused. */
const written: Readonly<Partial<Record<FieldDefinition['type'], fc.Arbitrary<unknown>>>> = {
  text: fc.oneof(text, digitsText, fc.emailAddress()),
  longText: fc.oneof(text, fc.emailAddress(), fc.constant('a\nb\tc')),
  richText: fc.oneof(
    text,
    text.map((inner) => `<p>${inner}</p>`),
    fc.constant('<b>1</b><script>2</script>'),
  ),
  number: fc.oneof(fc.double(), fc.constantFrom(-0, 5e-324, 1.7976931348623157e308, 1e21, 1e-7, 123.456)),
  decimal: decimals,
  percent: decimals,
  money: fc.oneof(
    decimals,
    fc.record({ amount: decimals, currency: fc.constantFrom('CNY', 'USD', 'JPY') }),
    fc.float({ noNaN: true }),
  ),
  date: days,
  dateTime: fc.oneof(times, days),
  boolean: fc.boolean(),
  option: fc.constantFrom('gold', 'old', 'a', "b'\\"),
  options: fc.array(fc.constantFrom('gold', 'old')),
  cascade: fc.constantFrom(['浙江', '杭州'], ['北京', '北京'], ['浙江'], []),
  phone: fc.oneof(digitsText, fc.constantFrom('+12125551234', '+85291234567', '010-12345678')),
  email: fc.emailAddress(),
  url: fc.webUrl({ withQueryParameters: true }),
  address: parts,
  geo: fc.record({
    lng: fc.double({ min: -180, max: 180, noNaN: true }),
    lat: fc.double({ min: -90, max: 90, noNaN: true }),
  }),
  user: ids,
  department: ids,
  relation: ids,
  file: fc.subarray(files),
  image: fc.subarray(files),
};

/** What the system keeps in a field that nobody writes, in the one form of stored values. */
const kept: Readonly<Record<string, fc.Arbitrary<StoredValues>>> = {
  autoNumber: fc.nat().map((n) => ({ '': `HT-${n}` })),
  formula: decimals.map((value) => ({ '': value })),
  rollup: decimals.map((value) => ({ '': value })),
  counted: fc.nat().map((value) => ({ '': value })),
  averaged: fc.nat().map((value) => ({ '': `${value}.50`, sum: String(value * 2 + 1), count: 2 })),
  textFormula: fc.constantFrom('x', '张三').map((value) => ({ '': value })),
  numberFormula: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => ({ '': value + 0 })),
  decimalFormula: decimals.map((value) => ({ '': value })),
  booleanFormula: fc.boolean().map((value) => ({ '': value })),
  dateFormula: fc.constantFrom('0001-01-01', '2026-01-31').map((value) => ({ '': value })),
  dateTimeFormula: fc.constantFrom('2026-01-31T00:00:00.5+00:00').map((value) => ({ '': value })),
};

const seen = new Map<string, number>();

/** The columns of a field after a write: its value, or nothing where the write is refused. */
function columnsOf(field: CatalogField): fc.Arbitrary<StoredValues> {
  const own = kept[field.name];
  if (own !== undefined) return fc.oneof({ weight: 4, arbitrary: own }, fc.constant({}));
  const { parse } = field.handler;
  const arbitrary = field.definition === null ? undefined : written[field.definition.type];
  if (parse === null || arbitrary === undefined) throw new Error(`no values for ${field.name}`);
  return arbitrary.map((value) => {
    const given = json(value);
    const parsed = given === null ? null : parse(given, field, context);
    if (!parsed?.ok) return {};
    if (parsed.columns[''] !== null) seen.set(field.name, (seen.get(field.name) ?? 0) + 1);
    return parsed.columns;
  });
}

const columnName = (field: CatalogField, suffix: string) =>
  suffix === '' ? field.column : `${field.column}~${suffix}`;

before(async () => {
  const columns = fields.flatMap((field) =>
    field.handler.columns(field).map(({ suffix, sqlType }) => `"${columnName(field, suffix)}" ${sqlType}`),
  );
  await db.queryText(`create table data.sample (n int, ${columns.join(', ')})`, []);
  for (const [n, id] of files.entries()) {
    await db.execute(
      sql`insert into huike.file (id, name, type, size, storage_key) values (${sql.value(id)}, ${sql.value(`文件 ${n}`)}, 'image/png', ${sql.value(n)}, ${sql.value(id)})`,
    );
  }
});

/** Stores records and reads them back through `expression`, in their order. */
async function roundTrip(
  records: readonly ReadonlyMap<CatalogField, StoredValues>[],
  expression: (field: CatalogField, row: SQL) => SQL,
): Promise<{ [name: string]: Json }[]> {
  const rows = records.map((record, n) => ({
    n,
    ...Object.fromEntries(
      [...record].flatMap(([field, columns]) =>
        Object.entries(columns).map(([suffix, value]) => [columnName(field, suffix), value]),
      ),
    ),
  }));
  const row = sql`s`;
  const outputs = fields.map((field) => sql`${expression(field, row)} as ${sql.identifier(field.name)}`);
  const input = sql.value(JSON.stringify(rows));
  await db.execute(sql`truncate data.sample`);
  await db.execute(
    sql`insert into data.sample select * from json_populate_recordset(null::data.sample, ${input}::json)`,
  );
  const result = await db.query<{ v: string }>(
    sql`select row_to_json(o)::text as v from data.sample s, lateral (select ${sql.join(outputs, ', ')}) o order by s.n`,
  );
  return result.map(({ v }) => JSON.parse(v));
}

const record = fc.tuple(...fields.map(columnsOf)).map((columns) => {
  const byField = new Map<CatalogField, StoredValues>();
  for (const [index, field] of fields.entries()) byField.set(field, columns[index] ?? {});
  return byField;
});
const records = fc.array(record, { minLength: 10, maxLength: 20 });
const numRuns = process.env.HUIKE_LONG ? 500 : 15;

test('what PostgreSQL answers is what the history shows', async () => {
  await fc.assert(
    fc.asyncProperty(records, async (stored) => {
      const found = await roundTrip(stored, (field, row) => field.handler.output(field, row));
      for (const [n, columns] of stored.entries()) {
        for (const field of fields) {
          const expected = field.handler.present(columns.get(field) ?? {}, field);
          const value = found[n]?.[field.name] ?? null;
          assert.deepEqual(
            isFiles(field) ? idsOf(value) : value,
            expected,
            `${field.name} of ${JSON.stringify(columns.get(field))}`,
          );
        }
      }
    }),
    { numRuns },
  );
  for (const field of fields) {
    if (kept[field.name] === undefined)
      assert.ok((seen.get(field.name) ?? 0) > 0, `no value of ${field.name} was tried`);
  }
});

function isFiles(field: CatalogField): boolean {
  return field.type === 'file' || field.type === 'image';
}

/** Of files the history has the ids, the record also their names, types and sizes. */
function idsOf(value: Json): Json {
  if (!Array.isArray(value)) return value;
  return value.map((file: Json) => {
    assert.deepEqual(Object.keys(Object(file)), ['id', 'name', 'type', 'size']);
    return { id: Object(file).id };
  });
}

test('masks are the same in PostgreSQL and in the history', async () => {
  await fc.assert(
    fc.asyncProperty(records, async (stored) => {
      const found = await roundTrip(stored, (field, row) => field.handler.mask(field, row));
      for (const [n, columns] of stored.entries()) {
        for (const field of fields) {
          const expected = maskedValue(columns.get(field) ?? {}, field);
          assert.deepEqual(found[n]?.[field.name], expected, `${field.name} of ${JSON.stringify(columns.get(field))}`);
        }
      }
    }),
    { numRuns },
  );
});

test('what filters and sorts use can be compared with what they read', async () => {
  const values: Readonly<Record<string, Json>> = {
    money: '12.5',
    decimal: '1',
    percent: '5%',
    phone: '138 1234 8000',
    date: '2026-01-31',
    dateTime: '2026-01-31 08:00',
    boolean: true,
    number: 1.5,
    numberFormula: 1.5,
    counted: 3,
    user: files[0] ?? null,
    dateTimeFormula: '2026-01-31',
  };
  for (const field of fields) {
    const { comparable } = field.handler;
    if (comparable === null || comparable.type === 'text[]') continue;
    const value = comparable.parse(values[field.name] ?? 'gold', field, context);
    const row = sql`s`;
    const compared = sql`${comparable.expression(field, row)} < ${sql.value(value)}::${castTo[comparable.type]}`;
    const sorted = (comparable.sort ?? comparable.expression)(field, row);
    await db.query(sql`select ${compared} as c from data.sample s order by ${sorted} limit 1`);
  }
});

test('link tables and rows answer ids', async () => {
  await db.execute(sql`create table data."sample.links" (source uuid, target uuid)`);
  await db.execute(
    sql`insert into data."sample.links" values (${sql.value(files[0] ?? '')}, ${sql.value(files[2] ?? '')}), (${sql.value(files[0] ?? '')}, ${sql.value(files[1] ?? '')})`,
  );
  const links = objectWith([
    { name: 'title', type: 'text' },
    { name: 'links', type: 'relations', to: 'sample' },
  ]);
  const field = links.fields.get('links');
  assert.ok(field);
  const [row] = await db.query<{ v: Json }>(
    sql`select ${field.handler.output(field, sql`s`)} as v from (select ${sql.value(files[0] ?? '')}::uuid as id) s`,
  );
  assert.deepEqual(row?.v, [files[1], files[2]]);
  assert.deepEqual(field.handler.present({ '': files }, field), files);
});

test('JSON Schemas tell what is written and read', () => {
  for (const field of fields) {
    const schema = field.handler.jsonSchema(field);
    assert.equal(schema.in === null, field.handler.parse === null, field.name);
    assert.ok(schema.out !== null && typeof schema.out === 'object');
  }
});
