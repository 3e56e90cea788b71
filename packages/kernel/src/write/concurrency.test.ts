import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Command, newId, Problem } from '@huike/schema';
import { type Database, openDatabase } from '../database/pool.ts';
import { type SQL, sql } from '../database/sql.ts';
import { applyMetadata } from '../evolve/index.ts';
import { system, type WriteFixture, writeFixture } from './fixture.ts';
import { transact, write, writeIn } from './index.ts';
import { modelObjects } from './model.fixture.ts';
import type { WriteContext } from './types.ts';

let fixture: WriteFixture;
let context: WriteContext;
before(async () => {
  fixture = await writeFixture(modelObjects);
  // Another process's pool is another pool.
  const db = await openDatabase({ url: fixture.test.url, poolSize: 12 });
  context = { ...fixture.context, db: counting(db) };
});
after(async () => {
  await context.db.close();
  await fixture.close();
});

let undone = 0;

/** Counts the transactions that the database undid and that ran again: deadlocks. */
function counting(db: Database): Database {
  return {
    query: (statement) => db.query(statement),
    execute: (statement) => db.execute(statement),
    queryText: (text, values, name) => db.queryText(text, values, name),
    direct: () => db.direct(),
    directConfig: db.directConfig,
    close: () => db.close(),
    transaction: (fn, options) => {
      let runs = 0;
      return db.transaction((tx) => {
        if (++runs > 1) undone++;
        return fn(tx);
      }, options);
    },
  };
}

const rollups = sql`
select count(*)::int as wrong from data.account a cross join lateral (
  select count(*) as deals, count(*) filter (where d.stage = 'won') as won, coalesce(sum(d.amount), 0) as total,
    max(d.amount) as best, min(d.score) as least from data.deal d where d.account = a.id and d."deletedAt" is null
) d where (a.deals, a.won, a.total, a.best, a.least) is distinct from (d.deals, d.won, d.total, d.best, d.least)`;

/** Nobody lost a version and each change is told once. */
const versions = sql`
select count(*)::int as wrong from (
  select record, count(*) as n, count(distinct version) as d, max(version) as top from huike.change_pending
  where kind = 'record' group by 1
) c where n <> d or n <> top`;

async function none(statement: SQL): Promise<void> {
  assert.deepEqual(await context.db.query(statement), [{ wrong: 0 }]);
}

test('eight writers on the same records: dense versions, exact rollups, no deadlock that a caller sees', async () => {
  const accounts = Array.from({ length: 4 }, newId);
  const deals = Array.from({ length: 12 }, newId);
  await write(context, system, [
    ...accounts.map((id): Command => ({ op: 'create', object: 'account', id, values: { name: 'a' } })),
    ...deals.map(
      (id, i): Command => ({
        op: 'create',
        object: 'deal',
        id,
        values: { account: accounts[i % 4] ?? null, amount: `${i}.10`, score: i },
      }),
    ),
  ]);
  const any = <T>(list: readonly T[]) => list[Math.floor(Math.random() * list.length)] as T;
  const [gone, busy] = [new Set<string>(), new Set<string>()];
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let round = 0; round < 25; round++) {
        const chosen = [...new Set([any(deals), any(deals), any(deals)])];
        const commands = chosen.map((id): Command => {
          const die = Math.random();
          if (die < 0.1) return { op: 'delete', object: 'deal', id };
          if (die < 0.2) return { op: 'restore', object: 'deal', id };
          const stage = any(['new', 'won', 'lost']);
          const values = {
            account: any(accounts),
            amount: `${round}.50`,
            score: round,
            stage,
            partners: [any(accounts)],
          };
          return { op: 'update', object: 'deal', id, values };
        });
        if (round % 5 === 0)
          commands.push({ op: 'update', object: 'account', id: any(accounts), values: { name: `${round}` } });
        await write(context, system, commands).catch((error: unknown) => {
          // A record may have been deleted by another writer meanwhile.
          if (!(error instanceof Problem)) throw error;
          (error.code === 'write.busy' ? busy : gone).add(error.code);
        });
      }
    }),
  );
  assert.deepEqual([...busy], []);
  assert.equal(undone, 0, 'deadlocks');
  assert.ok(
    [...gone].every((code) => code === 'record.unknown'),
    [...gone].join(),
  );
  await none(rollups);
  await none(versions);
});

test('masters that are deleted while details come: no detail is left alone', async () => {
  const deals = Array.from({ length: 10 }, newId);
  await write(
    context,
    system,
    deals.map((id): Command => ({ op: 'create', object: 'deal', id, values: {} })),
  );
  const codes = new Set<string>();
  const told = (error: unknown) => {
    if (!(error instanceof Problem)) throw error;
    codes.add(error.code);
  };
  await Promise.all(
    deals.flatMap((deal) => [
      ...Array.from({ length: 4 }, () =>
        write(context, system, [{ op: 'create', object: 'note', values: { deal, text: 'n' } }]).catch(told),
      ),
      write(context, system, [{ op: 'delete', object: 'deal', id: deal }]).catch(told),
    ]),
  );
  assert.ok(
    [...codes].every((code) => code === 'write.invalid'),
    [...codes].join(),
  );
  await none(sql`
select count(*)::int as wrong from data.note n join data.deal d on d.id = n.deal
where d.id = any(${sql.value(deals)}::uuid[]) and (n."deletedAt" is null or n."~deletion" <> d."~deletion")`);
});

/** Waits until a write is either done or waits for a lock. */
async function settledOrWaiting(write: Promise<unknown>): Promise<void> {
  let settled = false;
  write.then(
    () => (settled = true),
    () => (settled = true),
  );
  for (;;) {
    const [found] = await fixture.db.query<{ waiting: number }>(sql`
select count(*)::int as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`);
    if (settled || (found?.waiting ?? 0) > 0) return;
  }
}

for (const { object, field, code } of [
  { object: 'note', field: 'deal', code: null },
  { object: 'account', field: 'region', code: 'write.restricted' },
] as const) {
  test(`a delete waits for a ${object} that is being added, and sees it`, async () => {
    const [target, detail] = [newId(), newId()];
    await write(context, system, [{ op: 'create', object: field, id: target, values: {} }]);
    const [written, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const adding = transact(context, async (tx) => {
      const values = { [field]: target, ...(object === 'account' ? { name: 'a' } : {}) };
      await writeIn(tx, context, system, [{ op: 'create', object, id: detail, values }]);
      written.resolve();
      await gate.promise;
    });
    await written.promise;
    const deleting = write(context, system, [{ op: 'delete', object: field, id: target }]).then(
      () => null,
      (error: unknown) => (error instanceof Problem ? error.code : error),
    );
    await settledOrWaiting(deleting);
    gate.resolve();
    await adding;
    assert.equal(await deleting, code);
    const [row] = await fixture.db.query<{ gone: boolean }>(
      sql`select "deletedAt" is not null as gone from ${sql.identifier('data', object)} where id = ${sql.value(detail)}`,
    );
    assert.equal(row?.gone, code === null);
  });
}

test('a detail that moves to another master while its old one is deleted goes with one of them', async () => {
  for (let round = 0; round < 10; round++) {
    const [from, to, note] = [newId(), newId(), newId()];
    await write(context, system, [
      { op: 'create', object: 'deal', id: from, values: {} },
      { op: 'create', object: 'deal', id: to, values: {} },
      { op: 'create', object: 'note', id: note, values: { deal: from } },
    ]);
    await Promise.all([
      write(context, system, [{ op: 'update', object: 'note', id: note, values: { deal: to } }]).catch(() => {}),
      write(context, system, [{ op: 'delete', object: 'deal', id: from }]),
    ]);
    await none(sql`
select count(*)::int as wrong from data.note n join data.deal d on d.id = n.deal
where n.id = ${sql.value(note)} and (n."deletedAt" is null) <> (d."deletedAt" is null)`);
  }
});

test('what is referred to cannot be deleted while the reference comes', async () => {
  const regions = Array.from({ length: 10 }, newId);
  await write(
    context,
    system,
    regions.map((id): Command => ({ op: 'create', object: 'region', id, values: {} })),
  );
  await Promise.all(
    regions.flatMap((region) => [
      write(context, system, [{ op: 'create', object: 'account', values: { name: 'a', region } }]).catch(() => {}),
      write(context, system, [{ op: 'delete', object: 'region', id: region }]).catch(() => {}),
    ]),
  );
  await none(sql`
select count(*)::int as wrong from data.account a join data.region r on r.id = a.region
where r.id = any(${sql.value(regions)}::uuid[]) and a."deletedAt" is null and r."deletedAt" is not null`);
});

test('upserts of one new key at once make one record', async () => {
  for (let round = 0; round < 5; round++) {
    const codes = Array.from({ length: 5 }, newId);
    const all = await Promise.all(
      Array.from({ length: 8 }, (_, writer) =>
        write(
          context,
          system,
          codes.map(
            (code): Command => ({ op: 'upsert', object: 'account', key: 'code', values: { code, name: `w${writer}` } }),
          ),
        ),
      ),
    );
    const ids = all.map((results) => results.map(({ id }) => id).join());
    assert.equal(new Set(ids).size, 1);
    assert.deepEqual(
      await context.db.query(
        sql`select count(*)::int as n from data.account where code = any(${sql.value(codes)}::text[])`,
      ),
      [{ n: 5 }],
    );
  }
  await none(versions);
});

test('of several who know one version, one writes', async () => {
  const [created] = await write(context, system, [{ op: 'create', object: 'account', values: { name: 'a' } }]);
  const id = created?.id ?? '';
  const results = await Promise.allSettled(
    Array.from({ length: 6 }, (_, i) =>
      write(context, system, [{ op: 'update', object: 'account', id, values: { name: `n${i}` }, version: 1 }]),
    ),
  );
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
  for (const result of results) {
    if (result.status === 'rejected') assert.equal(result.reason.code, 'write.version');
  }
});

test('a transaction that fails after a write in it leaves nothing, and one that is killed neither', async () => {
  const before = await context.db.query(sql`select count(*)::int as n from huike.change_pending`);
  const id = newId();
  const command: Command = { op: 'create', object: 'deal', id, values: { lines: [{ item: 'x' }] } };
  await assert.rejects(
    transact(context, async (tx) => {
      await writeIn(tx, context, system, [command]);
      throw new Error('later');
    }),
  );
  await assert.rejects(
    transact(context, async (tx) => {
      await writeIn(tx, context, system, [command]);
      const [backend] = await tx.query<{ pid: number }>(sql`select pg_backend_pid() as pid`);
      await fixture.db.query(sql`select pg_terminate_backend(${sql.value(backend?.pid ?? 0)}::int)`);
      await tx.query(sql`select 1`);
    }),
  );
  assert.deepEqual(await context.db.query(sql`select count(*)::int as n from data.deal where id = ${sql.value(id)}`), [
    { n: 0 },
  ]);
  assert.deepEqual(await context.db.query(sql`select count(*)::int as n from huike.change_pending`), before);
});

test('a write for metadata that moved is done for the new one', async () => {
  const field = { name: 'extra', type: 'text', default: 'from the new one' } as const;
  await applyMetadata(fixture.db, system, { objects: [{ name: 'region', fields: [field] }] });
  const [written] = await write(context, system, [{ op: 'create', object: 'region', values: {} }]);
  const id = sql.value(written?.id ?? '');
  assert.deepEqual(await fixture.db.query(sql`select extra from data.region where id = ${id}`), [
    { extra: field.default },
  ]);
  await applyMetadata(fixture.db, system, { delete: [{ kind: 'field', object: 'region', name: 'extra' }] });
  const again = await write(context, system, [
    { op: 'update', object: 'region', id: written?.id ?? '', values: { name: 'n' } },
  ]);
  assert.equal(again[0]?.op, 'update');
});

test('metadata that moves during writes: no write is lost and none is done for the old one', async () => {
  const stop = { now: false };
  let done = 0;
  const writers = Array.from({ length: 3 }, async () => {
    while (!stop.now) {
      await write(context, system, [{ op: 'create', object: 'region', values: { name: 'moving' } }]);
      done++;
    }
  });
  for (let i = 0; i < 4; i++) {
    const name = `extra${i}`;
    await fixture.apply({ objects: [{ name: 'region', fields: [{ name, type: 'text', default: name }] }] });
  }
  stop.now = true;
  await Promise.all(writers);
  await write(context, system, [{ op: 'create', object: 'region', values: { name: 'moving' } }]);
  assert.deepEqual(
    await context.db.query(sql`
select count(*)::int as n, (array_agg(extra3 order by id desc))[1] as last from data.region where name = 'moving'`),
    [{ n: done + 1, last: 'extra3' }],
  );
});
