import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PopulationEvent, populationEvents } from './events.ts';

const all = [...populationEvents({ people: 5000, seed: 3 })];

/** Who was seen with each value of a kind of identifier. */
function holders(events: readonly PopulationEvent[], kind: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const { truth, event } of events) {
    const value = event.identifiers[kind];
    if (value === undefined) continue;
    const key = JSON.stringify(value);
    found.set(key, (found.get(key) ?? new Set()).add(truth));
  }
  return found;
}

const shared = (kind: string): number => {
  const found = [...holders(all, kind).values()];
  return found.filter(({ size }) => size > 1).length / found.length;
};

test('the same seed gives the same events, and a small population is the beginning of a large one', () => {
  const some = [...populationEvents({ people: 1000, seed: 3 })];
  assert.deepEqual(some, all.slice(0, some.length));
  assert.notDeepEqual([...populationEvents({ people: 10, seed: 4 })][0], some[0]);
});

test('everybody does something; an event’s id occurs once; within a thousand people time goes on', () => {
  assert.equal(new Set(all.map(({ truth }) => truth)).size, 5000);
  assert.equal(new Set(all.map(({ event }) => event.id)).size, all.length);
  assert.ok(all.length > 5000 * 4 && all.length < 5000 * 12, `${all.length} events`);
  const times = [...populationEvents({ people: 1000, seed: 3 })].map(({ event }) => event.at);
  assert.deepEqual(times, times.toSorted());
  assert.ok(times.every((at) => /^202[456]-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/.test(at)));
});

test('accounts are one person’s; cookies, devices and phones are shared by some', () => {
  for (const kind of ['userId', 'openId', 'unionId', 'externalUserId', 'buyerId', 'email'])
    assert.equal(shared(kind), 0, kind);
  for (const [kind, low, high] of [
    ['cookie', 0.03, 0.25],
    ['device', 0.001, 0.1],
    ['phone', 0.005, 0.1],
  ] as const)
    assert.ok(shared(kind) >= low && shared(kind) <= high, `${kind}: ${shared(kind)}`);
});

test('a person has a UnionID of each open-platform account', () => {
  const scopes = new Map<string, Set<string>>();
  for (const { truth, event } of all) {
    const { unionId } = event.identifiers;
    if (typeof unionId === 'object') scopes.set(truth, (scopes.get(truth) ?? new Set()).add(unionId.scope));
  }
  assert.ok([...scopes.values()].some(({ size }) => size === 2));
});

test('who looks anonymously is known by what comes after, or not at all; a shared cookie is signed out of', () => {
  const web = all.filter(({ event }) => event.channel === 'web');
  const identified = new Set(web.filter(({ event }) => event.type === 'identify').map(({ truth }) => truth));
  const visitors = new Set(web.map(({ truth }) => truth));
  assert.ok(identified.size > visitors.size * 0.5 && identified.size < visitors.size * 0.95);
  const out = web.filter(({ event }) => event.type === 'signOut');
  assert.ok(out.length > 50 && out.every(({ event }) => String(event.identifiers.cookie).startsWith('hk.h')));
});
