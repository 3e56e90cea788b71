// A real browser for the tests: an installed Chromium, else Debian's where this process may install it, else the one packaged in npm.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { isWritable } from './cache.ts';
import { chineseFace } from './fonts.ts';
import { type Program, packagedChromium } from './packaged-chromium.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome'];

/** What keeps a browser off the network and off the screen. */
const flags = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts a headless Chromium that renders Chinese. The caller closes it. Throws when none can be had. */
export async function launchChromium(): Promise<Browser> {
  return launch(await findChromium());
}

/** The program to launch, acquired when it isn't there. Throws when none can be had. */
export async function findChromium(): Promise<Program> {
  const found = installed() ?? fromDebian();
  if (found !== undefined) return { path: found, environment: {} };
  try {
    return await packagedChromium();
  } catch (cause) {
    throw new Error('no browser for the tests: install chromium, or set CHROMIUM_PATH to one', { cause });
  }
}

/** Starts the given program. */
export async function launch(program: Program): Promise<Browser> {
  const { HOME: home = '/' } = process.env;
  return chromium.launch({
    executablePath: program.path,
    chromiumSandbox: canSandbox(),
    args: flags,
    env: {
      ...process.env,
      ...(isWritable(home) ? {} : { HOME: os.tmpdir() }),
      ...(await chineseFace()),
      ...program.environment,
    },
  });
}

function installed(): string | undefined {
  const { CHROMIUM_PATH: given, PATH: folders = '' } = process.env;
  if (given) return given;
  const candidates = names.flatMap((name) => folders.split(path.delimiter).map((folder) => path.join(folder, name)));
  return candidates.find((file) => existsSync(file) && starts(file));
}

/** Some systems carry a `chromium` that only says where to get one. */
function starts(file: string): boolean {
  return spawnSync(file, ['--version'], { stdio: 'ignore' }).status === 0;
}

/** Installs Debian's Chromium and a Chinese face, one process at a time; undefined where that can't be done. */
function fromDebian(): string | undefined {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return undefined;
  const install = [
    'command -v chromium >/dev/null && exit',
    'apt-get -qq update',
    'apt-get -qq -o DPkg::Lock::Timeout=600 install -y --no-install-recommends chromium fonts-noto-cjk',
  ].join('\n');
  const { status } = spawnSync('flock', ['/tmp/huike-chromium.lock', 'sh', '-ec', install], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 2, 2],
  });
  return status === 0 ? installed() : undefined;
}

/** Chromium's sandbox needs a user namespace, which root and some containers don't give; the tests open only our own pages. */
function canSandbox(): boolean {
  if (process.getuid?.() === 0) return false;
  return process.platform !== 'linux' || spawnSync('unshare', ['--user', 'true'], { stdio: 'ignore' }).status === 0;
}
