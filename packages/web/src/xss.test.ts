// Nothing that a record, a file name or a label holds is ever markup or script of the page: it is shown as text.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { MetadataDocument } from '@huike/schema';
import { launchChromium } from '@huike/testkit';
import { password } from '../../server/src/testing.ts';
import { type Browser, looks, openWorld, signIn, type Visitor, visit, type World } from './browser.fixture.ts';

const attack =
  '<img src=x onerror="window.attacked=1"><svg onload="window.attacked=1">"\'><script>window.attacked=1</script>';
const label = { zh: attack.slice(0, 190), en: attack.slice(0, 190) };
const option = { value: 'bad', label, color: 'red;background:url(javascript:alert(1))'.slice(0, 20) };

const document_: MetadataDocument = {
  objects: [
    {
      name: 'trap',
      label,
      icon: '"><script>',
      title: 'subject',
      fields: [
        { name: 'subject', type: 'text', label, required: true, help: label, maxLength: 500 },
        { name: 'story', type: 'longText', label },
        { name: 'notes', type: 'richText', label },
        { name: 'stage', type: 'option', label, options: [option] },
        { name: 'marks', type: 'options', label, options: [option] },
        { name: 'region', type: 'cascade', label, tree: [{ value: 'bad', label }] },
        { name: 'mail', type: 'email', label },
        { name: 'site', type: 'url', label },
        { name: 'place', type: 'address', label },
        { name: 'other', type: 'relation', to: 'trap', label },
        { name: 'others', type: 'relations', to: 'trap', label },
        { name: 'keeper', type: 'user', label },
        { name: 'team', type: 'department', label },
        { name: 'papers', type: 'file', label },
        { name: 'code', type: 'autoNumber', label, pattern: '<b>{0000}' },
        { name: 'twice', type: 'formula', label, expression: 'subject & subject', returns: 'text' },
        {
          name: 'lines',
          type: 'table',
          label,
          fields: [
            { name: 'item', type: 'text', label },
            { name: 'kind', type: 'option', label, options: [option] },
          ],
        },
      ],
    },
  ],
  views: [{ name: 'traps', label, object: 'trap', fields: ['subject', 'story', 'stage', 'marks', 'place', 'keeper'] }],
  menus: [{ name: 'traps', label, items: [{ name: 'all', label, items: [{ name: 'one', label, view: 'traps' }] }] }],
};

let browser: Browser;
let world: World;
let id: string;

before(async () => {
  browser = await launchChromium();
  world = await openWorld({ metadata: document_ });
  const { admin, adminId } = world.server;
  const team = await world.server.addDepartment(attack.slice(0, 100));
  const form = new FormData();
  form.append(
    'file',
    new Blob(['<script>window.attacked=1</script>'], { type: 'text/html' }),
    `${attack.slice(0, 60)}.html`,
  );
  const file = await admin.post('files', form);
  const values = {
    subject: attack,
    story: attack,
    notes: `<p onclick="window.attacked=1">text</p><a href="javascript:window.attacked=1">link</a>${attack}`,
    stage: 'bad',
    marks: ['bad'],
    region: ['bad'],
    mail: 'a<b>@example.com',
    site: "https://example.com/'onmouseover='window.attacked=1",
    place: { province: attack.slice(0, 60), city: attack.slice(0, 60), street: attack },
    team,
    papers: [String(file.get('id'))],
    lines: [{ item: attack, kind: 'bad' }],
  };
  // What the server refuses altogether can't be shown.
  const { mail: _, ...plain } = values;
  const first = await admin.post('records/trap', plain);
  assert.equal(first.status, 201, JSON.stringify(first.body));
  const other = String(first.get('id'));
  const made = await admin.post('records/trap', { ...plain, other, others: [other], keeper: adminId });
  id = String(made.get('id'));
  await admin.patch(`records/trap/${id}`, { story: `${attack} changed` });
  await admin.patch(`records/user/${adminId}`, { name: attack.slice(0, 90), language: 'zh' });
});
after(async () => {
  await browser.close();
  await world.close();
});

async function unharmed(visitor: Visitor, where: string): Promise<void> {
  const { page } = visitor;
  const found = await page.evaluate(() => ({
    attacked: 'attacked' in window,
    images: document.querySelectorAll('img[src="x"], svg[onload], [onerror], [onclick]').length,
    links: [...document.querySelectorAll('a')].filter((link) => link.href.startsWith('javascript:')).length,
  }));
  assert.deepEqual(found, { attacked: false, images: 0, links: 0 }, where);
}

for (const look of [looks[0], looks[1]]) {
  if (look === undefined) continue;
  test(`what is stored is shown as text, ${look.width}`, async () => {
    const visitor = await visit(browser, world.server, look);
    const { page } = visitor;
    try {
      await signIn(visitor, 'admin@example.com', password);
      const pages = ['/trap?view=traps', `/trap/${id}`, `/trap?peek=trap/${id}`, '/trap/new', '/my-settings'];
      for (const where of pages) {
        await visitor.open(where);
        await page.getByText('<img src=x', { exact: false }).first().waitFor();
        await visitor.see(`xss${where.replace(/\W+/g, '-').replace(id, 'id')}`);
        await unharmed(visitor, where);
      }
      await visitor.open(`/trap/${id}`);
      await page.getByText('历史', { exact: true }).click();
      await page.getByText('changed').last().waitFor();
      await unharmed(visitor, 'history');
      if (look.width === 1440) await page.keyboard.press('Control+k');
      else await page.getByRole('button', { name: '搜索', exact: true }).click();
      await page.getByRole('dialog').getByRole('combobox').fill('window.attacked');
      await page.getByRole('option', { name: '<img src=x' }).first().waitFor();
      await unharmed(visitor, 'palette');
    } finally {
      await visitor.close();
    }
  });
}
