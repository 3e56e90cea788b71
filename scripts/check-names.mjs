// No literal in packages/ names an app's object: an engine finds what it needs by a trait. Read off the syntax trees.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseSync } from '@swc/core';
import { filesBelow, root } from './files.mjs';

/** The checkout; another folder for this script's own tests. */
const checkout = process.argv[2] ?? root;

/** Words that an app's object shares with the house, and why they may stand in packages/. */
const shared = {
  user: "the kernel's own",
  department: "the kernel's own",
  role: "the kernel's own",
  position: "the kernel's own",
  customer: 'the trait, and `customers/…` in the public contract',
};

/**
 * The names of the objects that the apps declare.
 * @returns {Promise<Set<string>>}
 */
async function appObjects() {
  const apps = join(checkout, 'apps');
  const modules = (existsSync(apps) ? readdirSync(apps) : [])
    .map((name) => join(apps, name, 'src', 'index.ts'))
    .filter((file) => existsSync(file));
  const names = new Set();
  for (const file of modules) {
    const { app } = await import(pathToFileURL(file).href);
    if (!app?.metadata) throw new Error(`${file} exports no \`app\` with \`metadata\``);
    for (const { name } of app.metadata.objects ?? []) names.add(name);
  }
  return names;
}

/** @typedef {{ type?: string, span?: { start: number }, value?: unknown, raw?: unknown, key?: Node, source?: Node, [field: string]: unknown }} Node */

/**
 * Calls back with every string literal and every property key, and the byte at which it begins.
 * @param {unknown} node
 * @param {(word: string, start: number) => void} found
 */
function words(node, found) {
  if (Array.isArray(node)) for (const each of node) words(each, found);
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return;
  const { type, span, key, source, ...rest } = /** @type {Node} */ (node);
  const start = span?.start ?? 0;
  if (type === 'StringLiteral') found(String(rest.value), start);
  if (type === 'TemplateElement') found(String(rest.raw), start);
  const isKey = type === 'KeyValueProperty' || type === 'MethodProperty';
  if (isKey && key?.type === 'Identifier') found(String(key.value), key.span?.start ?? start);
  else words(key, found);
  // The module that an import or export names is no name of an object.
  if (!/^(Import|Export)/.test(type ?? '')) words(source, found);
  for (const each of Object.values(rest)) words(each, found);
}

const forbidden = await appObjects();
for (const word of Object.keys(shared)) forbidden.delete(word);

const files = filesBelow(join(checkout, 'packages')).filter(
  (path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$|(^|[/.])fixtures?[/.]/.test(path) && !path.startsWith('testkit/'),
);
let problems = 0;
for (const path of files) {
  const code = readFileSync(join(checkout, 'packages', path));
  const tree = parseSync(code.toString('utf8'), { syntax: 'typescript', tsx: path.endsWith('.tsx') });
  words(tree.body, (word, start) => {
    if (!forbidden.has(word)) return;
    const line = code
      .subarray(0, start - 1)
      .toString('utf8')
      .split('\n').length;
    console.log(`packages/${path}:${line}: '${word}' is an object of an app: find it by a trait`);
    problems += 1;
  });
}
process.exitCode = problems > 0 ? 1 : 0;
