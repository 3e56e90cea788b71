import assert from 'node:assert/strict';
import { test } from 'node:test';
import { embeddedSettings } from './settings.ts';

test('the embedded PostgreSQL takes an eighth of the memory, and never less than it needs', () => {
  const buffers = (megabytes: number) => embeddedSettings(megabytes).shared_buffers;
  assert.deepEqual([256, 2048, 8192, 1_000_000].map(buffers), ['64MB', '256MB', '1024MB', '4096MB']);
});

test('what keeps committed rows safe is never switched off', () => {
  const settings = embeddedSettings(2048);
  for (const name of ['fsync', 'synchronous_commit', 'full_page_writes']) assert.equal(settings[name], undefined);
});
