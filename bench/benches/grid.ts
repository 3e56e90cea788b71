// A list of very many records in a real browser: what a frame of scrolling costs the page's main thread, how soon a
// changed cell is painted, how soon the next page of records comes, and whether the memory grows.
import type { Bench } from '../lib/bench.ts';
import { quantile } from '../lib/median.ts';
import { held, openPage, type Page, workPerFrame } from '../lib/page.ts';
import { head } from '../lib/people.ts';
import { type Finding, figure, number } from '../lib/report.ts';
import { serveProduct } from '../lib/servers.ts';

const notch = 120;

const milliseconds = (values: readonly number[]) =>
  `p50 ${number(quantile(values, 0.5))} ms, p95 ${number(quantile(values, 0.95))} ms`;

/** Rows are in sight, and none of them waits for its record. */
async function filled(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const rows = [...document.querySelectorAll('.hk-body .hk-row:not([hidden])')];
    return rows.length > 10 && rows.every((row) => !row.classList.contains('blank'));
  });
}

async function wheel(page: Page, times: number, pixels: number): Promise<void> {
  for (let turn = 0; turn < times; turn++) {
    await page.mouse.wheel(0, pixels);
    await page.waitForTimeout(16);
  }
}

async function jump(page: Page, part: number): Promise<void> {
  await page.evaluate((to) => {
    const scroller = document.querySelector('.hk-scroller');
    if (scroller !== null) scroller.scrollTop = to * (scroller.scrollHeight - scroller.clientHeight);
  }, part);
}

/** Types into cells, one below the other; how long each took from Enter to the paint that shows it. */
async function edits(page: Page, times: number): Promise<readonly number[]> {
  await page.locator('.hk-body [aria-rowindex="2"] [data-column="0"]').click();
  const taken: number[] = [];
  for (let turn = 0; turn < times; turn++) {
    await page.keyboard.press('F2');
    await page.locator('.hk-editor input').fill(`改名 ${turn}`);
    const painted = page.evaluate(
      ({ row, text }) =>
        new Promise<number>((resolve) => {
          let begun = 0;
          window.addEventListener('keydown', () => (begun = performance.now()), { capture: true, once: true });
          const look = () => {
            const cell = document.querySelector(`.hk-body [aria-rowindex="${row}"] [data-column="0"]`);
            if (begun === 0 || cell?.textContent !== text) return requestAnimationFrame(look);
            // The frame that holds it is painted once the next task runs.
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => resolve(performance.now() - begun);
            return requestAnimationFrame(() => port2.postMessage(null));
          };
          requestAnimationFrame(look);
        }),
      { row: turn + 2, text: `改名 ${turn}` },
    );
    await page.waitForTimeout(30);
    await page.keyboard.press('Enter');
    taken.push(await painted);
  }
  return taken;
}

/** How long the pages of records took that were asked for since. */
const pagesAsked = (page: Page): Promise<readonly number[]> =>
  page.evaluate(() => {
    const found = performance
      .getEntriesByType('resource')
      .filter((entry) => entry.name.endsWith('/records/prospect/query'));
    performance.clearResourceTimings();
    return found.map((entry) => entry.duration);
  });

export const grid: Bench = {
  name: 'grid',
  async run({ size, cluster, tenant, progress }) {
    const records = size.rows(1_000_000);
    const { database, tokens } = await tenant(records);
    await using product = await serveProduct(cluster, database);
    await using opened = await openPage(product.port, tokens.administrator, head);
    const { page } = opened;
    const title = `grid of ${number(records)}`;
    const findings: Finding[] = [];
    await page.goto('/prospect');
    await filled(page);
    await page.mouse.move(800, 500);
    await wheel(page, 30, notch);

    progress('scrolling');
    await pagesAsked(page);
    const turns = Math.max(40, Math.round(400 * size.scale));
    // A notch of the wheel for each frame.
    const slow = await workPerFrame(opened, () => wheel(page, turns, notch));
    findings.push(
      figure(`${title}: main-thread work per frame of scrolling`, milliseconds(slow), {
        aim: 'p95 < 8 ms',
        met: quantile(slow, 0.95) < 8,
      }),
    );
    const next = await pagesAsked(page);
    if (next.length > 0)
      findings.push(
        figure(`${title}: next page from the server`, milliseconds(next), {
          aim: '< 150 ms',
          met: quantile(next, 0.95) < 150,
        }),
      );
    const fast = await workPerFrame(opened, () => wheel(page, turns, 2_400));
    findings.push(figure(`${title}: the same, three screens a frame`, milliseconds(fast), null));

    progress('jumping');
    const jumps: number[] = [];
    for (const part of [0.5, 0.9, 0.2, 0.7, 1]) {
      const begun = performance.now();
      await jump(page, part);
      await page.waitForTimeout(32);
      await filled(page);
      jumps.push(performance.now() - begun);
    }
    findings.push(figure(`${title}: a jump anywhere, to its rows`, milliseconds(jumps), null));

    progress('editing');
    await jump(page, 0);
    await page.waitForTimeout(100);
    await filled(page);
    const edited = await edits(page, Math.max(5, Math.round(30 * size.scale)));
    findings.push(
      figure(`${title}: a changed cell to its paint`, milliseconds(edited), {
        aim: '< 50 ms',
        met: quantile(edited, 0.95) < 50,
      }),
    );

    progress('memory');
    const rounds = Math.max(2, Math.round(20 * size.scale));
    await wheel(page, 60, 2_400);
    const before = await held(opened);
    for (let round = 0; round < rounds; round++) {
      await jump(page, (round * 0.37) % 1);
      await wheel(page, 60, 2_400);
    }
    const after = await held(opened);
    const grown = after.megabytes - before.megabytes;
    findings.push(
      figure(
        `${title}: heap and elements after scrolling on`,
        `${number(after.megabytes)} MB, ${number(after.nodes)} (before ${number(before.megabytes)} MB, ${number(before.nodes)})`,
        { aim: 'flat', met: grown < 8 && after.nodes < before.nodes * 1.2 },
      ),
    );
    return findings;
  },
};
