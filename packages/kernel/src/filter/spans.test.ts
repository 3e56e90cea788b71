import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dateUnits, type Json, zoneName } from '@huike/schema';
import { dayAfter, testDatabase, walkedSpan } from '@huike/testkit';
import fc from 'fast-check';
import { sql } from '../database/sql.ts';
import { spanOf } from './spans.ts';

const runs = process.env.HUIKE_LONG === undefined ? 1_000 : 50_000;
const zones = [
  ...['Asia/Shanghai', 'UTC', 'America/New_York', 'Europe/London', 'Asia/Kathmandu', 'America/St_Johns'],
  // Where days were skipped or repeated, and as far from Greenwich as it gets.
  ...['Pacific/Apia', 'Pacific/Kiritimati', 'Pacific/Pago_Pago', 'America/Sao_Paulo', 'Africa/Casablanca'],
];
const instants = fc.date({
  min: new Date('1950-01-01T00:00:00Z'),
  max: new Date('2150-12-31T00:00:00Z'),
  noInvalidDate: true,
});
const unit = fc.constantFrom(...dateUnits);
const span: fc.Arbitrary<Json> = fc.oneof(
  fc.record({ this: unit }),
  fc.record({ last: fc.integer({ min: 1, max: 40 }), unit }),
  fc.record({ next: fc.integer({ min: 1, max: 40 }), unit }),
);

test('a relative span has the days that one counts day by day', () => {
  fc.assert(
    fc.property(instants, fc.constantFrom(...zones), span, (now, zone, value) => {
      assert.deepEqual(spanOf(value, now, zone), walkedSpan(value, now, zone));
    }),
    { numRuns: runs },
  );
});

test('spans at the edges of months, years and leap days, and the longest', () => {
  const at = (now: string, value: Json, zone = 'Asia/Shanghai') => {
    const found = spanOf(value, new Date(now), zone);
    return `${found?.from}..${found?.until}`;
  };
  // Half past midnight of the first of March 2024 in Shanghai.
  const leap = '2024-02-29T16:30:00Z';
  assert.equal(at(leap, { this: 'day' }), '2024-03-01..2024-03-02');
  assert.equal(at(leap, { this: 'day' }, 'UTC'), '2024-02-29..2024-03-01');
  assert.equal(at(leap, { last: 2, unit: 'day' }), '2024-02-29..2024-03-02');
  assert.equal(at(leap, { last: 2, unit: 'month' }), '2024-02-01..2024-03-02');
  assert.equal(at(leap, { this: 'month' }, 'UTC'), '2024-02-01..2024-03-01');
  assert.equal(at('2023-02-28T16:30:00Z', { last: 2, unit: 'day' }), '2023-02-28..2023-03-02');
  assert.equal(at('2100-02-28T16:30:00Z', { last: 2, unit: 'day' }), '2100-02-28..2100-03-02');
  // Weeks begin on Monday: the 1st of January 2023 was a Sunday.
  assert.equal(at('2023-01-01T00:00:00Z', { this: 'week' }, 'UTC'), '2022-12-26..2023-01-02');
  assert.equal(at('2023-01-02T00:00:00Z', { this: 'week' }, 'UTC'), '2023-01-02..2023-01-09');
  assert.equal(at('2023-01-01T00:00:00Z', { last: 2, unit: 'week' }, 'UTC'), '2022-12-19..2023-01-02');
  assert.equal(at('2023-11-30T00:00:00Z', { next: 1, unit: 'quarter' }, 'UTC'), '2024-01-01..2024-04-01');
  assert.equal(at('2023-12-31T16:00:00Z', { this: 'year' }), '2024-01-01..2025-01-01');
  assert.equal(at('2023-12-31T16:00:00Z', { last: 1, unit: 'quarter' }), '2024-01-01..2024-01-02');
  assert.equal(at(leap, { last: 1000, unit: 'year' }), '1025-01-01..2024-03-02');
  assert.equal(at(leap, { next: 1000, unit: 'year' }), '2025-01-01..3025-01-01');
  // The day that Samoa left out.
  assert.equal(at('2011-12-30T11:00:00Z', { last: 2, unit: 'day' }, 'Pacific/Apia'), '2011-12-30..2012-01-01');
});

test('what is no span is none', () => {
  const wrong: Json[] = [
    ...[null, 7, 'month', [], {}, { this: 'decade' }, { this: 'month', unit: 'day' }, { last: 7 }, { unit: 'day' }],
    ...[
      { last: 0, unit: 'day' },
      { last: 1.5, unit: 'day' },
      { last: -1, unit: 'day' },
      { last: 1001, unit: 'day' },
    ],
    ...[
      { last: '7', unit: 'day' },
      { last: 7, unit: 'hour' },
      { last: 7, next: 7, unit: 'day' },
      { last: Number.POSITIVE_INFINITY, unit: 'day' },
    ],
    ...[{ last: 7, unit: 'toString' }, { this: 'constructor' }, { last: { valueOf: 7 }, unit: 'day' }],
    JSON.parse('{"__proto__": {"this": "day"}}'),
  ];
  for (const value of wrong) assert.equal(spanOf(value, new Date(), 'UTC'), null, JSON.stringify(value));
});

test('the days of the model follow one another', () => {
  let day = '1999-12-30';
  for (let index = 0; index < 1000; index++) {
    const next = dayAfter(day);
    assert.equal(Date.parse(next) - Date.parse(day), 86_400_000, day);
    day = next;
  }
});

test('PostgreSQL knows every zone that is let through, and means the same by it', async () => {
  const database = await testDatabase();
  const old = ['PRC', 'IST', 'EST', 'CTT', 'AGT', 'US/Pacific', 'GB', 'utc', 'asia/shanghai', 'GMT0', 'Etc/GMT-8'];
  const names = [...Intl.supportedValuesOf('timeZone'), ...old].flatMap((name) => zoneName(name) ?? []);
  assert.ok(names.length > 400);
  const now = new Date('2026-07-01T12:00:00Z');
  const rows = await database.db.query<{ name: string; clock: string }>(
    sql`select name, to_char(${sql.value(now.toISOString())}::timestamptz at time zone name, 'YYYY-MM-DD HH24:MI:SS') as clock from unnest(${sql.value(names)}::text[]) name`,
  );
  for (const { name, clock } of rows) assert.equal(clock, now.toLocaleString('sv-SE', { timeZone: name }), name);
  await database.close();
  assert.equal(zoneName('IST'), 'Asia/Calcutta');
  for (const wrong of [
    '',
    'x',
    '+08:00',
    '-01',
    'Asia/Beijing',
    "UTC'; drop",
    'Etc/Unknown',
    'A'.repeat(1000),
    '\0',
    '__proto__',
  ])
    assert.equal(zoneName(wrong), null, wrong);
});
