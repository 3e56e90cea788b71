// The product's page in a real browser, signed in as a person of the bench.

import path from 'node:path';
import { launchChromium } from '../../packages/testkit/src/index.ts';
import { ensureWebBuilt } from '../../scripts/web.mjs';

type Browser = Awaited<ReturnType<typeof launchChromium>>;
export type Page = Awaited<ReturnType<Browser['newPage']>>;
type Devtools = Awaited<ReturnType<Browser['newBrowserCDPSession']>>;

export interface OpenedPage extends AsyncDisposable {
  readonly page: Page;
  readonly browser: Browser;
  readonly devtools: Devtools;
}

const password = 'a bench that measures 7';

/** Opens the page that `port` serves. `administrator` is a token that may give the person a password. */
export async function openPage(
  port: number,
  administrator: string,
  person: { readonly id: string; readonly email: string },
): Promise<OpenedPage> {
  await ensureWebBuilt(path.resolve(import.meta.dirname, '../..'), process.execPath);
  const address = `http://127.0.0.1:${port}`;
  const given = await fetch(`${address}/api/v1/records/user/${person.id}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${administrator}`, 'content-type': 'application/json' },
    body: JSON.stringify({ password }),
  });
  if (!given.ok) throw new Error(`no password: ${await given.text()}`);
  const browser = await launchChromium();
  const context = await browser.newContext({ baseURL: address, viewport: { width: 1440, height: 900 } });
  const signed = await context.request.post('/api/v1/auth/sign-in', { data: { email: person.email, password } });
  if (!signed.ok()) throw new Error(`no sign-in: ${await signed.text()}`);
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  return { page, browser, devtools, [Symbol.asyncDispose]: () => browser.close() };
}

/** How long the page's main thread worked for each frame, in milliseconds, while `act` ran. */
export async function workPerFrame(
  { browser, page }: OpenedPage,
  act: () => Promise<void>,
): Promise<readonly number[]> {
  await browser.startTracing(page, {
    categories: ['devtools.timeline', 'disabled-by-default-devtools.timeline'],
  });
  await act();
  return framesIn(JSON.parse((await browser.stopTracing()).toString('utf8')));
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  /** Of processor time. */
  readonly tdur?: number;
}

/** The main thread hands a frame over. */
const framing = 'Commit';

/** Between one frame handed over and the next: the work of the thread that does it, waiting for a processor left out. */
function framesIn({ traceEvents }: { readonly traceEvents: readonly TraceEvent[] }): readonly number[] {
  const threads = new Map<string, number>();
  for (const { name, pid, tid } of traceEvents)
    if (name === framing) threads.set(`${pid} ${tid}`, (threads.get(`${pid} ${tid}`) ?? 0) + 1);
  const [main] = [...threads].sort(([, one], [, other]) => other - one)[0] ?? [];
  const own = traceEvents.filter(({ pid, tid, ph }) => ph === 'X' && `${pid} ${tid}` === main);
  const ends = own
    .filter(({ name }) => name === framing)
    .map(({ ts, dur = 0 }) => ts + dur)
    .sort((one, other) => one - other);
  const frames = ends.map(() => 0);
  for (const { name, ts, tdur = 0 } of own) {
    if (name !== 'RunTask') continue;
    const at = ends.findIndex((end) => ts <= end);
    if (at >= 0) frames[at] = (frames[at] ?? 0) + tdur / 1000;
  }
  // The first was cut off.
  return frames.slice(1);
}

/** What the page holds after a collection: the script's heap in MB, and the elements. */
export async function held({ devtools }: OpenedPage): Promise<{ readonly megabytes: number; readonly nodes: number }> {
  await devtools.send('HeapProfiler.collectGarbage');
  const { usedSize } = await devtools.send('Runtime.getHeapUsage');
  const { nodes } = await devtools.send('Memory.getDOMCounters');
  return { megabytes: usedSize / 1e6, nodes };
}
