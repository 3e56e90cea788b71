import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Problem } from '@huike/schema';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import { openDatabase } from './pool.ts';
import { sql } from './sql.ts';

let own: TestDatabase;
before(async () => {
  own = await testDatabase();
  await own.db.execute(sql`create table data.account (id int primary key, balance numeric not null)`);
});
after(() => own.close());

const problemCode = (code: string) => (error: unknown) => error instanceof Problem && error.code === code;

test('values arrive exactly: numbers as text, times as ISO 8601 in UTC, JSON as it was when cast to text', async () => {
  const rows = await own.db.query(sql`
    select 12345678901234567890.10::numeric as money, 9007199254740993::int8 as big, 7::int4 as small,
      '2026-01-02 03:04:05.678901+08'::timestamptz as at, '2026-01-02 03:04:05'::timestamp as local,
      '2026-01-02'::date as day, '1.10'::jsonb::text as raw, array[1.10, 2]::numeric[] as amounts,
      array['2026-01-02 03:04:05+08'::timestamptz, null] as times, array[9007199254740993::int8] as bigs,
      array['a', null]::name[] as names, '1 day 02:00'::interval as span, '\\x00ff'::bytea as bytes`);
  assert.deepEqual(rows, [
    {
      money: '12345678901234567890.10',
      big: '9007199254740993',
      small: 7,
      at: '2026-01-01T19:04:05.678901+00:00',
      local: '2026-01-02T03:04:05',
      day: '2026-01-02',
      raw: '1.10',
      amounts: ['1.10', '2'],
      times: ['2026-01-01T19:04:05+00:00', null],
      bigs: ['9007199254740993'],
      names: ['a', null],
      span: '1 day 02:00:00',
      bytes: Buffer.from([0, 255]),
    },
  ]);
  const [same] = await own.db.query<{ at: string; json: { at: string } }>(sql`
    select t as at, json_build_object('at', t) as json from (select '2026-01-02 03:04:05.67+08'::timestamptz as t) t`);
  assert.equal(same?.at, same?.json.at);
});

test('values go out exactly: text, numbers, arrays, null, bytes', async () => {
  const text = `'"\\{},$1 张三 \u0001`;
  const [row] = await own.db.queryText(
    'select $1::text as text, $2::int8 as big, $3::text[] as list, $4::text as none, $5::bytea as bytes, $6::bool as yes',
    [text, '9007199254740993', [text, null, ''], null, Buffer.from([0, 1, 255]), true],
  );
  assert.deepEqual(row, {
    text,
    big: '9007199254740993',
    list: [text, null, ''],
    none: null,
    bytes: Buffer.from([0, 1, 255]),
    yes: true,
  });
});

test('a statement that takes too long is given up as query.timeout, and the connection lives on', async () => {
  const db = await openDatabase({ url: own.url, poolSize: 1, statementTimeout: 50 });
  await assert.rejects(db.query(sql`select pg_sleep(5)`), problemCode('query.timeout'));
  assert.deepEqual(await db.query(sql`select 1 as one`), [{ one: 1 }]);
  await db.close();
});

test('a killed connection is system.unavailable, and the next call gets a new one', async () => {
  const db = await openDatabase({ url: own.url, poolSize: 1 });
  const [{ pid }] = (await db.query<{ pid: number }>(sql`select pg_backend_pid() as pid`)) as [{ pid: number }];
  const waiting = db.query(sql`select pg_sleep(30)`);
  const refused = assert.rejects(waiting, problemCode('system.unavailable'));
  let killed = false;
  while (!killed) {
    const rows = await own.db.query<{ killed: boolean }>(sql`
      select pg_terminate_backend(pid) as killed from pg_stat_activity
      where pid = ${sql.value(pid)} and state = 'active'`);
    killed = rows.length > 0;
  }
  await refused;
  assert.deepEqual(await db.query(sql`select 1 as one`), [{ one: 1 }]);
  await db.close();
});

test('nothing that answers is told with its reason', async () => {
  await assert.rejects(
    openDatabase({ url: 'postgres://huike@/huike?host=/nowhere' }),
    (error) => problemCode('database.unreachable')(error) && /ENOENT.*nowhere/.test(String(error)),
  );
});

test('options in the URL stand beside ours', async () => {
  const db = await openDatabase({
    url: `${own.url}&options=${encodeURIComponent('-c search_path=data -c TimeZone=Asia/Tokyo')}`,
  });
  const settings = sql`select current_setting('search_path') as path, current_setting('TimeZone') as zone,
    current_setting('statement_timeout') as timeout`;
  assert.deepEqual(await db.query(settings), [{ path: 'data', zone: 'UTC', timeout: '30s' }]);
  await db.close();
});

test('hot statements are prepared once per connection, and survive a change of their columns', async () => {
  const db = await openDatabase({ url: own.url, poolSize: 1 });
  await db.execute(sql`create table data.changing (a int)`);
  await db.execute(sql`insert into data.changing values (1)`);
  const read = () => db.query(sql`select * from data.changing where a = ${sql.value(1)}`);
  const prepared = () =>
    db.query<{ n: number }>(sql`
      select count(*)::int as n from pg_prepared_statements where statement like 'select * from data.changing%'`);
  await read();
  assert.deepEqual(await prepared(), [{ n: 0 }]);
  for (let i = 0; i < 10; i++) assert.deepEqual(await read(), [{ a: 1 }]);
  assert.deepEqual(await prepared(), [{ n: 1 }]);
  await db.execute(sql`alter table data.changing add b int default 2`);
  assert.deepEqual(await read(), [{ a: 1, b: 2 }]);
  assert.deepEqual(await db.transaction((tx) => tx.query(sql`select * from data.changing where a = ${sql.value(1)}`)), [
    { a: 1, b: 2 },
  ]);
  await db.execute(sql`alter table data.changing add c int default 3`);
  assert.deepEqual(await db.transaction((tx) => tx.query(sql`select * from data.changing where a = ${sql.value(1)}`)), [
    { a: 1, b: 2, c: 3 },
  ]);
  await db.close();
});

test('a connection full of prepared statements is replaced', async () => {
  const db = await openDatabase({ url: own.url, poolSize: 1 });
  const pid = () => db.query<{ pid: number }>(sql`select pg_backend_pid() as pid`);
  const first = await pid();
  for (let i = 0; i < 510; i++) await db.queryText(`select $1::int + ${i}`, [1], `many${i}`);
  assert.notDeepEqual(await pid(), first);
  await db.close();
});
