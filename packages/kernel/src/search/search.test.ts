// The same in PostgreSQL: what the lexemes promise must hold for tsvector, tsquery, GIN and collation "C".
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import { sql } from '../database/sql.ts';
import { pinyinSortKey } from './sortkey.ts';
import { exactTsqueryText, searchQuery, searchTokens, tsqueryText, tsvectorText } from './tokens.ts';

let database: TestDatabase;
const people = [
  ...['张三', '张三丰', '李四', '曾志伟', '吕布', '張學友', '欧阳修', '王 小明', "Jean O'Brien", 'C:\\path', '🌸小花'],
  ...['北京华为技术有限公司', '华为技术（北京）有限公司', '重庆银行', '\0\ud800坏', "'; drop table x; --", ''],
];
const phones = ['+8613800138000', '010-88886666转812', '(415) 555-0100'];
const names = [...'赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨'].flatMap((surname) =>
  [...'伟芳敏静丽强磊军洋勇艳杰娟涛明超'].flatMap((a) => [...'华文国平'].map((b) => surname + a + b)),
);

before(async () => {
  database = await testDatabase();
  const { db } = database;
  await db.execute(
    sql`create table data.person (id int primary key, name text, search tsvector, sort text collate "C")`,
  );
  const all = [...people, ...names];
  const rows = all.map((name, id) => ({
    id,
    name: name.replace('\0', '').toWellFormed(),
    search: tsvectorText([
      ...searchTokens('3', 'title', name),
      ...searchTokens('5', 'phone', phones[id % phones.length] ?? ''),
    ]),
    sort: pinyinSortKey(name),
  }));
  await db.execute(sql`insert into data.person
    select id, name, search::tsvector, sort
    from jsonb_to_recordset(${sql.value(JSON.stringify(rows))}::jsonb) as r (id int, name text, search text, sort text)`);
  await db.execute(sql`create index person_search on data.person using gin (search)`);
  await db.execute(sql`analyze data.person`);
});
after(() => database.close());

async function find(text: string, tags: readonly string[] = ['3', '5']): Promise<number[]> {
  const query = searchQuery(tags, text);
  const found = await database.db.query<{ id: number }>(sql`select id from data.person
    where search @@ ${sql.value(tsqueryText(query))}::tsquery
    order by search @@ ${sql.value(exactTsqueryText(query))}::tsquery desc, sort, id`);
  return found.map(({ id }) => id);
}

test('PostgreSQL finds what is looked for, exact values first', async () => {
  const expected: readonly (readonly [string, ...string[]])[] = [
    ['张三', '张三', '张三丰'],
    ['zs', '张三', '张三丰'],
    ['zengz', '曾志伟'],
    ['張学', '張學友'],
    ['王小明', '王 小明'],
    ["o'brien", "Jean O'Brien"],
    ['path', 'C:\\path'],
    ['hwjs', '北京华为技术有限公司', '华为技术（北京）有限公司'],
    ['🌸', '🌸小花'],
    ['drop table', "'; drop table x; --"],
    ["'", "'; drop table x; --"],
    ['\\'],
  ];
  for (const [text, ...values] of expected) {
    assert.deepEqual(
      (await find(text, ['3'])).map((id) => people[id]),
      values,
      text,
    );
  }
});

test('words match across fields, and only in the fields that are named', async () => {
  // Record 0 has the name 张三 and the phone +8613800138000.
  assert.deepEqual(await find('张三 8000'), [0]);
  assert.deepEqual(await find('张三 138 0013'), [0]);
  assert.deepEqual(await find('zhang 138 0013 8000'), [0]);
  assert.deepEqual(await find('张三 8000', ['3']), []);
  assert.deepEqual(await find(''), []);
});

test('the index answers, also a query by prefix', async () => {
  for (const text of ['赵伟华', 'zhaowei', 'zwh']) {
    const plan = await database.db.query<{ 'QUERY PLAN': string }>(
      sql`explain select id from data.person where search @@ ${sql.value(tsqueryText(searchQuery(['3'], text)))}::tsquery`,
    );
    assert.match(plan.map((line) => line['QUERY PLAN']).join('\n'), /person_search/, text);
  }
});

test('PostgreSQL sorts the keys as JavaScript does', async () => {
  const sorted = await database.db.query<{ sort: string }>(sql`select sort from data.person order by sort`);
  const keys = [...people, ...names].map(pinyinSortKey);
  assert.deepEqual(
    sorted.map(({ sort }) => sort),
    keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
  );
});
