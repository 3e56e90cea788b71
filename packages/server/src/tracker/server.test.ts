import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { customersMetadata, launchChromium, type TestDatabase, testDatabase } from '@huike/testkit';
import { type TestServer, testServer } from '../testing.ts';
import { type Site, startSite } from './endpoint.fixture.ts';

// The example page, in a browser, against a whole server of another origin.

let database: TestDatabase;
let server: TestServer;
let site: Site;
let browser: Awaited<ReturnType<typeof launchChromium>>;

before(async () => {
  database = await testDatabase();
  server = await testServer(database, { metadata: customersMetadata });
  browser = await launchChromium();
  const made = await server.admin.post('writeKeys', { name: '网店', channel: 'web' });
  const example = readFileSync(join(import.meta.dirname, '../../../../docs/examples/track.html'), 'utf8');
  site = await startSite(
    example.replaceAll('https://crm.example.com', server.address).replace('YOUR_WRITE_KEY', String(made.get('key'))),
  );
});
after(async () => {
  await browser?.close();
  site?.close();
  await server?.close();
  await database?.close();
});

test('who looks, signs in, buys and signs out is one customer with one timeline; who comes after is another', async () => {
  const page = await browser.newPage();
  let taken = 0;
  const answered = (count: number) =>
    page.waitForResponse(async (response) => {
      if (!response.url().endsWith('/track') || response.request().method() !== 'POST') return false;
      assert.equal(response.status(), 202, await response.text());
      const { accepted, rejected } = await response.json();
      assert.deepEqual(rejected, []);
      taken += accepted;
      return taken === count;
    });
  await page.goto(site.address);
  const first = answered(5);
  await page.click('#look');
  await page.click('#signIn button[type=submit]');
  await page.click('#buy');
  await page.click('#signOut');
  await first;
  const known = await server.admin.get('customers/lookup?kind=phone&value=13912345678');
  assert.equal(known.status, 200, JSON.stringify(known.body));
  const typesOf = async () => {
    const timeline = await server.admin.get(`customers/${known.get('id')}/timeline`);
    const data = timeline.get('data');
    return (Array.isArray(data) ? data : []).flatMap((one: { kind: string; type: string }) =>
      one.kind === 'interaction' ? [one.type] : [],
    );
  };
  const own = ['signOut', 'order', 'identify', 'productView', 'pageView'];
  assert.deepEqual(await typesOf(), own);

  const second = answered(6);
  await page.click('#look');
  await second;
  assert.deepEqual(await typesOf(), own, 'the next one at this browser is another');
});

test('a wrong key is refused in words that the page can read', async () => {
  const page = await browser.newPage();
  const told = page.waitForEvent('console', (message) =>
    message.text().includes('the key or the address is wrong: 401'),
  );
  await page.goto(site.address);
  await page.evaluate(`huike.init({ key: 'wrong', url: '${server.address}' }); huike.track('lost')`);
  await told;
});
