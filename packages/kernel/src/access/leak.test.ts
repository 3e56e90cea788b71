// No leak: in random worlds, every way to read yields exactly the rows and fields that the reference model says.
// HUIKE_WORLD=17 looks at one world, HUIKE_LONG=1 at many.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Checks } from '../read/checks.fixture.ts';
import { databaseHash, Worlds } from '../read/world.fixture.ts';

const { HUIKE_WORLD: only, HUIKE_LONG: long } = process.env;
const first = only === undefined ? 1 : Number(only);
const count = only !== undefined ? 1 : long ? 3000 : 150;

let worlds: Worlds;

before(async () => {
  worlds = await Worlds.open();
});
after(() => worlds.close());

test(`${count} random worlds, each as seen by three people`, async () => {
  for (let seed = first; seed < first + count; seed++) {
    const world = await worlds.next(seed);
    const hash = await databaseHash(worlds.db);
    await Promise.all(world.viewers.map((actor) => new Checks(world, actor).all()));
    assert.equal(await databaseHash(worlds.db), hash, `HUIKE_WORLD=${seed}: reading changed the database`);
  }
});
