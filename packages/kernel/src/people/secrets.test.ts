import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { openSecrets, secretsFrom } from './secrets.ts';

const plain = Buffer.from('JBSWY3DPEHPK3PXP');

test('what was sealed opens again, and never looks the same twice', () => {
  const secrets = secretsFrom(randomBytes(32));
  const first = secrets.seal('totp:a', plain);
  assert.deepEqual(secrets.open('totp:a', first), plain);
  assert.notDeepEqual(first, secrets.seal('totp:a', plain));
  assert.equal(first.includes(plain), false);
});

test('another purpose, another key and any flipped bit are refused', () => {
  const secrets = secretsFrom(randomBytes(32));
  const sealed = secrets.seal('totp:a', plain);
  assert.throws(() => secrets.open('totp:b', sealed));
  assert.throws(() => secretsFrom(randomBytes(32)).open('totp:a', sealed));
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const bent = Buffer.from(sealed);
    bent[bit >> 3] = (bent[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.throws(() => secrets.open('totp:a', bent), `bit ${bit}`);
  }
  assert.throws(() => secrets.open('totp:a', sealed.subarray(0, 20)));
});

test('the key file is made once, for its owner alone, whoever asks at once', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'huike-secrets-'));
  const all = await Promise.all(Array.from({ length: 8 }, () => openSecrets(folder, {})));
  const sealed = all[0]?.seal('x', plain);
  assert.ok(sealed);
  for (const secrets of [...all, await openSecrets(folder, {})]) assert.deepEqual(secrets.open('x', sealed), plain);
  assert.deepEqual(await readdir(folder), ['secret']);
  assert.equal((await stat(path.join(folder, 'secret'))).mode & 0o777, 0o600);
  assert.equal(Buffer.from(await readFile(path.join(folder, 'secret'), 'utf8'), 'base64').length, 32);
  await rm(folder, { recursive: true });
});

test('HUIKE_SECRET goes before the file, and must not be short', async () => {
  const environment = { HUIKE_SECRET: 'correct horse battery staple' };
  const one = await openSecrets('/nonexistent', environment);
  const two = await openSecrets('/nonexistent', environment);
  assert.deepEqual(two.open('x', one.seal('x', plain)), plain);
  await assert.rejects(openSecrets('/nonexistent', { HUIKE_SECRET: 'short' }), /too short/);
});
