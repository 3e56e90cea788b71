import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Problem } from '@huike/schema';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import { errorCode } from './errors.ts';
import { type SQL, sql } from './sql.ts';
import type { Queryable } from './transaction.ts';

let own: TestDatabase;
before(async () => {
  own = await testDatabase();
  await own.db.execute(sql`create table data.item (id int primary key, note text)`);
});
after(() => own.close());
beforeEach(() => own.db.execute(sql`truncate data.item`));

const insert = (on: Queryable, id: number) => on.execute(sql`insert into data.item values (${sql.value(id)}, 'x')`);
const ids = async () =>
  (await own.db.query<{ id: number }>(sql`select id from data.item order by id`)).map((r) => r.id);
const code = (wanted: string) => (error: unknown) => errorCode(error) === wanted;
const words = (wanted: RegExp) => (error: unknown) => error instanceof Error && wanted.test(error.message);

test('all of a transaction is there, or nothing', async () => {
  assert.equal(
    await own.db.transaction(async (tx) => {
      await insert(tx, 1);
      await insert(tx, 2);
      return 'done';
    }),
    'done',
  );
  const failing = own.db.transaction(async (tx) => {
    await insert(tx, 3);
    throw new Error('no');
  });
  await assert.rejects(failing, words(/^no$/));
  await assert.rejects(
    own.db.transaction(async (tx) => {
      await insert(tx, 4);
      await insert(tx, 1);
    }),
    code('23505'),
  );
  assert.deepEqual(await ids(), [1, 2]);
});

test('a statement nobody waited for fails the transaction with its own error', async () => {
  await assert.rejects(
    own.db.transaction(async (tx) => {
      tx.query(sql`insert into data.item values (1)`);
      tx.query(sql`insert into data.item values (1)`);
      tx.execute(sql`insert into data.item values (2)`);
    }),
    code('23505'),
  );
  await own.db.transaction(async (tx) => {
    tx.execute(sql`insert into data.item values (3)`);
  });
  assert.deepEqual(await ids(), [3]);
});

test('a failure that the caller swallowed is no commit', async () => {
  await assert.rejects(
    own.db.transaction(async (tx) => {
      await insert(tx, 1);
      await tx.query(sql`select 1 / 0`).catch(() => {});
    }),
    code('22012'),
  );
  assert.deepEqual(await ids(), []);
});

test('pipelined statements: rows in order, and the first failure is the one that is told', async () => {
  await own.db.transaction(async (tx) => {
    const [one, two] = await tx.pipeline([sql`select 1 as n`, sql`select ${sql.value(2)}::int as n`]);
    assert.deepEqual([one, two], [[{ n: 1 }], [{ n: 2 }]]);
  });
  const failing = own.db.transaction((tx) =>
    tx.pipeline([sql`select 1`, sql`select 1 / 0`, sql`select * from nowhere`]),
  );
  await assert.rejects(failing, code('22012'));
});

test('a savepoint undoes its own statements only', async () => {
  await own.db.transaction(async (tx) => {
    await insert(tx, 1);
    const failing = tx.savepoint(async () => {
      await insert(tx, 2);
      tx.execute(sql`insert into data.item values (1)`);
    });
    await assert.rejects(failing, code('23505'));
    await tx.savepoint(() => insert(tx, 3));
    const outer = tx.savepoint(async () => {
      await insert(tx, 4);
      await assert.rejects(
        tx.savepoint(async () => {
          await insert(tx, 5);
          throw new Error('inner');
        }),
        words(/^inner$/),
      );
    });
    await outer;
  });
  assert.deepEqual(await ids(), [1, 3, 4]);
});

test('a statement after the end is refused, not run on somebody else’s transaction', async () => {
  let late: Queryable | undefined;
  await own.db.transaction(async (tx) => {
    late = tx;
  });
  assert.throws(() => late?.query(sql`select 1`), words(/after its transaction was over/));
});

test('a deadlock is run again until both are in', async () => {
  await own.db.execute(sql`insert into data.item values (1, '0'), (2, '0')`);
  let runs = 0;
  const touch = (first: number, second: number, met: () => Promise<void>) =>
    own.db.transaction(async (tx) => {
      runs++;
      await tx.execute(sql`update data.item set note = note::int + 1 where id = ${sql.value(first)}`);
      await met();
      await tx.execute(sql`update data.item set note = note::int + 1 where id = ${sql.value(second)}`);
    });
  let waiting = 2;
  const { promise, resolve } = Promise.withResolvers<void>();
  const met = () => {
    if (--waiting <= 0) resolve();
    return promise;
  };
  await Promise.all([touch(1, 2, met), touch(2, 1, met)]);
  assert.equal(runs, 3);
  assert.deepEqual(await own.db.query(sql`select note from data.item`), [{ note: '2' }, { note: '2' }]);
});

test('a serialization conflict that never ends is write.busy after three runs', async () => {
  await own.db.execute(sql`insert into data.item values (1, '0')`);
  let runs = 0;
  const failing = own.db.transaction(
    async (tx) => {
      runs++;
      await tx.query(sql`select * from data.item`);
      await own.db.execute(sql`update data.item set note = 'other' where id = 1`);
      await tx.execute(sql`update data.item set note = 'mine' where id = 1`);
    },
    { isolation: 'repeatable read' },
  );
  await assert.rejects(failing, (error) => error instanceof Problem && error.code === 'write.busy');
  assert.equal(runs, 3);
});

test('options: read only, lock timeout, statement timeout', async () => {
  const readOnly = own.db.transaction((tx) => insert(tx, 1), { readOnly: true });
  await assert.rejects(readOnly, code('25006'));
  await own.db.execute(sql`insert into data.item values (1, '0')`);
  await own.db.transaction(async (tx) => {
    await tx.execute(sql`update data.item set note = 'held'`);
    const blocked = own.db.transaction((other) => other.execute(sql`update data.item set note = 'other'`), {
      lockTimeout: 20,
    });
    await assert.rejects(blocked, (error) => error instanceof Problem && error.code === 'write.busy');
  });
  const slow = own.db.transaction((tx) => tx.query(sql`select pg_sleep(5)`), { statementTimeout: 20 });
  await assert.rejects(slow, (error) => error instanceof Problem && error.code === 'query.timeout');
});

async function* lines(count: number): AsyncIterable<Buffer> {
  for (let i = 1; i <= count; i++) yield Buffer.from(`${i}\tn${i}\n`);
}

test('COPY streams rows in, among statements before and after it', async () => {
  const rows = await own.db.transaction(async (tx) => {
    tx.execute(sql`insert into data.item values (0, 'before')`);
    const copied = await tx.copyIn(sql`copy data.item from stdin`, lines(20_000));
    tx.execute(sql`insert into data.item values (20001, 'after')`);
    return copied;
  });
  assert.equal(rows, 20_000);
  assert.equal((await ids()).length, 20_002);
});

test('a COPY that fails, by its source or its data, undoes the transaction and leaves the connection fit', async () => {
  async function* broken(): AsyncIterable<Buffer> {
    yield* lines(5000);
    throw new Error('the source broke');
  }
  async function* wrong(): AsyncIterable<Buffer> {
    yield* lines(5000);
    yield Buffer.from('not a number\tx\n');
    for (let i = 6000; i < 20_000; i++) yield Buffer.from(`${i}\tmore\n`);
  }
  const copy = (text: SQL, source: AsyncIterable<Buffer>) =>
    own.db.transaction(async (tx) => {
      await insert(tx, 1_000_000);
      await tx.copyIn(text, source);
    });
  for (let i = 0; i < 6; i++) {
    await assert.rejects(copy(sql`copy data.item from stdin`, broken()), words(/the source broke/));
    await assert.rejects(copy(sql`copy data.item from stdin`, wrong()), code('22P02'));
    await assert.rejects(copy(sql`copy data.nowhere from stdin`, lines(1000)), code('42P01'));
    const caught = own.db.transaction(async (tx) => {
      await insert(tx, 1_000_000);
      await tx.copyIn(sql`copy data.item from stdin`, wrong()).catch(() => {});
    });
    await assert.rejects(caught, code('22P02'));
  }
  assert.deepEqual(await ids(), []);
  const [row] = await own.db.query<{ open: number }>(sql`
    select count(*)::int as open from pg_stat_activity where datname = current_database() and state like 'idle in%'`);
  assert.deepEqual(row, { open: 0 });
});
