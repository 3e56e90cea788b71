// The set-up area: what there is, and what was deleted and comes back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchChromium } from '@huike/testkit';
import { password } from '../../../server/src/testing.ts';
import { type Browser, lookName, looks, openWorld, signIn, visit, type World } from '../browser.fixture.ts';

let browser: Browser;
let world: World;

before(async () => {
  [browser, world] = await Promise.all([launchChromium(), openWorld()]);
});
after(async () => {
  await browser.close();
  await world.close();
});

for (const look of looks.slice(0, 2)) {
  test(`objects and fields, and a deleted field that comes back, ${lookName(look)}`, async () => {
    const { admin, adminId } = world.server;
    await admin.patch(`records/user/${adminId}`, { language: look.language });
    const fields = [{ name: 'size', type: 'text', label: { zh: '尺寸', en: 'Size' } }];
    await admin.post('metadata/apply', { objects: [{ name: 'crate', label: { zh: '箱子', en: 'Crate' }, fields }] });
    await admin.post('metadata/apply', { delete: [{ kind: 'field', object: 'crate', name: 'size' }] });
    const visitor = await visit(browser, world.server, look);
    const { page, say } = visitor;
    try {
      await signIn(visitor, 'admin@example.com', password);
      await visitor.open('/system-setup');
      await visitor.see('setup');
      await page
        .getByRole('main')
        .getByRole('link', { name: say('对象与字段', 'Objects and fields') })
        .first()
        .click();
      await page.getByText('crate.size').waitFor();
      await visitor.see('setup-objects');
      await page.getByRole('button', { name: say('恢复', 'Bring back') }).click();
      await page.getByText('crate.size').waitFor({ state: 'detached' });
      await page
        .getByRole('link', { name: say('箱子', 'Crate'), exact: true })
        .last()
        .click();
      await page.getByRole('cell', { name: say('尺寸', 'Size'), exact: true }).waitFor();
      await visitor.see('setup-fields');
      assert.equal(await page.getByRole('row').count(), 2);
    } finally {
      await visitor.close();
    }
  });
}
