// The Chromium that npm carries, for users who can't install one: compressed there, unpacked once into the cache.
import { execFileSync } from 'node:child_process';
import { chmodSync, createReadStream, createWriteStream, readFileSync, rmSync } from 'node:fs';
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
  await decompress(path.join(source, 'chromium.br'), path.join(draft, 'chromium'));
  chmodSync(path.join(draft, 'chromium'), 0o755);
  // The libraries that a bare machine lacks, and a renderer that needs no graphics card.
  for (const name of ['al2023.tar', 'swiftshader.tar']) {
    const archive = path.join(draft, name);
    await decompress(path.join(source, `${name}.br`), archive);
    execFileSync('tar', ['-xf', archive, '-C', draft]);
    rmSync(archive);
  }
}

function decompress(from: string, to: string): Promise<void> {
  return pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to));
}
