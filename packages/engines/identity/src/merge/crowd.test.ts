import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Problem } from '@huike/schema';
import { assertConsistent } from '../consistent.fixture.ts';
import { event, source, system, type World, world } from '../fixture.ts';

// More merges and events at once than there are connections, and one call that joins thousands.

let it: World;
before(async () => {
  it = await world();
});
after(async () => {
  assert.deepEqual(it.background, []);
  await it.close();
});

async function customers(of: string, count: number): Promise<string[]> {
  const events = Array.from({ length: count }, (_, n) =>
    event({ userId: `${of}${n}` }, { traits: { name: `${of}${n}` } }),
  );
  await it.identity.track(source, events);
  const rows = await it.rows<{ id: string }>(
    "select identity as id from huike.identifier where key like 'userId:' || $1 || '%' order by key",
    [of],
  );
  assert.equal(rows.length, count);
  return rows.map(({ id }) => id);
}

test('sixty people merge and part at once', async () => {
  const ids = await customers('p', 120);
  const pairs = Array.from({ length: 60 }, (_, n) => [ids[2 * n] ?? '', ids[2 * n + 1] ?? '']);
  const merged = await Promise.all(pairs.map((pair) => it.identity.merge(system, pair, null)));
  await assertConsistent(it);
  await Promise.all(merged.map(({ id, mergeId }) => it.identity.unmerge(system, id, mergeId)));
  await assertConsistent(it);
  const records = await it.rows('select from data.member where "deletedAt" is null');
  assert.equal(records.length, 120);
});

test('everybody merges into one at once: all of them are one', async () => {
  const ids = await customers('q', 30);
  const results = await Promise.all(
    ids.slice(1).map(async (id) => {
      for (;;) {
        const code = await it.identity.merge(system, [ids[0] ?? '', id], null).then(
          () => 'done',
          (error: unknown) => (error instanceof Problem ? error.code : String(error)),
        );
        // Somebody else was quicker: it is asked again.
        if (code !== 'write.busy') return code;
      }
    }),
  );
  assert.deepEqual(new Set(results), new Set(['done']));
  assert.deepEqual(new Set(await Promise.all(ids.map((id) => it.identity.customerOf(id)))).size, 1);
  await assertConsistent(it);
});

test('one call that joins a thousand customers two by two, and in chains', async () => {
  const count = 1_000;
  const phone = (n: number) => `1371${String(1_000_000 + (n % count))}`;
  await it.identity.track(
    source,
    Array.from({ length: count }, (_, n) => event({ phone: phone(n) }, { traits: { name: `r${n}` } })),
  );
  const answer = await it.identity.track(
    source,
    Array.from({ length: count }, (_, n) => event({ phone: [phone(n), phone(n + 1)] })),
  );
  assert.equal(answer.accepted, count);
  await assertConsistent(it);
});
