import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sealAll } from '@huike/kernel';
import type { JsonObject } from '@huike/schema';
import { event, source, system, type World, world } from '../fixture.ts';
import { followRecords } from './follow.ts';

// Records that people make become customers that channels find.

let it: World;

before(async () => {
  it = await world();
  await it.rows("insert into huike.change_cursor (name) values ('identity.records')");
});
after(() => it?.close());

async function caughtUp(): Promise<void> {
  await sealAll(it.kernel.db);
  while ((await followRecords(it.kernel)) > 0);
}

async function make(values: JsonObject): Promise<string> {
  const [made] = await it.kernel.write(system, [{ op: 'create', object: 'member', values }]);
  await caughtUp();
  return made?.id ?? '';
}

async function track(identifiers: JsonObject, rest: JsonObject = {}): Promise<void> {
  const answer = await it.identity.track(source, [event(identifiers, rest)]);
  assert.equal(answer.accepted, 1, JSON.stringify(answer));
}

async function ofPhone(phone: string): Promise<string | undefined> {
  const [row] = await it.rows<{ id: string }>(
    'select n.survivor as id from huike.identifier i join huike.identity n on n.id = i.identity where i.key = $1',
    [`phone:+86${phone}`],
  );
  return row?.id;
}

const reviews = (id: string) =>
  it.rows<{ kind: string }>('select kind from huike.identity_review where a = $1 or b = $1', [id]);

test('who was entered by hand is found by the shop’s next event', async () => {
  const id = await make({ name: '王小明', phone: '13911110001' });
  await track({ phone: '139 1111 0001', cookie: 'f-1' });
  assert.equal(await ofPhone('13911110001'), id);
  const rows = await it.rows('select 1 from data.member where phone = $1', ['+8613911110001']);
  assert.equal(rows.length, 1);
});

test('a number that a record gets later leads to it too', async () => {
  const id = await make({ name: '李雷' });
  await it.kernel.write(system, [{ op: 'update', object: 'member', id, values: { phone: '13911110002' } }]);
  await caughtUp();
  assert.equal(await ofPhone('13911110002'), id);
});

test('the same number under the same name is one customer, under another it waits for a person', async () => {
  await track({ phone: '13911110003', userId: 'f-3' }, { traits: { name: '韩梅梅' } });
  const first = await ofPhone('13911110003');
  const same = await make({ name: '韩梅梅 女士', phone: '13911110003' });
  assert.equal(await it.identity.customerOf(same), first);
  const other = await make({ name: '赵六', phone: '13911110003' });
  assert.equal(await it.identity.customerOf(other), other);
  assert.deepEqual(await reviews(other), [{ kind: 'duplicate' }]);
  assert.deepEqual(await it.rows('select 1 from data.member where "deletedAt" is null and id = $1', [other]), [
    { '?column?': 1 },
  ]);
});

test('whose record was deleted comes back as a new customer', async () => {
  const id = await make({ name: '走了', phone: '13911110005' });
  await it.kernel.write(system, [{ op: 'delete', object: 'member', id }]);
  await caughtUp();
  assert.equal(await ofPhone('13911110005'), undefined);
  await track({ phone: '13911110005' });
  const again = await ofPhone('13911110005');
  assert.ok(again !== undefined && again !== id);
  assert.equal((await it.rows('select 1 from data.member where id = $1 and "deletedAt" is null', [again])).length, 1);
});

test('what channels did to records is not taken for an edit by hand', async () => {
  const before = await it.rows('select count(*) as n from huike.identity');
  await track({ userId: 'f-9' }, { traits: { name: '渠道客户' } });
  await caughtUp();
  const rows = await it.rows("select 1 from huike.identity_trait where channel = '~record' and value #>> '{}' = $1", [
    '渠道客户',
  ]);
  assert.equal(rows.length, 0);
  assert.equal(before.length, 1);
});
