import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type MetadataDocument, Problem } from '@huike/schema';
import { customersMetadata, Dice } from '@huike/testkit';
import { event, source, system, type World, world } from '../fixture.ts';

// Many writers at once, against a plain union-find.

const long = process.env.HUIKE_LONG === '1';
/** No limit is ever reached, so that the order of arrivals doesn't matter. */
const unlimited: MetadataDocument = {
  ...customersMetadata,
  identifierKinds: ['userId', 'phone', 'email'].map((name, rank) => ({
    name,
    form: 'exact' as const,
    strength: name === 'userId' ? ('strong' as const) : ('medium' as const),
    ...{ rank, perCustomer: 1000, shareLimit: 1000 },
  })),
};

class Union {
  readonly #parent = new Map<string, string>();

  find(one: string): string {
    const up = this.#parent.get(one);
    if (up === undefined || up === one) return one;
    const root = this.find(up);
    this.#parent.set(one, root);
    return root;
  }

  join(a: string, b: string): void {
    this.#parent.set(this.find(a), this.find(b));
  }
}

let it: World;
before(async () => {
  it = await world(unlimited);
});
after(() => it?.close());

interface Sent {
  readonly id: string;
  readonly keys: readonly string[];
}

/** Identifiers of a run of its own, in a range where they meet now and then. */
function someKeys(dice: Dice, run: string, range: number): Record<string, string[]> {
  const identifiers: Record<string, string[]> = {};
  for (let left = 1 + dice.upTo(2); left > 0; left--) {
    const kind = dice.pick(['userId', 'phone', 'email']);
    identifiers[kind] = [...(identifiers[kind] ?? []), `${run}-${dice.upTo(range)}`];
  }
  return identifiers;
}

const keysOf = (identifiers: Record<string, string[]>) =>
  Object.entries(identifiers).flatMap(([kind, values]) => values.map((value) => `${kind}:${value}`));

async function customersByKey(run: string): Promise<Map<string, string>> {
  const rows = await it.rows<{ key: string; root: string }>(
    "select i.key, n.survivor as root from huike.identifier i join huike.identity n on n.id = i.identity where i.key like '%:' || $1 || '-%'",
    [run],
  );
  return new Map(rows.map(({ key, root }) => [key, root]));
}

function identityByKey(run: string): Promise<{ key: string; identity: string }[]> {
  return it.rows("select key, identity from huike.identifier where key like '%:' || $1 || '-%' order by key", [run]);
}

const refusal = (error: unknown) => (error instanceof Problem ? error.code : String(error));

async function writers(dice: Dice, run: string, union: Union, sent: Sent[]): Promise<void> {
  const seeds = Array.from({ length: 8 }, () => dice.upTo(2 ** 30));
  await Promise.all(
    seeds.map(async (seed) => {
      const own = new Dice(seed);
      for (let call = 0; call < 4; call++) {
        if (own.once(5)) {
          const known = await identityByKey(run);
          if (known.length < 2) continue;
          const [a, b] = [own.pick(known), own.pick(known)];
          const merged = await it.identity.merge(system, [a.identity, b.identity], 'test').catch(refusal);
          if (merged === 'merge.same' || merged === 'write.busy') continue;
          assert.ok(typeof merged === 'object', String(merged));
          union.join(a.key, b.key);
          continue;
        }
        const events = Array.from({ length: 1 + own.upTo(5) }, () => event(someKeys(own, run, 40)));
        const answer = await it.identity.track(source, events);
        assert.equal(answer.accepted, events.length, JSON.stringify(answer));
        for (const one of events) {
          const { id, identifiers } = one as unknown as { id: string; identifiers: Record<string, string[]> };
          const keys = keysOf(identifiers);
          sent.push({ id, keys });
          for (const key of keys.slice(1)) union.join(keys[0] ?? key, key);
        }
      }
    }),
  );
}

/** The partition of the keys is that of the oracle; every interaction is there once, with whoever its keys are of. */
async function agree(run: string, union: Union, sent: readonly Sent[]): Promise<void> {
  const customers = await customersByKey(run);
  const all = [...new Set(sent.flatMap(({ keys }) => keys))].sort();
  assert.deepEqual([...customers.keys()].sort(), all);
  const name = new Map<string, string>();
  for (const key of all) {
    const root = customers.get(key) ?? '';
    const expected = union.find(key);
    if (!name.has(root)) name.set(root, expected);
    assert.equal(name.get(root), expected, `${key} is with others than it should be`);
  }
  assert.equal(new Set(name.values()).size, name.size, 'one customer is several');
  const rows = await it.rows<{ event: string; root: string }>(
    'select x.event, n.survivor as root from huike.interaction x join huike.identity n on n.id = x.customer where x.event = any($1)',
    [sent.map(({ id }) => id)],
  );
  const found = new Map(rows.map(({ event: id, root }) => [id, root]));
  assert.equal(rows.length, sent.length);
  for (const { id, keys } of sent) assert.equal(found.get(id), customers.get(keys[0] ?? ''));
}

/** Each customer's record is there, and no other's. */
async function recordsAgree(run: string): Promise<void> {
  const rows = await it.rows<{ n: string; roots: string }>(
    `with roots as (
  select distinct n.survivor as id from huike.identifier i join huike.identity n on n.id = i.identity where i.key like '%:' || $1 || '-%'
)
select (select count(*) from roots) as roots, (select count(*) from data.member m join roots r on r.id = m.id and m."deletedAt" is null) as n`,
    [run],
  );
  assert.equal(rows[0]?.n, rows[0]?.roots);
}

test('eight writers and merges at once agree with a union-find', async () => {
  for (let seed = 1; seed <= (long ? 1_000 : 12); seed++) {
    const [dice, union, sent] = [new Dice(seed), new Union(), [] as Sent[]];
    await writers(dice, `s${seed}`, union, sent);
    await agree(`s${seed}`, union, sent);
    await recordsAgree(`s${seed}`);
  }
  assert.deepEqual(it.background, []);
});
