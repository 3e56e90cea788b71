import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { launchChromium } from '@huike/testkit';
import { type Endpoint, type Site, startEndpoint, startSite } from './endpoint.fixture.ts';

type Browser = Awaited<ReturnType<typeof launchChromium>>;
type Context = Awaited<ReturnType<Browser['newContext']>>;

const id = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

let browser: Browser;
let context: Context;
let endpoint: Endpoint;
let site: Site;

before(async () => {
  browser = await launchChromium();
});
after(() => browser.close());
beforeEach(async () => {
  endpoint = await startEndpoint();
  site = await startSite(page());
  context = await browser.newContext();
});
afterEach(async () => {
  await context.close();
  site.close();
  await endpoint.close();
});

const page = (options = `{ key: 'wk_test', url: '${endpoint.address}' }`): string =>
  `<!doctype html><title>商店</title><script src="${endpoint.address}/huike.js"></script><script>huike.init(${options})</script>`;

async function open(path = '/') {
  const opened = await context.newPage();
  await opened.goto(site.address + path);
  return opened;
}

const types = (): string[] => endpoint.taken.map(({ type }) => type);
const ids = (): Set<string> => new Set(endpoint.taken.map((event) => event.id));
const cookie = async () => (await context.cookies()).find(({ name }) => name === 'hk_id');

test('the script is at most 5 KB zipped, may be kept for an hour, and is known again', async () => {
  assert.ok(gzipSync(readFileSync(join(import.meta.dirname, 'huike.js')), { level: 9 }).length <= 5 * 1024);
  const got = await fetch(`${endpoint.address}/huike.js`);
  assert.equal(got.headers.get('content-type'), 'text/javascript; charset=utf-8');
  assert.equal(got.headers.get('cache-control'), 'public, max-age=3600');
  assert.equal(got.headers.get('cross-origin-resource-policy'), 'cross-origin');
  assert.equal(got.headers.get('content-encoding'), 'gzip');
  assert.equal(await got.text(), readFileSync(join(import.meta.dirname, 'huike.js'), 'utf8'));
  const again = await fetch(`${endpoint.address}/huike.js`, {
    headers: { 'if-none-match': got.headers.get('etag') ?? '' },
  });
  assert.equal(again.status, 304);
  const plain = await fetch(`${endpoint.address}/huike.js`, { headers: { 'accept-encoding': 'identity' } });
  assert.equal(plain.headers.get('content-encoding'), null);
});

test('events of a moment go in one call, in the form of the contract, with a first-party cookie', async () => {
  const shop = await open('/helmets?utm_source=wechat#top');
  await shop.evaluate(`huike.page({ theme: 'dark' }); huike.track('order', { amount: '34.99' });
    huike.identify({ phone: '13912345678', userId: '17' }, { name: '王芳' })`);
  await endpoint.until(() => endpoint.taken.length === 3);
  assert.equal(endpoint.calls.length, 1);
  assert.equal(endpoint.calls[0]?.key, 'Bearer wk_test');
  const kept = await cookie();
  assert.deepEqual([kept?.sameSite, kept?.domain, kept?.path], ['Lax', 'localhost', '/']);
  assert.ok((kept?.expires ?? 0) > Date.now() / 1000 + 399 * 86_400, 'lives 400 days');
  const [view, order, identify] = endpoint.taken;
  for (const event of endpoint.taken) {
    assert.match(event.id, id);
    assert.equal(event.channel, 'web');
    assert.equal(event.identifiers.cookie, kept?.value);
    assert.equal(new Date(event.at).toISOString(), event.at);
    assert.deepEqual(Object.keys(event).sort(), [
      ...['at', 'channel', 'id', 'identifiers', 'properties', 'traits', 'type'],
    ]);
  }
  assert.equal(ids().size, 3);
  assert.deepEqual(
    [...endpoint.taken].map((event) => event.id).sort(),
    endpoint.taken.map((event) => event.id),
  );
  assert.deepEqual(view?.properties, {
    ...{
      url: `${site.address}/helmets?utm_source=wechat`,
      path: '/helmets',
      title: '商店',
      referrer: '',
      theme: 'dark',
    },
  });
  assert.deepEqual([order?.type, order?.properties], ['order', { amount: '34.99' }]);
  assert.deepEqual(
    [identify?.type, identify?.identifiers, identify?.traits],
    ['identify', { cookie: kept?.value, phone: '13912345678', userId: '17' }, { name: '王芳' }],
  );
  // The same visitor on the next page.
  await (await open('/next')).evaluate(`huike.page()`);
  await endpoint.until(() => endpoint.taken.length === 4);
  assert.equal(endpoint.taken[3]?.identifiers.cookie, kept?.value);
});

test('twenty events go at once; of many, at most 500 a call, and at most a thousand are kept', async () => {
  await context.setOffline(false);
  const shop = await open();
  await context.setOffline(true);
  await shop.evaluate(`for (let n = 0; n < 1100; n++) huike.track('view', { n: String(n) })`);
  await context.setOffline(false);
  await endpoint.until(() => endpoint.taken.length >= 1000);
  assert.deepEqual(
    endpoint.calls.map(({ events }) => events.length),
    [500, 500],
  );
  assert.deepEqual(
    endpoint.taken.map(({ properties }) => properties.n),
    Array.from({ length: 1000 }, (_, n) => String(n + 100)),
    'the newest, in order',
  );
  await shop.evaluate(`for (let n = 0; n < 20; n++) huike.track('more')`);
  await endpoint.until(() => endpoint.taken.length === 1020);
});

test('without a network events wait, also for the next page, and go when it is back', async () => {
  // A call that flew on after its page may come again with the next one: its ids are the same.
  const shop = await open();
  await context.setOffline(true);
  await shop.evaluate(`huike.track('one'); huike.track('two')`);
  assert.deepEqual(endpoint.calls, []);
  await shop.close();
  await context.setOffline(false);
  const next = await open();
  await endpoint.until(() => ids().size === 2);
  await context.setOffline(true);
  await next.evaluate(`huike.track('three')`);
  await context.setOffline(false);
  await endpoint.until(() => ids().size === 3);
  assert.deepEqual([...new Set(types())], ['one', 'two', 'three']);
});

test('what waits when the page is left goes without the page', async () => {
  const shop = await open();
  await shop.evaluate(`huike.track('leaving')`);
  await shop.goto('about:blank');
  await endpoint.until(() => ids().size === 1);
  assert.deepEqual([...new Set(types())], ['leaving']);
});

test('a call that failed is repeated with the same ids, no sooner than the server says', async () => {
  endpoint.answer = () => ({ status: 503, headers: { 'retry-after': '2' } });
  const shop = await open();
  await shop.evaluate(`huike.track('one')`);
  await endpoint.until(() => endpoint.calls.length === 1);
  endpoint.answer = () => null;
  await (await open()).evaluate(`huike.track('two')`);
  await endpoint.until(() => endpoint.taken.length === 2);
  const [first, second] = endpoint.calls;
  assert.ok((second?.at ?? 0) - (first?.at ?? 0) >= 1_990, 'another page waits too');
  assert.equal(second?.events[0]?.id, first?.events[0]?.id);
  // Without a word of the server it comes back by itself.
  endpoint.answer = () => ({ status: 500 });
  await shop.evaluate(`huike.track('three')`);
  await endpoint.until(() => endpoint.calls.length === 3);
  endpoint.answer = () => null;
  await endpoint.until(() => endpoint.taken.length === 3);
});

test('after signing out the browser has another cookie; the sign-out is under the one before', async () => {
  const shop = await open();
  const old = (await cookie())?.value;
  await shop.evaluate(`huike.track('mine'); huike.signOut(); huike.track('another’s')`);
  await endpoint.until(() => endpoint.taken.length === 3);
  const cookies = endpoint.taken.map(({ identifiers }) => identifiers.cookie);
  assert.deepEqual(types(), ['mine', 'signOut', 'another’s']);
  assert.deepEqual(cookies.slice(0, 2), [old, old]);
  assert.notEqual(cookies[2], old);
  assert.equal(cookies[2], (await cookie())?.value);
});

test('without consent nothing is stored or sent; the browser’s own wish counts unless the visitor said otherwise', async () => {
  const shop = await open();
  await shop.evaluate(`huike.track('before'); huike.consent(false); huike.track('after'); huike.signOut()`);
  assert.equal(await cookie(), undefined);
  assert.deepEqual(await shop.evaluate(`Object.keys(localStorage)`), ['hk_consent']);
  const next = await open();
  await next.evaluate(`huike.track('still not'); huike.consent(true); huike.track('agreed')`);
  await endpoint.until(() => endpoint.taken.length === 1);
  assert.deepEqual(types(), ['agreed']);

  const other = await browser.newContext();
  await other.addInitScript(`Object.defineProperty(Navigator.prototype, 'doNotTrack', { get: () => '1' })`);
  const asked = await other.newPage();
  await asked.goto(site.address);
  await asked.evaluate(`huike.track('no')`);
  assert.deepEqual(await other.cookies(), []);
  await asked.evaluate(`huike.consent(true); huike.track('yes')`);
  await endpoint.until(() => endpoint.taken.length === 2);
  assert.deepEqual(types(), ['agreed', 'yes']);
  await other.close();
});

test('a wrong key stops the page, and the next one with a right key sends what waited', async () => {
  endpoint.answer = () => ({ status: 401 });
  const shop = await open();
  const refused = shop.waitForEvent('console', (message) => message.text().includes('the key or the address'));
  await shop.evaluate(`huike.track('one')`);
  await refused;
  await shop.close();
  assert.equal(endpoint.calls.length, 1);
  endpoint.answer = () => null;
  await open();
  await endpoint.until(() => endpoint.taken.length === 1);
});

test('a call that is too large is halved; what would be refused for ever goes; a rejected event is told', async () => {
  endpoint.answer = ({ events }) => (events.length > 3 ? { status: 413 } : null);
  const shop = await open();
  await shop.evaluate(`for (let n = 0; n < 10; n++) huike.track('view')`);
  await endpoint.until(() => endpoint.taken.length === 10);
  assert.equal(ids().size, 10);

  endpoint.answer = () => ({ status: 400, body: { code: 'request.body' } });
  const told = shop.waitForEvent('console', (message) => message.text().includes('were refused'));
  await shop.evaluate(`huike.track('bad')`);
  await told;
  const { length } = endpoint.calls;
  endpoint.answer = ({ events }) => ({
    status: 202,
    body: {
      accepted: events.length - 1,
      duplicates: 0,
      rejected: [{ index: 0, id: 'x', code: 'event.type', detail: '…' }],
    },
  });
  const rejected = shop.waitForEvent('console', (message) => message.text().includes('an event was rejected'));
  await shop.evaluate(
    `huike.track('odd'); huike.track('good'); const loop = {}; loop.loop = loop; huike.track('loop', loop)`,
  );
  await rejected;
  assert.deepEqual(
    endpoint.calls.slice(length).map(({ events }) => events.map(({ type }) => type)),
    [['odd', 'good']],
    'neither the refused nor the unreadable comes again',
  );
  assert.deepEqual(await shop.evaluate(`Object.keys(localStorage).filter((name) => name.startsWith('hk_e_'))`), []);
});

test('two tabs lose nothing and send nothing twice', async () => {
  const tabs = await Promise.all([open(), open()]);
  await Promise.all(tabs.map((tab, at) => tab.evaluate(`for (let n = 0; n < 50; n++) huike.track('tab${at}')`)));
  await endpoint.until(() => ids().size === 100);
  assert.equal(endpoint.taken.length, 100);
});

test('pages are counted by themselves where that was asked for, in one-page apps too', async () => {
  site.html = page(`{ key: 'wk_test', url: '${endpoint.address}/', channel: 'shop', pages: true }`);
  const shop = await open('/a');
  await shop.evaluate(`history.pushState({}, '', '/b'); history.pushState({}, '', '/b#part')`);
  await shop.goBack();
  await shop.goBack();
  await endpoint.until(() => endpoint.taken.length === 3);
  assert.deepEqual(
    endpoint.taken.map(({ properties, channel }) => [channel, properties.path]),
    [
      ['shop', '/a'],
      ['shop', '/b'],
      ['shop', '/a'],
    ],
  );
});

test('the example page works as it stands', async () => {
  const example = readFileSync(join(import.meta.dirname, '../../../../docs/examples/track.html'), 'utf8');
  site.html = example.replaceAll('https://crm.example.com', endpoint.address);
  const shop = await open();
  await shop.click('#look');
  await shop.click('#signIn button[type=submit]');
  await shop.click('#buy');
  await shop.click('#signOut');
  await endpoint.until(() => endpoint.taken.length === 5);
  assert.deepEqual(types(), ['pageView', 'productView', 'identify', 'order', 'signOut']);
  assert.equal(endpoint.taken[2]?.identifiers.phone, '13912345678');
  await shop.uncheck('#agree');
  assert.equal(await cookie(), undefined);
});
