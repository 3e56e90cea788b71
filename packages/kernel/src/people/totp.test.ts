import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { newId, Problem } from '@huike/schema';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import { generateSync } from 'otplib';
import { secretsFrom } from './secrets.ts';
import { beginEnrolment, confirmEnrolment, removeSecondFactor, stepOf, useSecondFactor } from './totp.ts';

// RFC 6238, appendix B: the last six of the eight digits for SHA-1.
const rfcSecret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const vectors: readonly [number, string][] = [
  [59, '94287082'],
  [1_111_111_109, '07081804'],
  [1_111_111_111, '14050471'],
  [1_234_567_890, '89005924'],
  [2_000_000_000, '69279037'],
  [20_000_000_000, '65353130'],
];

test('the vectors of RFC 6238', () => {
  for (const [seconds, code] of vectors) {
    assert.equal(stepOf(rfcSecret, code.slice(2), new Date(seconds * 1000)), Math.floor(seconds / 30), code);
  }
});

test('one step to either side, no further; nothing but six digits', () => {
  const code = '050471';
  const step = 37_037_037;
  const at = (away: number) => stepOf(rfcSecret, code, new Date((step + away) * 30_000));
  assert.deepEqual([-2, -1, 0, 1, 2].map(at), [null, step, step, step, null]);
  for (const wrong of ['', '05047', '0504711', 'abcdef', '050472']) {
    assert.equal(stepOf(rfcSecret, wrong, new Date(step * 30_000)), null);
  }
});

let database: TestDatabase;
const secrets = secretsFrom(randomBytes(32));
let clock = Date.parse('2026-03-02T09:00:00Z');
const now = () => new Date(clock);
const codeNow = (secret: string) => generateSync({ secret, epoch: clock / 1000 });
before(async () => {
  database = await testDatabase();
});
after(() => database.close());

const enrol = async () => {
  const userId = newId();
  const { secret, uri } = await beginEnrolment(database.db, secrets, { userId, email: 'a@example.com' });
  const codes = await confirmEnrolment(database.db, secrets, userId, codeNow(secret), now());
  clock += 30_000;
  return {
    userId,
    secret,
    uri,
    codes,
    use: (code: string) => useSecondFactor(database.db, secrets, userId, code, now()),
  };
};
const isCode = (code: string) => (error: unknown) => error instanceof Problem && error.code === code;

test('a secret counts once confirmed, and is not stored in clear', async () => {
  const userId = newId();
  const { secret, uri } = await beginEnrolment(database.db, secrets, { userId, email: 'a@example.com' });
  assert.match(uri, /^otpauth:\/\/totp\/.*secret=/);
  assert.equal(await useSecondFactor(database.db, secrets, userId, codeNow(secret), now()), null);
  await assert.rejects(confirmEnrolment(database.db, secrets, userId, '000000', now()), isCode('auth.code'));
  await confirmEnrolment(database.db, secrets, userId, codeNow(secret), now());
  const [row] = await database.db.queryText<{ secret: Buffer }>('select secret from huike.totp where user_id = $1', [
    userId,
  ]);
  assert.equal(row?.secret.includes(secret), false);
  await assert.rejects(
    beginEnrolment(database.db, secrets, { userId, email: 'a@example.com' }),
    isCode('access.denied'),
  );
});

test('a code counts once, also for two at once, and none before it', async () => {
  const { secret, use } = await enrol();
  const code = codeNow(secret);
  const both = await Promise.all([use(code), use(code)]);
  assert.deepEqual(both.sort(), [null, 'totp'].sort());
  assert.equal(await use(code), null);
  clock += 30_000;
  const older = generateSync({ secret, epoch: clock / 1000 - 30 });
  assert.equal(await use(older), null);
  assert.equal(await use(` ${codeNow(secret).slice(0, 3)} ${codeNow(secret).slice(3)}`), 'totp');
});

test('ten recovery codes, each once, of one user only', async () => {
  const { codes, use } = await enrol();
  assert.equal(new Set(codes).size, 10);
  const [first = '', second = ''] = codes;
  assert.match(first, /^(\w{4}-){3}\w{4}$/);
  assert.equal(await use(first.toUpperCase()), 'recoveryCode');
  assert.equal(await use(first), null);
  assert.equal(await (await enrol()).use(second), null);
  assert.equal(await use(second.replaceAll('-', '')), 'recoveryCode');
});

test('another key opens nothing; removed means enrolling anew', async () => {
  const { userId, secret, codes } = await enrol();
  await assert.rejects(useSecondFactor(database.db, secretsFrom(randomBytes(32)), userId, codeNow(secret), now()));
  await removeSecondFactor(database.db, userId);
  assert.equal(await useSecondFactor(database.db, secrets, userId, codes[0] ?? '', now()), null);
  await beginEnrolment(database.db, secrets, { userId, email: 'a@example.com' });
});
