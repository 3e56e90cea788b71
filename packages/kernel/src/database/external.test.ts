// A database of one's own: PostgreSQL 15 under an ordinary role, and PgBouncer in transaction mode in front of it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Problem } from '@huike/schema';
import { debianLacking, type ExternalServer, startDebian } from '@huike/testkit';
import { migrate } from './migrate.ts';
import { openDatabase } from './pool.ts';
import { sql } from './sql.ts';

const lacking = debianLacking();
if (lacking) console.log(`left out: PostgreSQL 15 and PgBouncer from Debian (${lacking})`);
else {
  let server: ExternalServer;
  before(async () => {
    server = await startDebian();
  });
  after(() => server.close());

  const fails = (code: string) => (error: unknown) => error instanceof Problem && error.code === code;

  test('PostgreSQL 15, the database’s owner, no other rights: every migration applies', async () => {
    const { url } = await server.createDatabase();
    const db = await openDatabase({ url });
    assert.ok((await migrate(db)).length > 0);
    const [role] = await db.query(sql`
      select rolsuper, rolcreatedb, rolcreaterole from pg_roles where rolname = current_user`);
    assert.deepEqual(role, { rolsuper: false, rolcreatedb: false, rolcreaterole: false });
    const [version] = await db.query<{ version: string }>(sql`select current_setting('server_version') as version`);
    assert.match(version?.version ?? '', /^15\./);
    await db.close();
  });

  test('another encoding is refused with its name', async () => {
    const { url } = await server.createDatabase({ encoding: 'LATIN1' });
    await assert.rejects(openDatabase({ url }), fails('database.encoding'));
  });

  test('a pooler needs a way past it, and that must not be a pooler too', async () => {
    const { url, pooledUrl } = await server.createDatabase();
    await assert.rejects(openDatabase({ url: pooledUrl }), fails('database.pooler'));
    await assert.rejects(
      openDatabase({ url: pooledUrl, directUrl: `${pooledUrl}&application_name=x` }),
      fails('database.directPooler'),
    );
    await (await openDatabase({ url: pooledUrl, directUrl: url })).close();
  });

  test('through PgBouncer: pipelined transactions, COPY, timeouts, zone, many clients on few sessions', async () => {
    const { url, pooledUrl } = await server.createDatabase();
    const db = await openDatabase({ url: pooledUrl, directUrl: url, poolSize: 12, statementTimeout: 5000 });
    assert.ok((await migrate(db)).length > 0);
    await db.execute(sql`create table data.item (id int primary key, at timestamptz default now())`);
    await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        db.transaction(async (tx) => {
          tx.execute(sql`insert into data.item (id) values (${sql.value(i)})`);
          const [[row] = []] = await tx.pipeline([sql`select ${sql.value(i)}::int as i`, sql`select 1`]);
          assert.deepEqual(row, { i });
        }),
      ),
    );
    for (let i = 0; i < 5; i++) {
      const rows = await db.query(sql`
        select current_setting('TimeZone') as zone, current_setting('statement_timeout') as timeout
        where ${sql.value(i)}::int >= 0`);
      assert.deepEqual(rows, [{ zone: 'UTC', timeout: '5s' }]);
    }
    const failing = db.transaction(async (tx) => {
      await tx.execute(sql`insert into data.item (id) values (1000)`);
      await tx.savepoint(async () => {
        await tx.execute(sql`insert into data.item (id) values (1)`);
      });
    });
    await assert.rejects(failing, (error) => error instanceof Error && 'code' in error && error.code === '23505');
    async function* rows(): AsyncIterable<Buffer> {
      for (let i = 2000; i < 12_000; i++) yield Buffer.from(`${i}\n`);
    }
    assert.equal(await db.transaction((tx) => tx.copyIn(sql`copy data.item (id) from stdin`, rows())), 10_000);
    assert.deepEqual(await db.query(sql`select count(*)::int as n from data.item`), [{ n: 10_060 }]);
    await assert.rejects(
      db.transaction((tx) => tx.query(sql`select pg_sleep(5)`), { statementTimeout: 20 }),
      fails('query.timeout'),
    );
    const listener = await db.direct();
    const heard = new Promise<string | undefined>((resolve) =>
      listener.once('notification', ({ payload }) => resolve(payload)),
    );
    await listener.query('listen news');
    await db.execute(sql`select pg_notify('news', 'hello')`);
    assert.equal(await heard, 'hello');
    await listener.end();
    await db.close();
  });
}
