import assert from 'node:assert/strict';
import { test } from 'node:test';
import { launch, launchChromium } from './chromium.ts';
import { packagedChromium } from './packaged-chromium.ts';

/** Reads the text of a page, and how two different characters and one that no font has are painted. */
async function look(browser: Awaited<ReturnType<typeof launchChromium>>) {
  try {
    const page = await browser.newPage();
    await page.goto('data:text/html;charset=utf-8,<title>客户</title><p>汇客 Huike</p>');
    const painted = await page.evaluate(() => {
      const paint = (character: string) => {
        const canvas = document.createElement('canvas');
        canvas.width = canvas.height = 60;
        const context = canvas.getContext('2d');
        if (context === null) throw new Error('no canvas');
        context.font = '40px sans-serif';
        context.fillText(character, 5, 45);
        return canvas.toDataURL();
      };
      return { blank: paint(' '), hui: paint('汇'), ke: paint('客'), missing: paint('\u{10FFFD}') };
    });
    return { title: await page.title(), text: await page.locator('p').innerText(), painted };
  } finally {
    await browser.close();
  }
}

function assertReadsChinese({ title, text, painted }: Awaited<ReturnType<typeof look>>) {
  assert.equal(title, '客户');
  assert.equal(text, '汇客 Huike');
  const { blank, hui, ke, missing } = painted;
  assert.equal(
    new Set([blank, hui, ke, missing]).size,
    4,
    'Chinese characters are painted as themselves, not as boxes',
  );
}

test('a browser is found or installed, and renders Chinese', async () => {
  assertReadsChinese(await look(await launchChromium()));
});

test('the browser packaged in npm renders Chinese too, or says that this machine has none', async () => {
  if (process.platform === 'linux' && process.arch === 'x64') {
    assertReadsChinese(await look(await launch(await packagedChromium())));
  } else {
    await assert.rejects(packagedChromium(), /no Chromium is packaged for/);
  }
});
