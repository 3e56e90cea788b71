import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KindInUse } from '../identifier/kinds.ts';
import { Batches, type Taken } from './batches.ts';
import type { TrackEvent } from './event.ts';

// Which calls are taken in together, which side by side, and which one after the other.

const at = new Date();

function event(id: string, ...keys: string[]): TrackEvent {
  const kind: KindInUse = {
    definition: { name: 'cookie', form: 'exact', strength: 'weak' },
    ...{ name: 'cookie', order: 0, perCustomer: 1, shareLimit: 1, illegal: new Set<string>() },
    strength: 'weak',
  };
  return {
    ...{ id, senderId: id, type: 'pageView', at, channel: 'web', traits: {}, properties: {}, record: null },
    identifiers: keys.map((key) => ({ kind, scope: '', value: key, key, group: '' })),
  };
}

/** Transactions that end when told to; `begun` has the ids of the events of each. */
class Stage {
  readonly begun: string[][] = [];
  readonly #ends: ((error: Error | null) => void)[] = [];
  readonly batches = new Batches((events) => {
    this.begun.push(events.map(({ id }) => id));
    return new Promise<Taken>((resolve, reject) => {
      this.#ends.push((error) =>
        error === null ? resolve({ kept: new Set(events), refused: new Map() }) : reject(error),
      );
    });
  });

  /** Ends the n-th transaction and lets what waited for it begin. */
  async end(n: number, error: Error | null = null): Promise<void> {
    this.#ends[n]?.(error);
    await new Promise(setImmediate);
  }
}

test('calls that come while two are under way go together, in the order in which they came', async () => {
  const stage = new Stage();
  const calls = ['a', 'b', 'c', 'd', 'e'].map((id) => stage.batches.add([event(id, `k${id}`)]));
  assert.deepEqual(stage.begun, [['a'], ['b']]);
  await stage.end(1);
  assert.deepEqual(stage.begun.slice(2), [['c', 'd', 'e']]);
  await stage.end(0);
  await stage.end(2);
  const kept = await Promise.all(calls);
  assert.deepEqual(
    kept.map((taken) => [...taken.kept].map(({ id }) => id)),
    [['a'], ['b'], ...Array.from({ length: 3 }, () => ['c', 'd', 'e'])],
  );
});

test('a call waits for those with its customers, and none overtakes it that has one in common with it', async () => {
  const stage = new Stage();
  const add = (id: string, ...keys: string[]) => stage.batches.add([event(id, ...keys)]);
  const calls = [add('a', 'k1'), add('b', 'k1', 'k2'), add('c', 'k2'), add('d', 'k3')];
  assert.deepEqual(stage.begun, [['a'], ['d']]);
  await stage.end(1);
  assert.equal(stage.begun.length, 2, 'b waits for a, and c for b');
  await stage.end(0);
  assert.deepEqual(stage.begun[2], ['b', 'c']);
  await stage.end(2);
  await Promise.all(calls);
});

test('the same event in two calls: the second is asked once it is known what became of the first', async () => {
  const stage = new Stage();
  const busy = [stage.batches.add([event('x', 'kx')]), stage.batches.add([event('y', 'ky')])];
  const twins = [stage.batches.add([event('a', 'k1')]), stage.batches.add([event('a', 'k1')])];
  await stage.end(0);
  assert.deepEqual(stage.begun[2], ['a']);
  await stage.end(1);
  assert.equal(stage.begun.length, 3);
  await stage.end(2);
  assert.deepEqual(stage.begun[3], ['a']);
  await stage.end(3);
  await Promise.all([...busy, ...twins]);
});

test('what fails together is tried each alone: it is told to the one whose fault it is', async () => {
  const stage = new Stage();
  const busy = [stage.batches.add([event('x', 'kx')]), stage.batches.add([event('y', 'ky')])];
  const [good, bad] = [stage.batches.add([event('a', 'k1')]), stage.batches.add([event('b', 'k2')])];
  const told = assert.rejects(bad, /b is wrong/);
  await stage.end(0);
  assert.deepEqual(stage.begun[2], ['a', 'b']);
  await stage.end(2, new Error('b is wrong'));
  assert.deepEqual(stage.begun.slice(3), [['a'], ['b']]);
  await stage.end(3);
  await stage.end(4, new Error('b is wrong'));
  assert.equal((await good).kept.size, 1);
  await told;
  await stage.end(1);
  await Promise.all(busy);
});

test('a transaction has its limit; what is too large for it goes alone', async () => {
  const stage = new Stage();
  const many = (name: string, count: number) =>
    stage.batches.add(Array.from({ length: count }, (_, n) => event(`${name}${n}`, `${name}${n}k`)));
  const calls = [many('a', 1), many('b', 1), many('c', 1_500), many('d', 400), many('e', 500), many('f', 5_000)];
  await stage.end(0);
  await stage.end(1);
  await stage.end(2);
  await stage.end(3);
  await stage.end(4);
  assert.deepEqual(
    stage.begun.map(({ length }) => length),
    [1, 1, 1_900, 500, 5_000],
  );
  await Promise.all(calls);
});
