// kill -9 of the server and of PostgreSQL while events stream in over HTTP: what was answered 202 is there exactly once,
// nothing is there twice, and customers are what the edges say.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@huike/kernel';
import { type Json, newId } from '@huike/schema';
import { Dice } from '@huike/testkit';
import { at, Client, makeToken } from './fixtures/client.ts';
import { makeFolder, removeFolder, Server } from './fixtures/server.ts';

const long = process.env.HUIKE_LONG === '1';
const kills = long ? 100 : 3;
const points = ['write.commit:3', 'write.committed:3', ...(long ? ['write.commit:7', 'write.committed:7'] : [])];
const senders = 6;

const folder = makeFolder();
after(() => removeFolder(folder));

/** Sends until it is answered, and remembers what was. */
class Sender {
  readonly acknowledged: string[] = [];
  readonly #client: Client;
  readonly #dice: Dice;

  constructor(client: Client, seed: number) {
    this.#client = client;
    this.#dice = new Dice(seed);
  }

  async send(): Promise<void> {
    const ids = Array.from({ length: 5 + this.#dice.upTo(40) }, () => newId());
    const body: Json = { events: ids.map((id) => ({ id, type: 'pageView', identifiers: this.#identifiers() })) };
    const request = { method: 'POST', path: 'track', body };
    // Impatient senders send twice at once.
    const times = this.#dice.once(5) ? 2 : 1;
    const replies = await Promise.all(Array.from({ length: times }, () => this.#client.send(request)));
    for (const { status, text } of replies) {
      const answer: Json = JSON.parse(text);
      assert.equal(status, 202);
      assert.deepEqual(at(answer, 'rejected'), []);
      assert.equal(Number(at(answer, 'accepted')) + Number(at(answer, 'duplicates')), ids.length);
    }
    this.acknowledged.push(...ids);
  }

  #identifiers(): Json {
    const dice = this.#dice;
    const some = {
      ...(dice.once(2) && { userId: `u${dice.upTo(400)}` }),
      ...(dice.once(3) && { phone: `139${String(11_110_000 + dice.upTo(300))}` }),
      ...(dice.once(3) && { email: `e${dice.upTo(300)}@example.com` }),
    };
    return Object.keys(some).length === 0 || dice.once(2) ? { ...some, cookie: `c${dice.upTo(500)}` } : some;
  }
}

test(`${kills} kills and ${points.length} named places: every event answered 202 is there once, none twice`, async (t) => {
  const server = new Server(folder);
  const address = await server.start();
  let db: Database | undefined = await server.database();
  const admin = new Client(() => [server.address], await makeToken(address));
  const key = at(await admin.write('POST', 'writeKeys', { name: 'shop', channel: 'shop' }), 'key');
  const client = new Client(() => [server.address], { authorization: `Bearer ${key}` });
  const all = Array.from({ length: senders }, (_, seed) => new Sender(client, seed + 1));
  const over = new AbortController();
  const work = Promise.all(
    all.map(async (sender) => {
      while (!over.signal.aborted) await sender.send();
    }),
  );
  const failed = work.then(() => new Promise<never>(() => {}));
  failed.catch(() => {});
  t.after(async () => {
    over.abort();
    client.close();
    admin.close();
    await Promise.allSettled([work]);
    await db?.close();
    await server.kill();
  });
  const count = () => all.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);
  const more = async (events: number) => {
    const until = count() + events;
    while (count() < until) await Promise.race([sleep(5), failed]);
  };

  const kinds = ['server', 'postgres', 'both', 'server'] as const;
  for (let kill = 0; kill < kills; kill++) {
    await more(200 + Math.random() * 400);
    const kind = kinds[kill % kinds.length];
    if (kind !== 'postgres') await server.kill();
    if (kind !== 'server') server.killPostgres();
    if (kind !== 'postgres') await server.start();
    await more(100);
    await assertSound(db);
  }
  await server.kill();
  for (const point of points) {
    const { signal } = await Promise.race([server.live(point), failed]);
    assert.equal(signal, 'SIGKILL', server.output);
  }
  await server.start();
  await more(200);
  over.abort();
  await work;

  await assertSound(db);
  const acknowledged = all.flatMap((sender) => sender.acknowledged);
  const rows = await db.queryText<{ event: string }>('select event from huike.interaction', []);
  // Whatever was sent was sent until it was acknowledged.
  assert.deepEqual(rows.map(({ event }) => event).sort(), acknowledged.sort());
  assert.deepEqual([...client.strange, ...admin.strange], []);
  t.diagnostic(
    `${acknowledged.length} events acknowledged, ${client.lost} attempts lost, ${client.refused} refused for the moment`,
  );
  await db.close();
  db = undefined;
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
});

/** Whatever stands in the database at any moment fits together. */
async function assertSound(db: Database): Promise<void> {
  const [identities, edges, wrong] = await db.transaction(
    async (tx) => [
      await tx.queryText<{ id: string; survivor: string }>('select id, survivor from huike.identity', []),
      await tx.queryText<{ a: string; b: string }>('select a, b from huike.identity_edge', []),
      await tx.queryText<{ what: string; id: string }>(
        `select 'twice' as what, id::text from huike.interaction group by id having count(*) > 1
union all select 'of nobody', id::text from huike.interaction x where not exists (select from huike.identity n where n.id = x.customer)
union all select 'not seen', id::text from huike.interaction x where not exists (select from huike.interaction_seen s where s.id = x.id)
union all select 'seen, and lost', id::text from huike.interaction_seen s where not exists (select from huike.interaction x where x.id = s.id)
union all select 'identifier of nobody', key from huike.identifier i where not exists (select from huike.identity n where n.id = i.identity)
union all select 'known without a record', id::text from huike.identity n where known and survivor = id
  and not exists (select from data.customer c where c.id = n.id and c."deletedAt" is null)
union all select 'merged, with a record', id::text from huike.identity n where survivor <> id
  and exists (select from data.customer c where c.id = n.id and c."deletedAt" is null)`,
        [],
      ),
    ],
    { isolation: 'repeatable read', readOnly: true },
  );
  assert.deepEqual(wrong, []);
  const parent = new Map(identities?.map(({ id }) => [id, id]));
  const find = (id: string): string => {
    let root = id;
    for (let up = parent.get(root); up !== undefined && up !== root; up = parent.get(root)) root = up;
    parent.set(id, root);
    return root;
  };
  for (const { a, b } of edges) parent.set(find(a), find(b));
  const survivorOf = new Map<string, string>();
  for (const { id, survivor } of identities) {
    const part = find(id);
    assert.equal(survivorOf.get(part) ?? survivor, survivor, 'one customer is read as two');
    survivorOf.set(part, survivor);
  }
  assert.equal(new Set(survivorOf.values()).size, survivorOf.size, 'two customers are read as one');
}
