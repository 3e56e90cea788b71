import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type Command, newId } from '@huike/schema';
import { assertPhysical, testDatabase } from '@huike/testkit';
import { CatalogHolder } from '../catalog/index.ts';
import { loadCatalog } from '../catalog/load.ts';
import { sql } from '../database/index.ts';
import { write } from '../write/index.ts';
import type { WriteContext } from '../write/types.ts';
import { applyMetadata } from './run.ts';
import { runMetadataTasks } from './tasks.ts';

const { db, close } = await testDatabase();
const holder = await (async () => {
  const actor = { kind: 'system', name: 'setup' } as const;
  await applyMetadata(db, actor, {
    objects: [
      { name: 'account', fields: [{ name: 'name', type: 'text' }] },
      {
        name: 'deal',
        fields: [
          { name: 'name', type: 'text' },
          { name: 'account', type: 'relation', to: 'account' },
          { name: 'amount', type: 'decimal' },
        ],
      },
    ],
  });
  return CatalogHolder.open(db);
})();
after(async () => {
  await holder.close();
  await close();
});

const actor = { kind: 'system', name: 'setup' } as const;
const context: WriteContext = {
  db,
  catalogs: holder,
  now: () => new Date(),
  hooks: new Map(),
  validators: [],
  committed: () => {},
};

/** Four who create, change and delete deals until they are told to stop; how many writes came through. */
function writers(accounts: readonly string[], stop: AbortSignal): Promise<number[]> {
  const one = async (n: number): Promise<number> => {
    let done = 0;
    const made: string[] = [];
    while (!stop.aborted) {
      const account = accounts[(done + n) % accounts.length] ?? null;
      const id = newId();
      const commands: Command[] = [
        { op: 'create', object: 'deal', id, values: { name: `单${done}`, account, amount: `${done % 7}.5` } },
      ];
      const old = made.length > 4 ? made.shift() : undefined;
      if (old !== undefined && done % 3 === 0) commands.push({ op: 'delete', object: 'deal', id: old });
      else if (old !== undefined)
        commands.push({ op: 'update', object: 'deal', id: old, values: { amount: '9', account } });
      await write(context, actor, commands);
      made.push(id);
      done += 1;
    }
    return done;
  };
  return Promise.all([0, 1, 2, 3].map(one));
}

test('writers go on while the metadata changes under them, and what is derived stays exact', async () => {
  const accounts = [newId(), newId(), newId()];
  await write(
    context,
    actor,
    accounts.map((id, index) => ({ op: 'create', object: 'account', id, values: { name: `客户${index}` } })),
  );
  const stop = new AbortController();
  const writing = writers(accounts, stop.signal);
  const rollup = (name: string, rest: object) => ({
    name,
    type: 'rollup',
    from: 'deal',
    via: 'account',
    ...rest,
  });
  const rounds = process.env.HUIKE_LONG === '1' ? 40 : 4;
  for (let round = 0; round < rounds; round++) {
    await applyMetadata(db, actor, {
      objects: [
        {
          name: 'account',
          fields: [
            rollup('deals', { fn: 'count' }),
            rollup('total', { fn: 'sum', of: 'amount' }),
            rollup('most', { fn: 'max', of: 'twice' }),
          ],
        },
        {
          name: 'deal',
          title: round % 2 === 0 ? 'name' : null,
          fields: [
            { name: 'twice', type: 'formula', expression: `amount * ${round + 2}`, returns: 'decimal' },
            { name: 'note', type: 'text', searchable: true },
          ],
        },
      ],
    });
    // Many updates make a table large, whose values are computed after the commit.
    await runMetadataTasks(db);
    await assertExact(round + 2);
    await applyMetadata(db, actor, {
      delete: [
        { kind: 'field', object: 'account', name: 'most' },
        { kind: 'field', object: 'account', name: 'deals' },
        { kind: 'field', object: 'account', name: 'total' },
        { kind: 'field', object: 'deal', name: 'twice' },
        { kind: 'field', object: 'deal', name: 'note' },
      ],
    });
  }
  stop.abort();
  for (const done of await writing) assert.ok(done > 0);
  await assertPhysical(await loadCatalog(db), db);
});

/** In one snapshot, so that what is written meanwhile doesn't matter. */
async function assertExact(factor: number): Promise<void> {
  const wrong = await db.query(sql`
    select a."id", a."deals", a."total", a."most", d.* from data.account a, lateral (
      select count(*) as n, coalesce(sum(amount), 0) as sum, max(amount * ${sql.value(factor)}::numeric) as max,
        bool_and("twice" is not distinct from amount * ${sql.value(factor)}::numeric) as computed
      from data.deal where account = a."id" and "deletedAt" is null
    ) d where a."deals" <> d.n or a."total" <> d.sum or a."most" is distinct from d.max or d.computed is false`);
  assert.deepEqual(wrong, []);
}
