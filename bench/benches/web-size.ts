// The JavaScript that a browser loads for a page, gzip: what its file imports, and what those import, but for what loads
// when it is first used. Read from the bundler's own list.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { Bench } from '../lib/bench.ts';
import { figure, number } from '../lib/report.ts';

const root = path.resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

interface Chunk {
  readonly file: string;
  readonly imports?: readonly string[];
}

type Manifest = Readonly<Record<string, Chunk>>;

/** Pages, the files that they are made of, and the most that they may weigh. */
const pages: readonly { readonly page: string; readonly files: readonly string[]; readonly atMost: number }[] = [
  { page: 'sign-in', files: ['index.html', 'src/pages/sign-in/SignInPage.tsx'], atMost: 160 },
  { page: 'set-up', files: ['index.html', 'src/pages/set-up/SetUpPage.tsx'], atMost: 160 },
  { page: 'list', files: ['index.html', 'src/app/shell/Shell.tsx', 'src/views/ListPage.tsx'], atMost: 330 },
  { page: 'record', files: ['index.html', 'src/app/shell/Shell.tsx', 'src/record/RecordPage.tsx'], atMost: 330 },
  {
    page: 'portal',
    files: ['index.html', 'src/portal/PortalShell.tsx', 'src/portal/PortalHome.tsx'],
    atMost: 250,
  },
  {
    page: 'portal list',
    files: ['index.html', 'src/portal/PortalShell.tsx', 'src/portal/PortalList.tsx'],
    atMost: 250,
  },
];

/** The files that load with these. Throws where the manifest lacks one. */
function closure(manifest: Manifest, wanted: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  const queue = [...wanted];
  for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
    if (seen.has(key)) continue;
    const chunk = manifest[key];
    if (chunk === undefined) throw new Error(`the page has no ${key}`);
    seen.add(key);
    queue.push(...(chunk.imports ?? []));
  }
  return [...seen].flatMap((key) => manifest[key]?.file ?? []).filter((file) => file.endsWith('.js'));
}

export const webSize: Bench = {
  name: 'web-size',
  async run({ progress }) {
    const folder = await mkdtemp(path.join(tmpdir(), 'huike-web-'));
    try {
      progress('building the page');
      const vite = path.join(root, 'node_modules/vite/bin/vite.js');
      const args = [vite, 'build', '--outDir', folder, '--emptyOutDir', '--manifest', '--logLevel', 'warn'];
      await run(process.execPath, args, { cwd: path.join(root, 'packages/web') });
      const manifest: Manifest = JSON.parse(await readFile(path.join(folder, '.vite/manifest.json'), 'utf8'));
      const sizes = pages.map(async ({ page, files, atMost }) => {
        const contents = await Promise.all(closure(manifest, files).map((file) => readFile(path.join(folder, file))));
        const kilobytes = contents.reduce((sum, content) => sum + gzipSync(content).length, 0) / 1000;
        return figure(`JavaScript of the ${page} page, gzip`, `${number(kilobytes)} KB`, {
          aim: `≤ ${atMost} KB`,
          met: kilobytes <= atMost,
        });
      });
      return await Promise.all(sizes);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};
