import { errorCode, Moved, type Tx } from '@huike/kernel';

// Locking customers. Who waits holds nothing that another waits for: the first locks of a transaction are taken in the
// order of their ids; later ones only if they are free at once, else it begins anew.

const text = {
  wait: 'select from huike.identity where id = any($1) order by id for no key update',
  now: 'select from huike.identity where id = any($1) order by id for no key update nowait',
  members: 'select from huike.identity where survivor = any($1) order by id for no key update nowait',
} as const;

/** Locks customers; `held` are those that this transaction has locked already, and are added to. Throws `Moved`. */
export async function lockCustomers(tx: Tx, ids: readonly string[], held: Set<string>): Promise<void> {
  const more = ids.filter((id) => !held.has(id)).sort();
  if (more.length === 0) return;
  await run(tx, held.size === 0 ? 'wait' : 'now', more);
  for (const id of more) held.add(id);
}

/** Locks all identities of customers that this transaction has locked: they are about to be another's. Throws `Moved`. */
export function lockMembers(tx: Tx, roots: readonly string[]): Promise<void> {
  return run(tx, 'members', roots);
}

async function run(tx: Tx, name: keyof typeof text, ids: readonly string[]): Promise<void> {
  try {
    await tx.queryText(text[name], [ids], `identity.lock.${name}`);
  } catch (error) {
    throw errorCode(error) === '55P03' ? new Moved() : error;
  }
}
