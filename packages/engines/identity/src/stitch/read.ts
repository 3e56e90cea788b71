import type { Tx } from '@huike/kernel';
import { fromKey, type Identifier, type Kinds } from '../identifier/kinds.ts';
import { lockCustomers } from './lock.ts';
import { ofRoots } from './members.ts';
import { type Arrival, isLongUnused } from './plan.ts';
import type { Rank, Snapshot, StoredIdentifier } from './snapshot.ts';

// Reading what is known of a batch's identifiers, with locks on the customers to which something may be added.

interface KeyRow {
  readonly key: string;
  readonly identity: string;
  readonly shared: boolean;
  readonly lastSeen: string;
  readonly survivor: string;
  readonly known: boolean;
  readonly since: string;
}

const keysText = `
select i.key, i.identity, i.shared, i.last_seen as "lastSeen", n.survivor, n.known, n.since
from huike.identifier i join huike.identity n on n.id = i.identity where i.key = any($1)`;

const identitiesText = 'select id, survivor, known, since from huike.identity where id = any($1)';

const valuesText = ofRoots('select i.key from huike.identifier i where i.identity = n.id');

const claimsText = 'select key, identity from huike.identifier_claim where key = any($1)';

const namesText = ofRoots(
  `select t.value #>> '{}' as name from huike.identity_trait t where t.identity = n.id and t.field = 'name'`,
);

/** How often a batch follows customers that are merged under its eyes. */
const rounds = 20;

/**
 * What the database holds of the batch's identifiers. Customers that a new identifier or another customer may be added
 * to are locked, in the order of their ids, and read as they are under the lock.
 */
export async function readSnapshot(tx: Tx, kinds: Kinds, arrivals: readonly Arrival[]): Promise<Snapshot> {
  const keys = [...new Set(arrivals.flatMap(({ identifiers }) => identifiers.map(({ key }) => key)))];
  const fixed = [...new Set(arrivals.flatMap(({ identity }) => (identity === undefined ? [] : [identity])))];
  const locked = new Set<string>();
  for (let round = 0; round < rounds; round++) {
    const known = await readKeys(tx, keys, fixed);
    const touched = touchedBy(arrivals, known);
    if (touched.isSubsetOf(locked)) return complete(tx, kinds, arrivals, known, touched);
    await lockCustomers(tx, [...touched], locked);
  }
  throw new Error('customers of this batch are merged faster than they can be locked');
}

interface Known {
  readonly identifiers: Map<string, StoredIdentifier>;
  readonly survivors: Map<string, string>;
  readonly ranks: Map<string, Rank>;
}

async function readKeys(tx: Tx, keys: readonly string[], fixed: readonly string[]): Promise<Known> {
  const known: Known = { identifiers: new Map(), survivors: new Map(), ranks: new Map() };
  const [rows, identities] = await Promise.all([
    keys.length === 0 ? [] : tx.queryText<KeyRow>(keysText, [keys], 'identity.keys'),
    fixed.length === 0 ? [] : readIdentities(tx, fixed),
  ]);
  for (const row of rows) {
    const { identity, shared, lastSeen } = row;
    known.identifiers.set(row.key, { identity, shared, lastSeen: new Date(lastSeen) });
    note(known, identity, row);
  }
  for (const row of identities) note(known, row.id, row);
  return known;
}

type IdentityRow = Pick<KeyRow, 'survivor' | 'known' | 'since'> & { readonly id: string };

function readIdentities(tx: Tx, ids: readonly string[]): Promise<IdentityRow[]> {
  return tx.queryText<IdentityRow>(identitiesText, [ids], 'identity.readIdentities');
}

function note(known: Known, id: string, row: Omit<IdentityRow, 'id'>): void {
  known.survivors.set(id, row.survivor);
  known.ranks.set(id, { id, known: row.known, since: new Date(row.since) });
}

/** Customers of arrivals that bring something new or lead to several customers. */
function touchedBy(arrivals: readonly Arrival[], known: Known): Set<string> {
  const touched = new Set<string>();
  for (const { identifiers, identity, signsOut, name, at } of arrivals) {
    const roots = new Set<string>();
    let fresh = signsOut;
    if (identity !== undefined) roots.add(known.survivors.get(identity) ?? identity);
    for (const { key, kind } of identifiers) {
      const stored = known.identifiers.get(key);
      if (stored === undefined) fresh = true;
      else if (!stored.shared) {
        roots.add(known.survivors.get(stored.identity) ?? stored.identity);
        // The number may have another owner by now.
        if (name !== null && isLongUnused(kind, stored.lastSeen, at)) fresh = true;
      }
    }
    if (fresh || roots.size > 1) for (const root of roots) touched.add(root);
  }
  return touched;
}

async function complete(
  tx: Tx,
  kinds: Kinds,
  arrivals: readonly Arrival[],
  known: Known,
  touched: ReadonlySet<string>,
): Promise<Snapshot> {
  const values = new Map<string, Map<string, Set<string>>>();
  const claims = new Map<string, Set<string>>();
  const names = new Map<string, string[]>();
  if (touched.size > 0) {
    const roots = [...touched];
    // Of a shared one it doesn't matter who else has it, and they may be thousands.
    const keys = [...known.identifiers].flatMap(([key, { shared }]) => (shared ? [] : [key]));
    const named = arrivals.some(({ name }) => name !== null);
    const [valueRows, claimRows, nameRows, rootRows] = await Promise.all([
      tx.queryText<{ root: string; key: string }>(valuesText, [roots], 'identity.values'),
      tx.queryText<{ key: string; identity: string }>(claimsText, [keys], 'identity.claimsOf'),
      named ? tx.queryText<{ root: string; name: string | null }>(namesText, [roots], 'identity.names') : [],
      readIdentities(
        tx,
        roots.filter((root) => !known.ranks.has(root)),
      ),
    ]);
    for (const row of rootRows) note(known, row.id, row);
    for (const { root, key } of valueRows) addValue(values, root, fromKey(kinds, key));
    for (const { key, identity } of claimRows) mapSet(claims, key).add(identity);
    for (const { root, name } of nameRows) if (name !== null) names.set(root, [...(names.get(root) ?? []), name]);
    await readClaimants(tx, known, claims);
  }
  return { kinds, ...known, values, claims, names };
}

/** Of whom the claims are, so that they can be counted by customer. */
async function readClaimants(tx: Tx, known: Known, claims: ReadonlyMap<string, ReadonlySet<string>>): Promise<void> {
  const unread = [...new Set([...claims.values()].flatMap((ids) => [...ids]))].filter((id) => !known.survivors.has(id));
  if (unread.length === 0) return;
  const more = await readKeys(tx, [], unread);
  for (const [id, survivor] of more.survivors) known.survivors.set(id, survivor);
  for (const [id, rank] of more.ranks) known.ranks.set(id, rank);
}

function addValue(values: Map<string, Map<string, Set<string>>>, root: string, identifier: Identifier | null): void {
  if (identifier === null) return;
  const groups = values.get(root) ?? new Map<string, Set<string>>();
  values.set(root, groups);
  mapSet(groups, identifier.group).add(identifier.value);
}

function mapSet<K>(map: Map<K, Set<string>>, key: K): Set<string> {
  const set = map.get(key) ?? new Set();
  map.set(key, set);
  return set;
}
