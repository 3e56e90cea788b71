import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId, Problem } from '@huike/schema';
import { sql } from '../database/sql.ts';
import { system, type WriteFixture, writeFixture } from './fixture.ts';
import { type Answer, purgeIdempotency, withIdempotency } from './idempotency.ts';
import { writeIn, writePartialIn } from './index.ts';

let fixture: WriteFixture;
before(async () => {
  fixture = await writeFixture({
    objects: [{ name: 'thing', fields: [{ name: 'name', type: 'text', required: true }] }],
  });
});
after(() => fixture.close());

const hash = 'ab'.repeat(32);

function create(key: string, name: string, request = hash): Promise<Answer & { replayed: boolean }> {
  return withIdempotency(fixture.context, system, key, request, async (tx) => {
    const [written] = await writeIn(tx, fixture.context, system, [{ op: 'create', object: 'thing', values: { name } }]);
    return { status: 201, body: JSON.stringify(written) };
  });
}

async function count(name: string): Promise<number> {
  const [row] = await fixture.db.query<{ n: number }>(
    sql`select count(*)::int as n from data.thing where name = ${sql.value(name)}`,
  );
  return row?.n ?? 0;
}

test('one effect, one answer: the second request gets what the first got', async () => {
  const first = await create('a', 'once');
  const second = await create('a', 'once');
  assert.deepEqual(second, { ...first, replayed: true });
  assert.equal(await count('once'), 1);
});

test('the key belongs to the actor, and to one request', async () => {
  await create('b', 'mine');
  await assert.rejects(
    create('b', 'mine', 'cd'.repeat(32)),
    (error) => error instanceof Problem && error.code === 'request.idempotencyMismatch',
  );
  const people = { kind: 'system', name: 'people' } as const;
  const theirs = await withIdempotency(fixture.context, people, 'b', hash, async () => ({
    status: 200,
    body: 'theirs',
  }));
  assert.deepEqual(theirs, { status: 200, body: 'theirs', replayed: false });
});

test('twins at once: one works, the others wait and get its answer', async () => {
  const answers = await Promise.all(Array.from({ length: 4 }, () => create('c', 'twins')));
  assert.equal(new Set(answers.map(({ body }) => body)).size, 1);
  assert.equal(answers.filter(({ replayed }) => !replayed).length, 1);
  assert.equal(await count('twins'), 1);
});

test('what fails leaves no answer: the request may be sent again', async () => {
  const missing = () =>
    withIdempotency(fixture.context, system, 'd', hash, async (tx) => {
      await writeIn(tx, fixture.context, system, [{ op: 'create', object: 'thing', values: {} }]);
      return { status: 201, body: '' };
    });
  await assert.rejects(missing(), Problem);
  await assert.rejects(missing(), Problem);
  assert.equal((await create('d', 'at last')).replayed, false);
});

test('a process that is killed before the commit leaves neither effect nor answer', async () => {
  await assert.rejects(
    withIdempotency(fixture.context, system, 'e', hash, async (tx) => {
      await writeIn(tx, fixture.context, system, [{ op: 'create', object: 'thing', values: { name: 'killed' } }]);
      const [backend] = await tx.query<{ pid: number }>(sql`select pg_backend_pid() as pid`);
      await fixture.db.query(sql`select pg_terminate_backend(${sql.value(backend?.pid ?? 0)}::int)`);
      return { status: 201, body: '' };
    }),
  );
  assert.equal(await count('killed'), 0);
  assert.equal((await create('e', 'killed')).replayed, false);
  assert.equal(await count('killed'), 1);
});

test('a partial write in the transaction of the key keeps its answer too', async () => {
  const name = newId();
  const send = () =>
    withIdempotency(fixture.context, system, 'f', hash, async (tx) => {
      const results = await writePartialIn(tx, fixture.context, system, [
        { op: 'create', object: 'thing', values: { name } },
        { op: 'create', object: 'thing', values: {} },
        { op: 'create', object: 'thing', values: { name } },
      ]);
      return {
        status: 200,
        body: results.map((result) => ('problem' in result ? result.problem.code : result.op)).join(),
      };
    });
  assert.equal((await send()).body, 'create,write.invalid,create');
  assert.deepEqual(await send(), { status: 200, body: 'create,write.invalid,create', replayed: true });
  assert.equal(await count(name), 2);
});

test('answers are forgotten after a week', async () => {
  await create('g', 'old');
  assert.equal(await purgeIdempotency(fixture.db, new Date(Date.now() + 6 * 86_400_000)), 0);
  assert.ok((await purgeIdempotency(fixture.db, new Date(Date.now() + 8 * 86_400_000))) > 0);
  assert.equal((await create('g', 'old')).replayed, false);
});
