// A Chinese face for the browser on machines that have none: npm carries one for web pages, the system wants it as TrueType.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { decompress } from 'wawoff2';
import { cached } from './cache.ts';

/** What must be in a browser's environment so that it finds a Chinese face: nothing where the system has one. */
export async function chineseFace(): Promise<Readonly<Record<string, string>>> {
  if (process.platform !== 'linux' || systemHasOne()) return {};
  return { FONTCONFIG_FILE: path.join(await cached('fonts', unpack), 'fonts.conf') };
}

function systemHasOne(): boolean {
  const { stdout } = spawnSync('fc-list', [':lang=zh'], { encoding: 'utf8' });
  return Boolean(stdout?.trim());
}

async function unpack(draft: string): Promise<void> {
  const source = path.join(
    path.dirname(fileURLToPath(import.meta.resolve('@fontsource-variable/noto-sans-sc'))),
    'files',
  );
  for (const name of readdirSync(source)) {
    const font = await decompress(readFileSync(path.join(source, name)));
    writeFileSync(path.join(draft, name.replace('.woff2', '.ttf')), font);
  }
  writeFileSync(path.join(draft, 'fonts.conf'), settings);
}

/** The system's faces, and those beside this file. */
const settings = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir prefix="relative">.</dir>
  <cachedir prefix="relative">cache</cachedir>
</fontconfig>
`;
