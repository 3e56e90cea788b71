import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { JsonObject } from '@huike/schema';
import { customersMetadata } from '@huike/testkit';
import { event, source, system, type World, world } from '../fixture.ts';

// Which channel's word stands in the record: the newest, the longest or the most trusted one's, and a person's above all.

let it: World;
const [member, ...others] = customersMetadata.objects;
const rules = { city: 'trusted', name: 'complete' } as const;

before(async () => {
  const fields = member.fields.map((field) =>
    field.name === 'city' || field.name === 'name' ? { ...field, survivor: rules[field.name] } : field,
  );
  it = await world({
    ...customersMetadata,
    objects: [{ ...member, fields }, ...others],
    settings: [{ name: 'company', channels: ['store', 'webShop'] }],
  });
});
after(() => it?.close());

async function say(channel: string, userId: string, traits: JsonObject): Promise<void> {
  const answer = await it.identity.track({ ...source, channel }, [event({ userId }, { traits })]);
  assert.equal(answer.accepted, 1, JSON.stringify(answer));
}

async function record(userId: string): Promise<JsonObject> {
  const [row] = await it.rows<{ id: string }>(
    'select n.survivor as id from huike.identifier i join huike.identity n on n.id = i.identity where i.key = $1',
    [`userId:${userId}`],
  );
  return JSON.parse(await it.kernel.get(system, 'member', row?.id ?? ''));
}

test('the most trusted channel, the longest text, else the newest', async () => {
  await say('store', 't1', { city: '成都', name: '欧阳思源', birthDate: '1990-01-01' });
  await say('mail', 't1', { city: '北京', name: '欧阳', birthDate: '1990-02-02' });
  const { city, name, birthDate } = await record('t1');
  assert.deepEqual({ city, name, birthDate }, { city: '成都', name: '欧阳思源', birthDate: '1990-02-02' });
  await say('webShop', 't1', { city: '上海' });
  assert.equal((await record('t1')).city, '成都');
  await say('store', 't1', { city: '绵阳' });
  assert.equal((await record('t1')).city, '绵阳');
});

test('what a person entered stays, and is a channel’s again once it is empty', async () => {
  await say('webShop', 't2', { birthDate: '1991-01-01', name: '周舟' });
  const { id } = await record('t2');
  const edit = (values: JsonObject) =>
    it.kernel.write(system, [{ op: 'update', object: 'member', id: String(id), values }]);
  await edit({ birthDate: '1991-09-09' });
  await say('webShop', 't2', { birthDate: '1991-03-03' });
  assert.equal((await record('t2')).birthDate, '1991-09-09');
  await edit({ birthDate: null });
  await say('webShop', 't2', { birthDate: '1991-04-04' });
  assert.equal((await record('t2')).birthDate, '1991-04-04');
});

test('a value is compared as the record holds it, however it was written; what is no value is left out', async () => {
  await say('webShop', 't3', { name: '  林　舟 ', phone: '139 0000 7777', birthDate: 'soon', nothing: 1 });
  await say('webShop', 't3', { name: '林舟舟', phone: '13900008888' });
  const { name, phone, birthDate } = await record('t3');
  assert.deepEqual({ name, phone, birthDate }, { name: '林舟舟', phone: '+8613900008888', birthDate: null });
});
