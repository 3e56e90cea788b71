// Real files for tests: the shared data beside the checkout, else the small sample that ships here.
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';

const shared = path.resolve(import.meta.dirname, '../../../../../../shared/data');

/** The path of a shared file, or of the sample where the shared data is absent (the test then says so). */
export function sharedFile(t: TestContext, name: string): { readonly file: string; readonly isSample: boolean } {
  const file = path.join(shared, name);
  if (existsSync(file)) return { file, isSample: false };
  t.diagnostic(`${name} is not here: the shipped sample stands in`);
  return { file: path.join(import.meta.dirname, 'customers.csv'), isSample: true };
}
