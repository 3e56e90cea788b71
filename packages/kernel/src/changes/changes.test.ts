import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { newId } from '@huike/schema';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import type { Actor } from '../access/actor.ts';
import { type Database, openDatabase } from '../database/pool.ts';
import { sql } from '../database/sql.ts';
import type { Tx } from '../database/transaction.ts';
import { appendChanges, appendEvent } from './append.ts';
import type { NewChange } from './change.ts';
import { eraseChanges } from './erase.ts';
import { ensurePartitions, monthOf } from './partitions.ts';
import { consumeChanges, createCursor, cursorAt, historyRows, lastSealed, readChanges } from './read.ts';
import { Sealer, seal, sealAll, sealedChannel } from './seal.ts';
import { chainHead, verifyChain } from './verify.ts';

const object = newId();
const actor: Actor = { kind: 'system', name: 'setup' };

function change(record: string, version: number, value = `v${version}`): NewChange {
  return { op: version === 1 ? 'create' : 'update', object, record, version, data: { '10': [null, value] } };
}

function write(db: Database | Tx, ...changes: NewChange[]): Promise<void> {
  const batch = { id: newId(), actor, onBehalf: null, at: new Date() };
  if ('transaction' in db) return db.transaction((tx) => appendChanges(tx, batch, changes));
  return appendChanges(db, batch, changes);
}

let test1: TestDatabase;
let db: Database;
before(async () => {
  test1 = await testDatabase();
  db = test1.db;
});
after(() => test1.close());

async function fresh(): Promise<{ db: Database; url: string; close: () => Promise<void> }> {
  return testDatabase();
}

test('sealing gives a dense sequence in the order of writing and chains it', async () => {
  const records = Array.from({ length: 50 }, newId);
  for (let version = 1; version <= 4; version++) await write(db, ...records.map((record) => change(record, version)));
  await ensurePartitions(db);
  while ((await seal(db, 33)).rows > 0);
  const changes = await readChanges(db, 0, 1000);
  assert.deepEqual(
    changes.map(({ seq }) => seq),
    Array.from({ length: 200 }, (_, i) => i + 1),
  );
  for (const record of records) {
    const versions = changes.filter((one) => one.record === record).map(({ version }) => version);
    assert.deepEqual(versions, [1, 2, 3, 4]);
  }
  const { faults, blocks, head } = await verifyChain(db);
  assert.deepEqual(faults, []);
  assert.equal(blocks, 7);
  assert.equal(head.seq, 200);
  assert.deepEqual((await verifyChain(db, head)).faults, []);
});

test('a transaction in flight holds nobody up and is not skipped; a rollback leaves no gap', async () => {
  const start = await lastSealed(db);
  const [slow, quick, never] = [newId(), newId(), newId()];
  const gate = Promise.withResolvers<void>();
  const written = Promise.withResolvers<void>();
  const long = db.transaction(async (tx) => {
    await write(tx, change(slow, 1));
    written.resolve();
    await gate.promise;
  });
  await written.promise;
  await assert.rejects(
    db.transaction(async (tx) => {
      await write(tx, change(never, 1));
      throw new Error('undone');
    }),
  );
  await write(db, change(quick, 1));
  await sealAll(db);
  const seen = await readChanges(db, start, 100);
  assert.deepEqual(
    seen.map(({ record, seq }) => [record, seq]),
    [[quick, start + 1]],
  );
  gate.resolve();
  await long;
  await sealAll(db);
  const later = await readChanges(db, start + 1, 100);
  assert.deepEqual(
    later.map(({ record, seq }) => [record, seq]),
    [[slow, start + 2]],
  );
});

test('many writers and two sealers: dense, in order per record, nothing lost, nothing twice', async () => {
  const own = await fresh();
  const other = await openDatabase({ url: own.url });
  const sealers = [own.db, other].map(
    (one) => new Sealer(one, { poll: 5, onError: (error) => assert.fail(String(error)) }),
  );
  const records = Array.from({ length: 8 }, newId);
  const rounds = 60;
  await Promise.all(
    records.map(async (record, writer) => {
      for (let version = 1; version <= rounds; version++) {
        await own.db.transaction(async (tx) => {
          await write(tx, change(record, version));
          if ((version + writer) % 7 === 0) await sleep(2);
        });
        if (version % 10 === 0)
          await own.db
            .transaction(async (tx) => {
              await write(tx, change(newId(), 1));
              throw new Error('undone');
            })
            .catch(() => {});
        sealers[writer % 2]?.hint();
      }
    }),
  );
  await Promise.all(sealers.map((sealer) => sealer.stop()));
  await sealAll(own.db);
  const all = await readChanges(own.db, 0, 100_000);
  assert.equal(all.length, records.length * rounds);
  for (const [i, one] of all.entries()) assert.equal(one.seq, i + 1);
  for (const record of records) {
    const versions = all.filter((one) => one.record === record).map(({ version }) => version);
    assert.deepEqual(
      versions,
      Array.from({ length: rounds }, (_, i) => i + 1),
    );
  }
  assert.deepEqual((await verifyChain(own.db)).faults, []);
  await other.close();
  await own.close();
});

test('the sealer announces each block, and seals what another process wrote without a hint', async () => {
  const listener = await db.direct();
  await listener.query(`listen ${sealedChannel}`);
  const heard = Promise.withResolvers<string>();
  listener.on('notification', ({ payload }) => heard.resolve(payload ?? ''));
  const sealer = new Sealer(db, { poll: 20, onError: (error) => heard.reject(error) });
  await write(db, change(newId(), 1));
  assert.equal(Number(await heard.promise), await lastSealed(db));
  await sealer.stop();
  await listener.end();
});

test('a backend killed in the middle of sealing leaves the log whole', async () => {
  const own = await fresh();
  await ensurePartitions(own.db);
  await write(own.db, ...Array.from({ length: 20 }, () => change(newId(), 1)));
  const client = await own.db.direct();
  await client.query('begin');
  await client.query('select 1 from huike.change_head for update');
  await client.query('delete from huike.change_pending');
  assert.equal((await seal(own.db)).held, false, 'one sealer at a time');
  const { rows } = await client.query('select pg_backend_pid() as pid');
  await own.db.query(sql`select pg_terminate_backend(${sql.value(rows[0].pid)}::int)`);
  await client.end().catch(() => {});
  await sealAll(own.db);
  assert.equal((await readChanges(own.db, 0, 100)).length, 20);
  assert.deepEqual((await verifyChain(own.db)).faults, []);
  await own.close();
});

test('a cursor consumes each change once; a failure leaves it where it was; two at once do not overlap', async () => {
  const own = await fresh();
  await createCursor(own.db, 'flow');
  await write(own.db, ...Array.from({ length: 30 }, () => change(newId(), 1)));
  await sealAll(own.db);
  const seen: number[] = [];
  await assert.rejects(
    consumeChanges(own.db, 'flow', 10, async () => {
      throw new Error('no');
    }),
  );
  assert.equal(await cursorAt(own.db, 'flow'), 0);
  const [inside, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const step = (wait?: Promise<void>) =>
    consumeChanges(own.db, 'flow', 10, async (_, changes) => {
      inside.resolve();
      await wait;
      seen.push(...changes.map(({ seq }) => seq));
    });
  const slow = step(gate.promise);
  await inside.promise;
  assert.equal(await step(), null, 'another one is at it');
  gate.resolve();
  assert.equal(await slow, 10);
  while (await step());
  assert.deepEqual(
    seen,
    Array.from({ length: 30 }, (_, i) => i + 1),
  );
  assert.equal(await cursorAt(own.db, 'flow'), 30);
  assert.equal(await consumeChanges(own.db, 'nobody', 10, async () => {}), null);
  await own.close();
});

test('history is what is sealed and what is not, newest first, by pages', async () => {
  const record = newId();
  await write(db, change(record, 1), change(record, 2));
  await sealAll(db);
  await write(db, change(record, 3));
  await appendEvent(db, actor, { type: 'unmask', object, record, data: {} });
  const versions = async (page: { before?: number; limit: number }) =>
    (await historyRows(db, object, record, page)).map(({ version, seq }) => [version, seq !== null]);
  assert.deepEqual(await versions({ limit: 10 }), [
    [3, false],
    [2, true],
    [1, true],
  ]);
  assert.deepEqual(await versions({ limit: 1, before: 3 }), [[2, true]]);
  await sealAll(db);
  assert.deepEqual((await versions({ limit: 1 }))[0], [3, true]);
});

const tampers = {
  'a value': sql`update huike.change set data = '{"10": [null, "x"]}' where seq = 5`,
  'who it was': sql`update huike.change set actor = 'people' where seq = 5`,
  'a row and its digest': sql`update huike.change set actor = 'people', digest = sha256('x') where seq = 5`,
  'an erased look': sql`update huike.change set data = '{}', salt = null where seq = 5`,
  'a removed row': sql`delete from huike.change where seq = 5`,
  'a removed last row': sql`delete from huike.change where seq = 12`,
  'a removed block': sql`with b as (delete from huike.change_block where block = 2 returning *)
    delete from huike.change c using b where c.seq between b.first_seq and b.last_seq`,
  'the last block gone': sql`with b as (delete from huike.change_block where block = 3 returning *)
    delete from huike.change c using b where c.seq between b.first_seq and b.last_seq`,
  'an exchanged order': sql`update huike.change a set data = b.data, salt = b.salt, digest = b.digest,
    record = b.record, batch = b.batch, at = b.at from huike.change b where (a.seq, b.seq) in ((5, 6), (6, 5))`,
  'an added row': sql`insert into huike.change select 13, sealed, 4, kind, op, object, record, version, actor, on_behalf,
    at, batch, request, ip, agent, data, salt, digest from huike.change where seq = 12`,
  'a double row': sql`insert into huike.change select seq, sealed + interval '1 second', block, kind, op, object, record,
    version, actor, on_behalf, at, batch, request, ip, agent, data, salt, digest from huike.change where seq = 5`,
  'the head set back': sql`update huike.change_head h set seq = b.last_seq, block = b.block, hash = b.hash
    from huike.change_block b where b.block = 2`,
};

for (const [what, statement] of Object.entries(tampers)) {
  test(`tampering shows: ${what}`, async () => {
    const own = await fresh();
    await ensurePartitions(own.db);
    for (let block = 0; block < 3; block++) {
      await write(own.db, ...Array.from({ length: 4 }, () => change(newId(), 1)));
      await seal(own.db);
    }
    assert.deepEqual((await verifyChain(own.db)).faults, []);
    assert.ok((await own.db.execute(statement)) > 0);
    assert.notDeepEqual((await verifyChain(own.db)).faults, []);
    await own.close();
  });
}

test('a log that was rewritten as a whole does not meet a head that was kept elsewhere', async () => {
  const own = await fresh();
  await write(own.db, change(newId(), 1));
  await sealAll(own.db);
  const kept = await chainHead(own.db);
  await own.db.execute(sql`truncate huike.change, huike.change_block`);
  await own.db.execute(sql`update huike.change_head set seq = 0, block = 0, hash = sha256('')`);
  await write(own.db, change(newId(), 1), change(newId(), 1));
  await sealAll(own.db);
  assert.deepEqual((await verifyChain(own.db)).faults, []);
  assert.equal((await verifyChain(own.db, kept)).faults[0]?.kind, 'chain');
  await own.close();
});

test('erasing takes the values, sealed or not, keeps the chain, and is told', async () => {
  const own = await fresh();
  const [subject, other] = [newId(), newId()];
  await write(own.db, { ...change(subject, 1), data: { '10': [null, '李雷'], '11': [null, 'a'] } }, change(other, 1));
  await sealAll(own.db);
  await write(own.db, { ...change(subject, 2), data: { '10': ['李雷', '韩梅梅'] } });
  const erasure = { object, records: [subject], tags: [10], reason: 'request 1' };
  assert.equal(await eraseChanges(own.db, actor, erasure), 2);
  assert.equal(await eraseChanges(own.db, actor, erasure), 0, 'nothing is left to erase');
  await sealAll(own.db);
  const { faults } = await verifyChain(own.db);
  assert.deepEqual(faults, []);
  const all = await readChanges(own.db, 0, 100);
  assert.ok(!JSON.stringify(all).includes('李雷') && !JSON.stringify(all).includes('韩梅梅'));
  assert.deepEqual(all[0]?.data, { '10': [null, null], '11': [null, 'a'] });
  assert.deepEqual(all[1]?.data, { '10': [null, 'v1'] });
  assert.deepEqual(all.at(-1)?.data, { seqs: [1], records: [subject], reason: 'request 1' });
  await own.close();
});

test('a copy of the tables in another database goes on with the chain', async () => {
  const [one, two] = [await fresh(), await fresh()];
  await write(one.db, change(newId(), 1), change(newId(), 1));
  await sealAll(one.db);
  await write(one.db, change(newId(), 1));
  await ensurePartitions(two.db);
  for (const table of ['change', 'change_block', 'change_head', 'change_pending']) {
    const name = sql.identifier('huike', table);
    const rows = await one.db.query<{ all: string }>(sql`select json_agg(t)::text as all from ${name} t`);
    await two.db.execute(sql`truncate ${name}`);
    await two.db.execute(
      sql`insert into ${name} overriding system value select * from json_populate_recordset(null::${name}, ${sql.value(rows[0]?.all ?? '[]')}::json)`,
    );
  }
  await two.db.query(sql`select setval('huike.change_pending_n_seq', (select max(n) from huike.change_pending))`);
  await write(two.db, change(newId(), 1));
  await sealAll(two.db);
  assert.deepEqual((await verifyChain(two.db)).faults, []);
  assert.equal(await lastSealed(two.db), 4);
  await one.close();
  await two.close();
});

test('months are cut at midnight UTC, the year end too', () => {
  assert.deepEqual(monthOf(new Date('2025-12-31T23:59:59.999Z'), 1), {
    name: 'change_2026_01',
    from: '2026-01-01T00:00:00.000Z',
    until: '2026-02-01T00:00:00.000Z',
  });
});
