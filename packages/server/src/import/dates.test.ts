import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseDate, type SettledDates, settleDates } from './dates.ts';
import { sharedFile } from './sample/shared.ts';
import { openTable } from './table.ts';

const none = settleDates([]);
const runs = { numRuns: process.env.HUIKE_LONG ? 10_000 : 300 };

function read(text: string, settled: SettledDates = none, zone = 'Asia/Shanghai'): string {
  const parsed = parseDate(text, settled, zone);
  return 'problem' in parsed ? parsed.problem.code : parsed.hasTime ? parsed.at : parsed.date;
}

test('dates in every form', () => {
  const expected: readonly (readonly [string, string])[] = [
    ['2026-01-05', '2026-01-05'],
    [' 2026/1/5 ', '2026-01-05'],
    ['2026.1.5', '2026-01-05'],
    ['2026年1月5日', '2026-01-05'],
    ['２０２６年１月５日', '2026-01-05'],
    ['26年1月5号', '2026-01-05'],
    ['20260105', '2026-01-05'],
    ['5 Jan 2026', '2026-01-05'],
    ['Jan 5th, 2026', '2026-01-05'],
    ['05-Jan-26', '2026-01-05'],
    ['2026-Jan-05', '2026-01-05'],
    ['Monday, January 5, 2026', '2026-01-05'],
    ['星期一 2026-01-05', '2026-01-05'],
    ['46027', '2026-01-05'],
    ['46027.627835648145', '2026-01-05T15:04:05+08:00'],
    ['2026-01-05 15:04', '2026-01-05T15:04:00+08:00'],
    ['2026-01-05T15:04:05', '2026-01-05T15:04:05+08:00'],
    ['2026-01-05 15:04:05.123000', '2026-01-05T15:04:05.123+08:00'],
    ['2026-01-05T15:04:05Z', '2026-01-05T23:04:05+08:00'],
    ['2026-01-05T15:04:05.5-05:00', '2026-01-06T04:04:05.5+08:00'],
    ['2026-01-05 15:04:05 +0800', '2026-01-05T15:04:05+08:00'],
    ['2026-01-05 下午3:04', '2026-01-05T15:04:00+08:00'],
    ['2026年1月5日 上午 12:30', '2026-01-05T00:30:00+08:00'],
    ['2026年1月5日 15时04分05秒', '2026-01-05T15:04:05+08:00'],
    ['2026年1月5日下午3点', '2026-01-05T15:00:00+08:00'],
    ['2026/1/5 星期一 3:04 PM', '2026-01-05T15:04:00+08:00'],
    ['2026/1/5 12:00 AM', '2026-01-05T00:00:00+08:00'],
    ['2026/1/5 12:00 PM', '2026-01-05T12:00:00+08:00'],
    ['20260105150405', '2026-01-05T15:04:05+08:00'],
    ['1767596645', '2026-01-05T15:04:05+08:00'],
    ['1767596645123', '2026-01-05T15:04:05.123+08:00'],
    ['Mon Jan 05 2026 15:04:05 GMT+0800 (China Standard Time)', '2026-01-05T15:04:05+08:00'],
    ['2014-05-01 00:00:00.000', '2014-05-01T00:00:00+08:00'],
    // China put its clocks forward in 1986: half past two did not exist.
    ['1986-05-04 02:30', '1986-05-04T03:30:00+09:00'],
  ];
  for (const [text, value] of expected) assert.equal(read(text), value, text);
});

test('what is no date is a problem', () => {
  for (const text of [
    '2026-02-30',
    '2/30/2026',
    '2025-02-29',
    '20261301',
    '2026-13-05',
    '0/5/2026',
    '2026年2月30日',
    '31 Apr 2026',
  ]) {
    assert.equal(read(text), 'import.dateImpossible', text);
  }
  for (const text of [
    '',
    'soon',
    '2026',
    '2011',
    '12',
    '2026-01',
    '2026-01-05 25:00',
    '2026-01-05 foo',
    '1/2/3',
    '2026/01-05',
    '5 Foo 2026',
    '2026-01-05 晚上12点',
    '99999999999999999999',
  ]) {
    assert.equal(read(text), 'import.date', text);
  }
});

test('the order is settled by the dates that leave no doubt', () => {
  const settled = settleDates(['05/06/2024', '25/12/2024', '01/02/2024', '', '2024-03-01']);
  assert.deepEqual(settled.groups, [
    { separator: '/', shortYear: false, order: 'DMY', decidedBy: 'values', count: 3, ambiguous: 0, against: 0 },
  ]);
  assert.equal(read('05/06/2024', settled), '2024-06-05');
  assert.equal(read('12/25/2024', settled), 'import.dateImpossible');
});

test('each separator is settled by itself', () => {
  const settled = settleDates(['12/25/2024', '25.12.2024', '01.02.2024', '01/02/2024']);
  assert.equal(read('01/02/2024', settled), '2024-01-02');
  assert.equal(read('01.02.2024', settled), '2024-02-01');
  assert.equal(settled.ambiguous, 0);
});

test('doubt and contradiction are reported', () => {
  const doubtful = settleDates(['01/02/2024', '03/04/2024', '05/05/2024']);
  assert.deepEqual([doubtful.ambiguous, doubtful.groups[0]?.decidedBy], [2, 'custom']);
  const mixed = settleDates(['12/25/2024', '12/26/2024', '25/12/2024', 'x']);
  assert.deepEqual([mixed.order, mixed.against, mixed.unreadable], ['MDY', 1, 1]);
  const short = settleDates(['05/14/65', '01/02/26']);
  assert.deepEqual([short.order, short.shortYears], ['MDY', 2]);
  assert.equal(read('01/02/26', short), '2026-01-02');
  assert.equal(read('05/14/65', short), '1965-05-14');
  assert.equal(read('26-1-5', settleDates(['26-1-5', '25-12-31'])), '2026-01-05');
});

test('every date is read back from every form', () => {
  const day = fc.date({ min: new Date('1930-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });
  fc.assert(
    fc.property(day, (date) => {
      const iso = date.toISOString().slice(0, 10);
      const [y = '', m = '', d = ''] = iso.split('-');
      const dmy = settleDates(['25/12/2024', '25-12-2024']);
      const mdy = settleDates(['12/25/2024']);
      const serial = Math.round((Date.UTC(Number(y), Number(m) - 1, Number(d)) - Date.UTC(1899, 11, 30)) / 86_400_000);
      for (const [text, settled] of [
        [`${y}/${Number(m)}/${Number(d)}`, none],
        [`${y}年${m}月${d}日`, none],
        [y + m + d, none],
        [String(serial), none],
        [`${d}/${m}/${y}`, dmy],
        [`${Number(d)}-${Number(m)}-${y}`, dmy],
        [`${m}/${d}/${y}`, mdy],
      ] as const) {
        assert.equal(read(text, settled), iso, text);
      }
      const at = `${iso}T03:04:05`;
      for (const zone of ['Asia/Shanghai', 'America/New_York', 'UTC']) {
        const parsed = parseDate(at, none, zone);
        assert.ok(!('problem' in parsed));
        // The same instant, whichever way it is written.
        assert.equal(read(parsed.at, none, zone), parsed.at);
      }
    }),
    runs,
  );
});

async function column(file: string, name: string): Promise<string[]> {
  const table = await openTable(createReadStream(file));
  const at = table.columns.indexOf(name);
  const values: string[] = [];
  for await (const row of table.rows) values.push(row.values[at] ?? '');
  return values;
}

test('AdventureWorks: 5/14/1965 beside 04-08-1966 is one order, as a spreadsheet left it', async (t) => {
  const { file, isSample } = sharedFile(t, 'adventureworks/customers.csv');
  const births = await column(file, 'BirthDate');
  const settled = settleDates(births);
  assert.deepEqual(settled.groups.map(({ separator, order, decidedBy }) => [separator, order, decidedBy]).sort(), [
    ['-', 'MDY', 'otherGroups'],
    ['/', 'MDY', 'values'],
  ]);
  assert.equal(read('04-08-1966', settled), '1966-04-08');
  assert.equal(read('5/14/1965', settled), '1965-05-14');
  const failed = births.filter((text) => text !== '' && read(text, settled).startsWith('import'));
  assert.deepEqual(failed, []);
  if (isSample) return;
  assert.equal(settled.count, 9315);
  assert.deepEqual(
    settled.groups.map(({ count, against }) => [count, against]),
    [
      [5299, 0],
      [4016, 0],
    ],
  );
});
