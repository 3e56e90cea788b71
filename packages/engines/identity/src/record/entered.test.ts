import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sealAll } from '@huike/kernel';
import { isJsonObject, type Json, type JsonObject } from '@huike/schema';
import { event, source, system, type World, world } from '../fixture.ts';
import { followRecords } from './follow.ts';

// What a person entered stays, whatever whoever holds a write key says.

let it: World;
before(async () => {
  it = await world();
  await it.rows("insert into huike.change_cursor (name) values ('identity.records')");
});
after(async () => {
  assert.deepEqual(it.background, []);
  await it.close();
});

async function caughtUp(): Promise<void> {
  await sealAll(it.kernel.db);
  while ((await followRecords(it.kernel)) > 0);
}

async function say(userId: string, traits: JsonObject, channel = 'webShop'): Promise<void> {
  const answer = await it.identity.track(source, [event({ userId }, { traits, channel })]);
  assert.equal(answer.accepted, 1, JSON.stringify(answer));
}

async function idOf(userId: string): Promise<string> {
  const [row] = await it.rows<{ id: string }>(
    'select n.survivor as id from huike.identifier i join huike.identity n on n.id = i.identity where i.key = $1',
    [`userId:${userId}`],
  );
  return row?.id ?? '';
}

async function recordOf(id: string): Promise<JsonObject> {
  const record: Json = JSON.parse(await it.kernel.get(system, 'member', id));
  return isJsonObject(record) ? record : {};
}

async function enter(id: string, values: JsonObject): Promise<void> {
  await it.kernel.write(system, [{ op: 'update', object: 'member', id, values }]);
  await caughtUp();
}

test('a channel keeps its fields up to date, however it writes them, until a person enters another value', async () => {
  await say('f1', { name: ' 张三 ', city: '成都', phone: '138 1111 0001' });
  const id = await idOf('f1');
  assert.deepEqual([(await recordOf(id)).name, (await recordOf(id)).city], ['张三', '成都']);
  await say('f1', { name: '张三丰', city: '重庆', phone: '138-1111-0002' });
  const second = await recordOf(id);
  assert.deepEqual([second.name, second.city, second.phone], ['张三丰', '重庆', '+8613811110002']);
  await enter(id, { name: '张先生', city: null });
  await say('f1', { name: '张三', city: '武汉' });
  const third = await recordOf(id);
  assert.deepEqual([third.name, third.city], ['张先生', '武汉'], "what is empty is anybody's to fill");
});

test('who says first what a person entered, and then something else, changes nothing', async () => {
  await say('f2', { name: '李四' });
  const id = await idOf('f2');
  await enter(id, { name: '李思', city: '成都' });
  for (const channel of ['webShop', 'evil']) {
    await say('f2', { name: '李思', city: '成都' }, channel);
    await say('f2', { name: '<b>EVIL</b>', city: 'EVIL' }, channel);
    await say('f2', { name: '李思' }, channel);
    await say('f2', { name: 'EVIL' }, channel);
  }
  const record = await recordOf(id);
  assert.deepEqual([record.name, record.city], ['李思', '成都']);
});

test('of two that become one, what a person entered in either stays', async () => {
  await say('f3', { name: '王五' });
  const id = await idOf('f3');
  const [made] = await it.kernel.write(system, [
    { op: 'create', object: 'member', values: { name: '王武', city: '昆明' } },
  ]);
  await caughtUp();
  await it.identity.merge(system, [id, made?.id ?? ''], null);
  await say('f3', { city: '昆明' });
  await say('f3', { city: 'EVIL' });
  assert.equal((await recordOf(id)).city, '昆明');
});
