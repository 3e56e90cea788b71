// For the browser tests: a whole server of the test's own, and people who look at its pages: in a language, at a width,
// in the light or in the dark. Whatever goes wrong in their console is kept, and told at the end.
import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { launchChromium, TestDatabase } from '@huike/testkit';
import { testDatabase } from '@huike/testkit';
import { appFolders } from '../../server/src/apps.ts';
import { type TestServer, type TestServerOptions, testServer } from '../../server/src/testing.ts';

export type Browser = Awaited<ReturnType<typeof launchChromium>>;
export type Page = Awaited<ReturnType<Browser['newPage']>>;

export interface Look {
  readonly language: 'zh' | 'en';
  readonly width: 360 | 1440;
  readonly scheme: 'light' | 'dark';
}

export const looks: readonly Look[] = [
  { language: 'zh', width: 1440, scheme: 'light' },
  { language: 'en', width: 360, scheme: 'dark' },
  { language: 'zh', width: 360, scheme: 'light' },
  { language: 'en', width: 1440, scheme: 'dark' },
];

export const lookName = ({ language, width, scheme }: Look) => `${language}-${width}-${scheme}`;

export interface World {
  readonly server: TestServer;
  close(): Promise<void>;
}

/** A server with the standard apps on a database of its own. */
export async function openWorld(options: TestServerOptions = {}): Promise<World> {
  const database: TestDatabase = await testDatabase();
  try {
    const apps = (await appFolders()).map(({ app }) => app);
    const server = await testServer(database, { apps, ...options });
    return {
      server,
      async close() {
        await server.close();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

export interface Visitor {
  readonly page: Page;
  readonly look: Look;
  /** The word of the visitor's language. */
  say(zh: string, en: string): string;
  /** Opens a page and waits until it has come to rest. */
  open(where: string): Promise<void>;
  /** Waits until everything that was asked for is there. */
  rest(): Promise<void>;
  /** Keeps a picture, and holds the page to what everybody needs: see `faultsOf`. */
  see(name: string): Promise<void>;
  /** From now on the console may tell of these refusals of the server. */
  expect(...statuses: readonly number[]): void;
  /** Throws unless nothing went wrong in the console. */
  close(): Promise<void>;
}

/** What says that something is still to come; the page that shows every state says so for ever. */
const waiting = ':is([data-waiting], [aria-busy=true]):not([data-showcase] *)';

const pictures = path.resolve(import.meta.dirname, '../screenshots');
const axeSource = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Somebody with a browser, signed in when an e-mail is given. */
export async function visit(browser: Browser, server: TestServer, look: Look): Promise<Visitor> {
  await mkdir(pictures, { recursive: true });
  const narrow = look.width === 360;
  const context = await browser.newContext({
    baseURL: server.address,
    viewport: { width: look.width, height: narrow ? 740 : 900 },
    locale: look.language === 'zh' ? 'zh-CN' : 'en-GB',
    colorScheme: look.scheme,
    hasTouch: narrow,
    timezoneId: 'Asia/Shanghai',
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const wrong: string[] = [];
  const expected = new Set<number>();
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    const text = message.text();
    const status = /status of (\d+)/.exec(text)?.[1];
    if (status !== undefined && expected.has(Number(status))) return;
    wrong.push(`${message.type()}: ${text} (${message.location().url})`);
  });
  // What was asked of the server and isn't answered yet, but for the stream of changes and the worker that holds it: when
  // a page is left, nobody tells of their end.
  const asked = new Map<unknown, string>();
  page.on('request', (request) => {
    if (!/\/events|\.worker-/.test(request.url())) asked.set(request, request.url());
  });
  page.on('requestfinished', (request) => asked.delete(request));
  page.on('requestfailed', (request) => asked.delete(request));
  const rested = async () => {
    const from = performance.now();
    do {
      if (performance.now() - from > 20_000) throw new Error(`the page doesn't rest: ${[...asked.values()].join(' ')}`);
      await page.waitForFunction((selector) => document.querySelector(selector) === null, waiting);
      await page.waitForTimeout(60);
    } while (asked.size > 0 || (await page.locator(waiting).count()) > 0);
  };
  page.on('pageerror', (error) => wrong.push(`thrown: ${error.stack ?? error.message}`));
  page.on('dialog', (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return {
    page,
    look,
    say: (zh, en) => (look.language === 'zh' ? zh : en),
    rest: rested,
    async open(where) {
      await page.goto(where);
      await rested();
    },
    async see(name) {
      await rested();
      await page.screenshot({ path: path.join(pictures, `${name}.${lookName(look)}.png`), animations: 'disabled' });
      const faults = await faultsOf(page, narrow);
      assert.deepEqual(faults, [], `${name} (${lookName(look)})`);
    },
    expect: (...statuses) => {
      for (const status of statuses) expected.add(status);
    },
    async close() {
      await context.close();
      assert.deepEqual(wrong, [], lookName(look));
    },
  };
}

/** What keeps a page from being usable: serious violations of accessibility, and what sticks out of a phone. */
async function faultsOf(page: Page, narrow: boolean): Promise<string[]> {
  await page.evaluate(await axeSource);
  const found = await page.evaluate(async (): Promise<string[]> => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(
          options: object,
        ): Promise<{ violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[] }>;
      };
    };
    const { violations } = await axe.run({ resultTypes: ['violations'] });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) =>
        nodes
          .slice(0, 3)
          .map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary.slice(0, 300)}`),
      );
  });
  const sideways = narrow
    ? await page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement;
        return scrollWidth > clientWidth ? [`the page scrolls sideways: ${scrollWidth} > ${clientWidth}`] : [];
      })
    : [];
  return [...found, ...sideways];
}

/** Signs in by the page's own form. */
export async function signIn(visitor: Visitor, email: string, password: string): Promise<void> {
  const { page, say } = visitor;
  await visitor.open('/sign-in');
  await page.getByLabel(say('邮箱', 'E-mail')).fill(email);
  await page.getByLabel(say('密码', 'Password'), { exact: true }).fill(password);
  await page.getByRole('button', { name: say('登录', 'Sign in'), exact: true }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
  await visitor.rest();
}
