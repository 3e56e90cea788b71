import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VersionedCache, VersionWatch } from './versions.ts';

function setUp() {
  const state = { version: 1n, asked: 0, read: 0, time: 0 };
  const watch = new VersionWatch(
    async () => {
      state.asked++;
      return state.version;
    },
    () => new Date(state.time),
  );
  const cache = new VersionedCache<{ version: bigint; at: bigint }>(watch);
  const get = () =>
    cache.get('key', async () => {
      state.read++;
      return { version: state.version, at: state.version };
    });
  return { state, watch, get };
}

test('asks once a second for the version, and reads an entry again only when it moved', async () => {
  const { state, get } = setUp();
  await Promise.all([get(), get()]);
  assert.equal(state.asked, 1);
  for (let n = 0; n < 5; n++) await get();
  assert.deepEqual([state.asked, state.read], [1, 2]);
  state.time = 1000;
  await get();
  assert.deepEqual([state.asked, state.read], [2, 2]);
  state.version = 2n;
  assert.equal((await get())?.at, 1n, 'within the second it may be old');
  state.time = 2000;
  assert.equal((await get())?.at, 2n);
});

test('expire makes the very next request ask', async () => {
  const { state, watch, get } = setUp();
  await get();
  state.version = 2n;
  watch.expire();
  assert.equal((await get())?.at, 2n);
});

test('an answer that was under way when it expired does not count', async () => {
  let version = 1n;
  let answer = (): void => {};
  let asked = 0;
  const watch = new VersionWatch(
    () => {
      asked++;
      const then = version;
      return new Promise((resolve) => {
        answer = () => resolve(then);
      });
    },
    () => new Date(0),
  );
  const first = watch.current();
  version = 2n;
  const late = answer;
  watch.expire();
  const second = watch.current();
  answer();
  late();
  assert.equal(await second, 2n);
  await first;
  assert.equal(asked, 2);
  assert.equal(await watch.current(), 2n);
  assert.equal(asked, 2);
});

test('a failed question is asked again', async () => {
  let fails = true;
  const watch = new VersionWatch(
    async () => {
      if (fails) throw new Error('gone');
      return 7n;
    },
    () => new Date(0),
  );
  await assert.rejects(watch.current(), /gone/);
  fails = false;
  assert.equal(await watch.current(), 7n);
});
