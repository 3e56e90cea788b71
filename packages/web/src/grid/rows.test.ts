import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from '../data/api.ts';
import { GroupedRows } from './groups.ts';
import { FlatRows, type Loader, type PageRequest, type Rows } from './rows.ts';

/** A server with so many records, named by their place. */
function server(
  count: number,
  records = Array.from({ length: count }, (_, place) => ({ id: `r${place}`, version: 1, place })),
) {
  const asked: PageRequest[] = [];
  const loader: Loader = {
    async page(request): Promise<Page> {
      asked.push(request);
      const { limit, cursor, skip = 0, reversed } = request;
      const start = cursor === undefined ? skip : Number(cursor);
      const data = (reversed ? records.toReversed() : records).slice(start, start + limit);
      return { data, page: { next: start + limit < records.length ? String(start + limit) : null } };
    },
    count: async () => records.length,
    some: async (ids) => records.filter(({ id }) => ids.includes(id)),
    order: ['place'],
  };
  return { loader, asked, records };
}

const settled = async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
};

function placeAt(rows: Rows, index: number): unknown {
  const item = rows.item(index);
  return item.kind === 'record' ? item.record.place : item.kind;
}

async function see(rows: Rows, from: number, down = true): Promise<void> {
  rows.need(from, from + 40, down);
  await settled();
  for (let index = from; index < Math.min(from + 40, rows.length); index++) assert.equal(placeAt(rows, index), index);
}

test('rows come first and their number after; scrolling goes by cursor', async () => {
  const { loader, asked } = server(1_000);
  const rows = new FlatRows(loader);
  await see(rows, 0);
  assert.equal(rows.length, 1_000);
  for (let from = 40; from <= 400; from += 40) await see(rows, from);
  assert.ok(asked.every((request) => request.skip === undefined));
});

test('a jump passes over records once, from the nearer end, and goes on by cursor both ways', async () => {
  const { loader, asked } = server(100_000);
  const rows = new FlatRows(loader);
  await see(rows, 0);
  asked.length = 0;
  await see(rows, 90_050);
  assert.deepEqual(asked, [{ limit: 100, skip: 9_900, reversed: true }]);
  asked.length = 0;
  for (let from = 90_010; from > 89_000; from -= 40) await see(rows, from, false);
  assert.ok(asked.length > 8 && asked.every((request) => request.skip === undefined && request.reversed));
  await see(rows, 30_000);
  asked.length = 0;
  for (let from = 30_040; from < 31_000; from += 40) await see(rows, from);
  assert.ok(asked.length > 8 && asked.every((request) => request.skip === undefined && !request.reversed));
});

test('the end of a list is there at once', async () => {
  const { loader, asked } = server(100_042);
  const rows = new FlatRows(loader);
  await see(rows, 0);
  asked.length = 0;
  await see(rows, 100_010);
  assert.deepEqual(asked, [{ limit: 42, reversed: true }]);
  assert.equal(placeAt(rows, 100_041), 100_041);
});

test('what is far from sight is let go, and comes back by the cursors that are known', async () => {
  const { loader, asked } = server(30_000);
  const rows = new FlatRows(loader);
  for (let from = 0; from < 20_000; from += 100) await see(rows, from);
  assert.equal(rows.item(0).kind, 'blank');
  assert.equal(rows.find('r0'), undefined);
  asked.length = 0;
  await see(rows, 150);
  assert.deepEqual(asked, [{ limit: 100, cursor: '100', reversed: false }]);
});

test('a change shows at once; a refresh keeps what is shown until it is read again', async () => {
  const { loader } = server(300);
  const rows = new FlatRows(loader);
  await see(rows, 0);
  let told = 0;
  rows.subscribe(() => told++);
  rows.patch('r3', { place: 'changed' });
  assert.equal(placeAt(rows, 3), 'changed');
  assert.equal(told, 1);
  rows.refresh();
  assert.equal(placeAt(rows, 3), 'changed');
  await settled();
  assert.equal(placeAt(rows, 3), 3);
});

test('a failure is told, and refreshing tries again', async () => {
  let fails = true;
  const { loader } = server(10);
  const rows = new FlatRows({
    ...loader,
    page: (request) => (fails ? Promise.reject(new Error('down')) : loader.page(request)),
  });
  rows.need(0, 10, true);
  await settled();
  assert.equal(rows.failure?.message, 'down');
  fails = false;
  rows.refresh();
  await settled();
  assert.equal(rows.failure, null);
  assert.equal(placeAt(rows, 9), 9);
});

test('groups stand above their rows, close and open', async () => {
  const heads = [
    { key: 'a', value: 'a', count: 3, totals: {} },
    { key: 'b', value: 'b', count: 150, totals: {} },
    { key: 'c', value: null, count: 1, totals: {} },
  ];
  const rows = new GroupedRows({ heads: async () => heads, rows: (head) => server(head.count).loader });
  rows.need(0, 40, true);
  await settled();
  assert.equal(rows.length, 157);
  assert.equal(rows.total, 154);
  rows.need(0, 157, true);
  await settled();
  assert.deepEqual(
    [0, 1, 3, 4, 5, 154, 155, 156].map((index) => placeAt(rows, index)),
    ['group', 0, 2, 'group', 0, 149, 'group', 0],
  );
  rows.toggle('b');
  assert.equal(rows.length, 7);
  assert.deepEqual(
    [4, 5, 6].map((index) => placeAt(rows, index)),
    ['group', 'group', 0],
  );
  rows.toggle('b');
  assert.equal(placeAt(rows, 154), 149);
});

const only = (id: string, version: number) => ({ versions: new Map([[id, version]]), moved: false });

test('what others change is read by its ids; what comes, goes or moves is read with what is in sight, at once', async () => {
  const { loader, asked, records } = server(1_000);
  const rows = new FlatRows(loader);
  await see(rows, 400);
  asked.length = 0;
  records[420] = { id: 'r420', version: 2, place: 420 };
  await rows.touched(only('r420', 2));
  assert.equal(rows.find('r420')?.version, 2);
  assert.equal(asked.length, 0);
  records.splice(0, 0, { id: 'new', version: 1, place: -1 });
  records.splice(
    records.findIndex(({ id }) => id === 'r410'),
    1,
  );
  const drawn: unknown[] = [];
  rows.subscribe(() => drawn.push(placeAt(rows, 405), placeAt(rows, 430)));
  await rows.touched({
    versions: new Map([
      ['new', 1],
      ['r410', 1],
    ]),
    moved: true,
  });
  assert.deepEqual(asked, [{ limit: 100, skip: 400, reversed: false }]);
  assert.deepEqual(drawn, [404, 430]);
  assert.deepEqual([rows.indexOf('r404'), rows.indexOf('r410'), rows.length], [405, undefined, 1_000]);
  rows.need(440, 480, true);
  await settled();
  assert.equal(placeAt(rows, 440), 440);
});

test('what is on its way to the server stays shown, whatever is read', async () => {
  const { loader, records } = server(50);
  const rows = new FlatRows(loader);
  await see(rows, 0);
  rows.pin('r3', { place: 'mine' });
  records[3] = { id: 'r3', version: 2, place: 33 };
  await rows.touched(only('r3', 2));
  assert.equal(placeAt(rows, 3), 'mine');
  await rows.renew();
  assert.equal(placeAt(rows, 3), 'mine');
  rows.unpin('r3', ['place']);
  await rows.renew();
  assert.equal(placeAt(rows, 3), 33);
});

test('a reading that was on its way while the page wrote does not undo what was written', async () => {
  const { loader } = server(10);
  const open = Promise.withResolvers<void>();
  let slow = false;
  const rows = new FlatRows({
    ...loader,
    async page(request) {
      const answer = await loader.page(request);
      if (slow) await open.promise;
      return answer;
    },
  });
  await see(rows, 0);
  slow = true;
  const renewed = rows.renew();
  await settled();
  rows.pin('r3', { place: 33 });
  rows.patch('r3', { version: 2 });
  rows.unpin('r3', ['place']);
  open.resolve();
  await renewed;
  assert.equal(placeAt(rows, 3), 33);
  assert.equal(placeAt(rows, 4), 4);
});
