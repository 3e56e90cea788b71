// Runs `npm ci`, on the Node that will run the product.
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { endLike, run } from './run.mjs';
import { currentSuffices, noRuntime, pinnedHere, programOf, runs } from './runtime.mjs';
import { Stop } from './say.mjs';

/** npm's own script: the npm that runs us, else the one beside this Node, else the first on the PATH. */
function npmScript() {
  const { npm_execpath: running = '', PATH = '' } = process.env;
  const beside = dirname(process.execPath);
  const inside = 'node_modules/npm/bin/npm-cli.js';
  const onPath = PATH.split(delimiter).map((folder) => join(folder, 'npm'));
  for (const candidate of [running, join(beside, '..', 'lib', inside), join(beside, inside), ...onPath]) {
    if (!candidate || !existsSync(candidate)) continue;
    const script = realpathSync(candidate);
    if (script.endsWith('npm-cli.js')) return script;
  }
  throw new Stop('noNpm');
}

/** @param {string} folder */
function isWritable(folder) {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The environment of npm: its cache moves into the checkout when the home folder can't be written.
 * @param {string} root
 */
function npmEnvironment(root) {
  const cache = process.env.npm_config_cache ?? join(homedir(), '.npm');
  const writable = isWritable(existsSync(cache) ? cache : dirname(cache));
  return writable ? process.env : { ...process.env, npm_config_cache: join(root, '.cache', 'npm') };
}

/** Everything, whatever NODE_ENV and npm's settings leave out; and no script of a package runs here: none is needed. */
const options = [
  '--include=dev',
  '--include=optional',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
];

/** npm before 9.6.6 looks for the C library's version under another name, and so leaves out all that is built for glibc. */
const libcName = `data:text/javascript,
  const getReport = process.report.getReport;
  process.report.getReport = (error) => {
    const report = getReport.call(process.report, error);
    report.header.glibcRuntimeVersion = report.header.glibcVersionRuntime;
    return report;
  };`;

/**
 * @param {string} root
 * @param {string} node
 * @param {string} folder
 * @param {(pid: number) => void} started
 */
async function ci(root, node, folder, started) {
  const ended = await run(node, [`--import=${encodeURI(libcName)}`, npmScript(), 'ci', ...options], {
    cwd: folder,
    env: npmEnvironment(root),
    stdio: ['ignore', 2, 2],
    started,
  });
  if (ended.signal !== null) endLike(ended);
  if (ended.code !== 0) throw new Stop('installFailed', { code: ended.code ?? ended.signal ?? '' });
}

/**
 * npm leaves out native packages that the Node it runs on is too old for, so an old Node first fetches the pinned one by itself,
 * checked against the lock file's digest.
 * @param {string} root
 * @param {string} folder where to put it
 * @param {(pid: number) => void} started
 */
async function fetchNode(root, folder, started) {
  const pinned = pinnedHere(root);
  if (!pinned) throw noRuntime();
  const { name, version } = pinned;
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const own = { name: 'runtime', version: '0.0.0', private: true, dependencies: { [name]: version } };
  const path = `node_modules/${name}`;
  const lock = { lockfileVersion: 3, packages: { '': own, [path]: { ...packages[path], optional: false } } };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify(own));
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
  await ci(root, process.execPath, folder, started);
  const program = programOf(folder, name);
  if (!runs(program)) throw noRuntime();
  return program;
}

/**
 * Installs exactly what the lock file says. Throws a Stop when npm fails.
 * @param {string} root
 * @param {(pid: number) => void} started told the process number of each npm
 */
export async function npmCi(root, started) {
  const scratch = join(root, '.cache', 'runtime');
  rmSync(scratch, { recursive: true, force: true });
  const node = currentSuffices ? process.execPath : await fetchNode(root, scratch, started);
  await ci(root, node, root, started);
  rmSync(scratch, { recursive: true, force: true });
  const pinned = pinnedHere(root);
  if (pinned && !runs(programOf(root, pinned.name))) {
    // It doesn't start on this machine, and npm's scripts would find it first as `node`.
    rmSync(programOf(root, pinned.name), { force: true });
    rmSync(join(root, 'node_modules', '.bin', 'node'), { force: true });
  }
}
