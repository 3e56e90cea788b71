import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Problem } from '@huike/schema';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import {
  type Attempt,
  addressOf,
  countAttempt,
  forgiveAttempt,
  rewardAttempt,
  sweepLockout,
  unlockAccount,
} from './lockout.ts';
import { policyOf } from './policy.ts';

const limits = policyOf('ordinary').lockout;
let database: TestDatabase;
let time = Date.parse('2026-03-02T09:00:00Z');
const minutes = (count: number) => {
  time += count * 60_000;
};

before(async () => {
  database = await testDatabase();
});
after(() => database.close());

let locks = 0;
const attempt = (email: string, ip: string): Promise<Attempt> =>
  countAttempt(database.db, limits, { email, ip }, new Date(time), async () => {
    locks++;
  });

async function refusedFor(email: string, ip: string): Promise<number | null> {
  try {
    await attempt(email, ip);
    return null;
  } catch (error) {
    assert.ok(error instanceof Problem && error.code === 'auth.locked');
    return Number(error.params.minutes);
  }
}

test('five failures lock the account from that address for 15 minutes, and trying on makes it no longer', async () => {
  locks = 0;
  for (let n = 0; n < 5; n++) assert.equal(await refusedFor('a@example.com', '10.0.0.1'), null);
  assert.equal(await refusedFor('A@Example.com ', '10.0.0.1'), 15);
  minutes(10);
  assert.equal(await refusedFor('a@example.com', '10.0.0.1'), 5);
  assert.equal(await refusedFor('a@example.com', '10.0.0.2'), null, 'from elsewhere it is open');
  assert.equal(await refusedFor('b@example.com', '10.0.0.1'), null, 'others are not touched');
  minutes(5);
  assert.equal(await refusedFor('a@example.com', '10.0.0.1'), null);
  assert.equal(locks, 1);
});

test('failures that lie apart do not add up', async () => {
  for (let n = 0; n < 12; n++) {
    assert.equal(await refusedFor('slow@example.com', '10.0.1.1'), null);
    minutes(4);
  }
});

test('twenty at once get no more than five tries', async () => {
  const all = await Promise.all(Array.from({ length: 20 }, () => refusedFor('race@example.com', '10.0.2.1')));
  assert.equal(all.filter((one) => one === null).length, 5);
});

test('success clears the count of the pair; a missing one-time code is no failure', async () => {
  for (let n = 0; n < 4; n++) await attempt('c@example.com', '10.0.3.1');
  await rewardAttempt(database.db, await attempt('c@example.com', '10.0.3.1'), new Date(time));
  for (let n = 0; n < 20; n++) await forgiveAttempt(database.db, await attempt('c@example.com', '10.0.3.1'));
  for (let n = 0; n < 5; n++) assert.equal(await refusedFor('c@example.com', '10.0.3.1'), null);
  assert.equal(await refusedFor('c@example.com', '10.0.3.1'), 15);
});

test('guessing from many addresses is damped, but not where the owner signed in before', async () => {
  const email = 'victim@example.com';
  await rewardAttempt(database.db, await attempt(email, '10.9.9.9'), new Date(time));
  for (let n = 0; n < 30; n++) assert.equal(await refusedFor(email, `10.1.${n}.1`), null);
  assert.equal(await refusedFor(email, '10.1.99.1'), 15);
  assert.equal(await refusedFor(email, '10.9.9.9'), null, 'the owner at home');
  minutes(15);
  assert.equal(await refusedFor(email, '10.1.99.1'), null);
});

test('an address that tries many accounts is held', async () => {
  for (let n = 0; n < 100; n++) assert.equal(await refusedFor(`user${n}@example.com`, '10.5.0.1'), null);
  assert.equal(await refusedFor('user200@example.com', '10.5.0.1'), 15);
  assert.equal(await refusedFor('user200@example.com', '10.5.0.2'), null);
});

test('attempts refused for one address do not use up the tries of the others', async () => {
  for (let n = 0; n < 60; n++) await refusedFor('d@example.com', '10.6.0.1');
  for (let n = 0; n < 20; n++) assert.equal(await refusedFor('d@example.com', `10.6.1.${n}`), null);
});

test('an administrator unlocks', async () => {
  for (let n = 0; n < 6; n++) await refusedFor('e@example.com', '10.7.0.1');
  assert.equal(await refusedFor('e@example.com', '10.7.0.1'), 15);
  await unlockAccount(database.db, 'e@example.com');
  assert.equal(await refusedFor('e@example.com', '10.7.0.1'), null);
});

test('old counts are swept away', async () => {
  await attempt('f@example.com', '10.8.0.1');
  minutes(60 * 24 * 91);
  await sweepLockout(database.db, new Date(time));
  const rows = await database.db.queryText(
    'select 1 from huike.sign_in_failure union all select 1 from huike.known_address',
    [],
  );
  assert.deepEqual(rows, []);
});

test('an address is what one attacker cannot change at will', () => {
  assert.equal(addressOf('192.0.2.7'), '192.0.2.7');
  assert.equal(addressOf('::ffff:192.0.2.7'), '192.0.2.7');
  assert.equal(addressOf('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64');
  assert.equal(addressOf('2001:0db8:0001:0002::1'), '2001:db8:1:2::/64');
  assert.equal(addressOf('2001:db8::1'), '2001:db8:0:0::/64');
  assert.equal(addressOf('::1'), '0:0:0:0::/64');
  assert.equal(addressOf(null), 'unknown');
});
