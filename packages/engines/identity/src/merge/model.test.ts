import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type JsonObject, type MetadataDocument, newId, Problem } from '@huike/schema';
import { customersMetadata, Dice } from '@huike/testkit';
import { assertConsistent } from '../consistent.fixture.ts';
import { event, source, system, type World, world } from '../fixture.ts';
import { Model, type ModelIdentity } from './model.ts';

// Events, merges and their undoing in any order, against a model that is told plainly; and many writers at once.

const long = process.env.HUIKE_LONG === '1';
const seeds = long ? 1_000 : 25;
const steps = 30;

/** No limit is ever reached. */
const metadata: MetadataDocument = {
  ...customersMetadata,
  identifierKinds: [
    { name: 'userId', form: 'exact', strength: 'strong', perCustomer: 1000, shareLimit: 1000 },
    { name: 'phone', form: 'exact', strength: 'medium', perCustomer: 1000, shareLimit: 1000 },
    { name: 'cookie', form: 'exact', strength: 'weak', perCustomer: 1000, shareLimit: 1000 },
  ],
  objects: [
    ...customersMetadata.objects,
    {
      name: 'party',
      title: 'name',
      fields: [
        { name: 'name', type: 'text' },
        { name: 'guests', type: 'relations', to: 'member' },
      ],
    },
  ],
};

let it: World;
let clock = Date.now();
before(async () => {
  it = await world(metadata, () => new Date(clock));
});
after(async () => {
  assert.deepEqual(it.background, []);
  await it.close();
});

const codeOf = (error: unknown) => (error instanceof Problem ? error.code : String(error));

async function make(object: string, values: JsonObject): Promise<string> {
  const [made] = await it.kernel.write(system, [{ op: 'create', object, values }]);
  return made?.id ?? '';
}

/** Between one and three identifiers, in a range where they meet. */
function someKeys(dice: Dice, run: string): string[] {
  const kinds = ['userId', 'phone', 'cookie'].filter(() => dice.once(2));
  const chosen = kinds.length === 0 ? [dice.pick(['phone', 'cookie'])] : kinds;
  return chosen.map((kind) => `${kind}:${run}-${dice.upTo(5)}`);
}

const asSent = (keys: readonly string[]) =>
  Object.fromEntries(keys.map((key) => [key.slice(0, key.indexOf(':')), key.slice(key.indexOf(':') + 1)]));

class Run {
  readonly model = new Model();
  readonly #dice: Dice;
  readonly #name: string;
  readonly #events = new Map<string, ModelIdentity>();
  readonly #purchases = new Map<string, ModelIdentity>();
  readonly #parties = new Map<string, readonly ModelIdentity[]>();

  constructor(seed: number) {
    this.#dice = new Dice(seed);
    this.#name = `m${seed}`;
  }

  async step(): Promise<string> {
    const dice = this.#dice;
    clock += 1_000;
    const what = dice.upTo(9);
    if (what < 5 || this.model.identities.length < 3) return this.#track();
    if (what < 7) return this.#merge();
    if (what < 9) return this.#unmerge();
    return this.#buy();
  }

  async #track(): Promise<string> {
    const events = Array.from({ length: 1 + this.#dice.upTo(2) }, () => {
      const [keys, signsOut] = [someKeys(this.#dice, this.#name), this.#dice.once(6)];
      return { keys, signsOut, sent: event(asSent(keys), signsOut ? { type: 'signOut' } : {}) };
    });
    const { accepted } = await it.identity.track(
      source,
      events.map(({ sent }) => sent),
    );
    assert.equal(accepted, events.length);
    for (const { keys, signsOut, sent } of events) {
      const { identity, made } = this.model.track({ keys, signsOut }, clock);
      const id = String(Reflect.get(Object(sent), 'id'));
      this.#events.set(id, identity);
      if (made) {
        const [row] = await it.rows<{ customer: string }>('select customer from huike.interaction where event = $1', [
          id,
        ]);
        identity.id = row?.customer ?? '';
      }
    }
    await this.#nameMerges();
    return `track ${JSON.stringify(events.map(({ keys, signsOut }) => [...keys, ...(signsOut ? ['out'] : [])]))}`;
  }

  /** The merges that events made are those of the model, in the same order. */
  async #nameMerges(): Promise<void> {
    const named = new Set(this.model.merges.map(({ id }) => id));
    const ids = this.model.identities.map(({ id }) => id);
    const rows = await it.rows<{ merge: string; a: string; b: string }>(
      'select merge, a, b from huike.identity_edge where a = any($1) order by merge, b',
      [ids],
    );
    const made = rows.filter(({ merge }) => !named.has(merge));
    const expected = this.model.merges.filter(({ id }) => id === '');
    assert.deepEqual(
      made.map(({ a, b }) => [a, b]),
      expected.flatMap(({ edges }) => edges.map(([a, b]) => [a.id, b.id])),
      'other edges than expected',
    );
    for (const [at, merge] of expected.entries()) merge.id = made[at]?.merge ?? '';
  }

  async #merge(): Promise<string> {
    const some = Array.from({ length: 2 + this.#dice.upTo(1) }, () => this.#dice.pick(this.model.identities));
    const ids = some.map(({ id }) => id);
    const expected = this.model.merge(some);
    const merged = await it.identity.merge(system, ids, null).catch(codeOf);
    if (expected === null) assert.equal(merged, 'merge.same');
    else {
      assert.ok(typeof merged === 'object', String(merged));
      expected.id = merged.mergeId;
      assert.equal(merged.id, this.model.root(some[0] ?? this.#any()).id);
    }
    return `merge ${some.map(({ at }) => at)}`;
  }

  #any(): ModelIdentity {
    return this.#dice.pick(this.model.identities);
  }

  async #unmerge(): Promise<string> {
    if (this.model.merges.length === 0) return this.#track();
    const [of, merge] = [this.#any(), this.#dice.pick(this.model.merges)];
    const [near] = this.#dice.pick(merge.edges);
    const from = this.#dice.once(4) ? of : near;
    const expected = this.model.unmerge(from, merge);
    const answer = await it.identity.unmerge(system, from.id, merge.id).then(() => 'done', codeOf);
    assert.equal(answer, expected);
    return `unmerge ${this.model.merges.indexOf(merge)} of ${from.at}: ${answer}`;
  }

  async #buy(): Promise<string> {
    const roots = [...new Set(this.model.identities.map((one) => this.model.root(one)))].filter(({ known }) => known);
    if (roots.length === 0) return this.#track();
    const buyer = this.#dice.pick(roots);
    this.#purchases.set(await make('purchase', { code: newId(), amount: '1.5', member: buyer.id }), buyer);
    const guests = this.#dice.some(roots);
    this.#parties.set(await make('party', { name: 'p', guests: guests.map(({ id }) => id) }), guests);
    return `${buyer.at} buys, ${guests.map(({ at }) => at)} meet`;
  }

  async check(): Promise<void> {
    const { model } = this;
    const root = (one: ModelIdentity) => model.root(one).id;
    const identities = await it.rows<{ id: string; survivor: string }>(
      'select id, survivor from huike.identity where id = any($1)',
      [model.identities.map(({ id }) => id)],
    );
    const survivors = new Map(identities.map(({ id, survivor }) => [id, survivor]));
    for (const one of model.identities) assert.equal(survivors.get(one.id), root(one), `survivor of ${one.at}`);
    const keys = await it.rows<{ key: string; identity: string }>(
      "select key, identity from huike.identifier where key like '%:' || $1 || '-%' order by key",
      [this.#name],
    );
    assert.deepEqual(
      keys.map(({ key, identity }) => [key, identity]),
      [...model.holders].map(([key, { id }]) => [key, id]).sort(([a = ''], [b = '']) => (a < b ? -1 : 1)),
      'identifiers are of others than expected',
    );
    const events = await it.rows<{ event: string; root: string }>(
      'select x.event, n.survivor as root from huike.interaction x join huike.identity n on n.id = x.customer where x.event = any($1)',
      [[...this.#events.keys()]],
    );
    assert.equal(events.length, this.#events.size);
    for (const { event: id, root: found } of events) assert.equal(found, root(this.#events.get(id) ?? this.#any()), id);
    const purchases = await it.rows<{ id: string; member: string }>(
      'select id, member from data.purchase where id = any($1)',
      [[...this.#purchases.keys()]],
    );
    for (const { id, member } of purchases) {
      const buyer = this.#purchases.get(id) ?? this.#any();
      assert.equal(member, root(buyer), `a purchase of ${buyer.at}`);
    }
    if (this.#parties.size === 0) return;
    const filter = { field: 'id', op: 'in' as const, value: [...this.#parties.keys()] };
    const { data } = await it.kernel.list(system, 'party', {
      fields: ['id', 'guests.id'],
      filter,
      sort: ['id'],
      limit: 100,
    });
    const parties: { id: string; guests: { id: string }[] }[] = JSON.parse(data);
    assert.equal(parties.length, this.#parties.size);
    for (const { id, guests } of parties) {
      const expected = this.#parties.get(id) ?? [];
      assert.deepEqual(
        guests.map((guest) => guest.id).sort(),
        [...new Set(expected.map(root))].sort(),
        `guests ${expected.map(({ at }) => at)}`,
      );
    }
  }
}

test(`${seeds} sequences of events, merges and their undoing are what the model says, after every step`, async () => {
  for (let seed = 1; seed <= seeds; seed++) {
    const run = new Run(seed);
    const done: string[] = [];
    try {
      for (let step = 0; step < steps; step++) {
        done.push(await run.step());
        await run.check();
      }
    } catch (error) {
      throw new Error(`seed ${seed}:\n${done.join('\n')}`, { cause: error });
    }
    if (seed % 50 === 0 || seed === seeds) await assertConsistent(it);
  }
});

test('many writers at once: at the end everything is what the edges that count imply', async () => {
  for (let seed = 1; seed <= (long ? 200 : 4); seed++) {
    const [dice, run] = [new Dice(seed), `w${seed}`];
    const sent: string[] = [];
    const bought = new Map<string, string>();
    const merges: string[] = [];
    const known = () =>
      it.rows<{ id: string; root: string }>(
        "select i.identity as id, n.survivor as root from huike.identifier i join huike.identity n on n.id = i.identity where i.key like '%:' || $1 || '-%' order by 1",
        [run],
      );
    const writer = async (own: Dice) => {
      for (let step = 0; step < 8; step++) {
        const what = own.upTo(9);
        if (what < 5) {
          const events = Array.from({ length: 1 + own.upTo(4) }, () => event(asSent(someKeys(own, run))));
          const { accepted } = await it.identity.track(source, events);
          assert.equal(accepted, events.length);
          sent.push(...events.map((one) => String(Reflect.get(Object(one), 'id'))));
          continue;
        }
        const identities = await known();
        if (identities.length < 2) continue;
        if (what < 7) {
          const merged = await it.identity
            .merge(system, [own.pick(identities).id, own.pick(identities).id], null)
            .catch(codeOf);
          if (typeof merged === 'object') merges.push(merged.mergeId);
          else assert.ok(['merge.same', 'write.busy'].includes(merged), merged);
        } else if (what < 9 && merges.length > 0) {
          const answer = await it.identity
            .unmerge(system, own.pick(identities).id, own.pick(merges))
            .then(() => 'done', codeOf);
          assert.ok(['done', 'merge.unknown', 'merge.undone', 'write.busy'].includes(answer), answer);
        } else {
          const member = own.pick(identities).root;
          const id = await make('purchase', { code: newId(), amount: '1', member }).catch(codeOf);
          if (!['write.invalid', 'write.conflict', 'record.unknown'].includes(id)) bought.set(id, member);
        }
      }
    };
    await Promise.all(Array.from({ length: 8 }, () => writer(new Dice(dice.upTo(2 ** 30)))));
    const rows = await it.rows<{ event: string }>('select event from huike.interaction where event = any($1)', [sent]);
    assert.deepEqual(rows.map((row) => row.event).sort(), sent.sort());
    const purchases = await it.rows<{ id: string; member: string; root: string }>(
      'select p.id, p.member, n.survivor as root from data.purchase p left join unnest($1::text[], $2::uuid[]) as b (id, of) on b.id = p.id::text left join huike.identity n on n.id = b.of where p.id::text = any($1)',
      [[...bought.keys()], [...bought.values()]],
    );
    assert.equal(purchases.length, bought.size);
    for (const { id, member, root } of purchases) assert.equal(member, root, `purchase ${id}`);
    await assertConsistent(it);
  }
});
