import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Command, Json, MetadataDocument, Values } from '@huike/schema';
import { sql } from '../database/sql.ts';
import { system, type WriteFixture, writeFixture } from './fixture.ts';
import { write } from './index.ts';
import type { Written } from './types.ts';

// Every type of field, through the whole way and back.

const word = (value: string) => ({ value, label: { zh: value, en: value } });

let fixture: WriteFixture;
before(async () => {
  const rates = [{ currency: 'USD', from: '2020-01-01', rate: '7.1' }];
  fixture = await writeFixture({ settings: [{ name: 'company', rates }] });
});
after(() => fixture.close());

async function one(command: Command): Promise<Written> {
  const [written] = await write(fixture.context, system, [command]);
  assert.ok(written);
  return written;
}

const update = (id: string, values: Values): Command => ({ op: 'update', object: 'everything', id, values });

async function row(id: string): Promise<Record<string, Json>> {
  const [found] = await fixture.db.query<Record<string, Json>>(
    sql`select * from data.everything where id = ${sql.value(id)}`,
  );
  assert.ok(found);
  return found;
}

test('whatever was written, writing it again changes nothing', async () => {
  const options = ['x', 'y'].map(word);
  const values: Record<string, Json> = {
    text: 'é  張三 😀',
    longText: 'a\nb\u2028',
    richText: '<p>a <b>b</b></p>',
    number: 1e-7,
    decimal: '12.5',
    money: { amount: '0.5', currency: 'USD' },
    percent: '12.50',
    date: '2024-02-29',
    dateTime: '2026-03-01T00:00:00.123456+08:00',
    boolean: false,
    option: 'x',
    options: ['y', 'x'],
    cascade: ['p', 'q'],
    phone: '010-12345678',
    email: 'A@Example.com',
    url: 'https://例子.测试/a?b=1',
    address: { province: '四川省', city: '成都市', district: '武侯区', street: '人民南路 4 段', postcode: '610041' },
    geo: { lng: 104.06, lat: 30.67 },
    user: null,
  };
  const declared: Record<string, object> = {
    option: { options },
    options: { options },
    cascade: { tree: [{ ...word('p'), children: [word('q')] }] },
  };
  const fields = Object.keys(values).map((type) => ({ name: `${type}Field`, type, ...declared[type] }));
  await fixture.apply({ objects: [{ name: 'everything', fields }] } as MetadataDocument);
  const all = Object.fromEntries(Object.entries(values).map(([type, value]) => [`${type}Field`, value]));
  const { id } = await one({ op: 'create', object: 'everything', values: all });
  assert.equal((await one(update(id, all))).op, 'none');
  const nothing = Object.fromEntries(Object.keys(all).map((name) => [name, null]));
  assert.equal((await one(update(id, nothing))).version, 2);
  assert.equal((await one(update(id, nothing))).op, 'none');
  const back = await one({ op: 'restore', object: 'everything', id, toVersion: 1 });
  assert.equal(back.version, 3);
  assert.equal((await one(update(id, all))).op, 'none', 'going back restores every type exactly');
  const other = await one({ op: 'create', object: 'everything', values: all });
  const { id: _a, version: _v, createdAt: _c, updatedAt: _u, '~search': _s, ...restored } = await row(id);
  const { id: _b, version: _w, createdAt: _d, updatedAt: _x, '~search': _t, ...fresh } = await row(other.id);
  assert.deepEqual(restored, fresh);
});
