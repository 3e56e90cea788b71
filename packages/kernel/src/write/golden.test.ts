import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { type Command, newId } from '@huike/schema';
import type { Tx } from '../database/index.ts';
import { system, userWith, writeFixture } from './fixture.ts';
import { write } from './index.ts';
import { modelObjects } from './model.fixture.ts';
import type { WriteContext } from './types.ts';

// The SQL of a write stands beside it. After a wanted change: HUIKE_GOLDEN=1 writes the file anew.

const file = path.join(import.meta.dirname, 'write.golden.sql');
const rep = {
  name: 'rep',
  objects: {
    account: { read: 'departmentTree' as const },
    deal: { read: 'department' as const, create: true, update: 'own' as const, delete: 'own' as const },
  },
};

test('the statements of a write are the ones that stand beside it', async () => {
  const fixture = await writeFixture({ ...modelObjects, roles: [rep] });
  const told: string[] = [];
  const context = telling(fixture.context, told);
  const [department, account, deal] = [newId(), newId(), newId()];
  const actor = userWith(newId(), department, ['rep']);
  const values = { code: 'A1', name: 'a', department };
  await write(fixture.context, system, [
    { op: 'create', object: 'department', id: department, values: { name: 'd' } },
    { op: 'create', object: 'account', id: account, values },
  ]);
  const steps: Record<string, Command> = {
    'a new record that nothing hangs on': { op: 'create', object: 'deal', values: { subject: '张三', amount: '5' } },
    'a new record with a related one, found by its code, and nested rows': {
      op: 'create',
      object: 'deal',
      id: deal,
      values: { account: { lookup: { field: 'code', value: 'A1' } }, lines: [{ item: 'x' }] },
    },
    'a change that no rollup depends on': { op: 'update', object: 'deal', id: deal, values: { subject: '李四' } },
    'a change of what is summed up, and of links': {
      op: 'update',
      object: 'deal',
      id: deal,
      values: { amount: '7', partners: [account] },
    },
    'a delete': { op: 'delete', object: 'deal', id: deal },
    'back from the bin': { op: 'restore', object: 'deal', id: deal },
  };
  for (const [what, command] of Object.entries(steps)) {
    told.push(`-- ${what}`);
    await write(context, actor, [command]);
  }
  await fixture.close();
  const text = `${told.join('\n')}\n`;
  if (process.env.HUIKE_GOLDEN !== undefined) writeFileSync(file, text);
  assert.equal(text, readFileSync(file, 'utf8'));
});

/** Notes every statement; those of the transaction stand between begin and commit. */
function telling(context: WriteContext, told: string[]): WriteContext {
  const { db } = context;
  const tell = (text: string) => told.push(`${text.trim()};`);
  const transaction: typeof db.transaction = (fn, options) =>
    db.transaction(async (tx) => {
      tell('begin');
      const noting: Tx = {
        query: (statement) => tx.query(statement),
        execute: (statement) => tx.execute(statement),
        pipeline: (statements) => tx.pipeline(statements),
        savepoint: (inner) => tx.savepoint(inner),
        copyIn: (statement, source) => tx.copyIn(statement, source),
        queryText: (text, values, name) => {
          tell(text);
          return tx.queryText(text, values, name);
        },
      };
      const result = await fn(noting);
      tell('commit');
      return result;
    }, options);
  const queryText: typeof db.queryText = (text, values, name) => {
    tell(text);
    return db.queryText(text, values, name);
  };
  const { directConfig } = db;
  return {
    ...context,
    db: {
      transaction,
      queryText,
      directConfig,
      query: (statement) => db.query(statement),
      execute: (statement) => db.execute(statement),
      direct: () => db.direct(),
      close: () => db.close(),
    },
  };
}
