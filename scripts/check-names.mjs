// No literal in packages/ names an app's object: an engine finds what it needs by a trait. Read off the syntax trees:
// string literals, and object literals whose keys are all names of objects (a table by object). A single key that happens
// to be such a word, like `{ tag: 1, type: 'id' }`, is a field of some TypeScript type and means nothing.
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
  address: 'a field type',
};

/** The same for one file. */
const sharedIn = /** @type {Readonly<Record<string, Readonly<Record<string, string>>>>} */ ({
  'kernel/src/files/headers.ts': { attachment: 'Content-Disposition, RFC 6266' },
});

/**
 * The names of the objects that the apps declare.
 * @returns {Promise<ReadonlySet<string>>}
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

/** @typedef {{ type?: string, span?: { start: number }, value?: unknown, raw?: unknown, [field: string]: unknown }} Node */

/**
 * The fields of a syntax node in which a string may stand for an object: not the module of an import, nor the field that
 * a type picks out of another (`Pick<T, 'tag'>`, `T['tag']`).
 * @param {Node} node
 */
function inside(node) {
  const { source, indexType, typeParams, ...rest } = node;
  const picks = /^(Pick|Omit)$/.test(String(/** @type {Node} */ (node.typeName)?.value));
  if (/^(Import|Export)/.test(node.type ?? '')) return [indexType, typeParams, ...Object.values(rest)];
  if (node.type === 'TsIndexedAccessType') return [source, typeParams, ...Object.values(rest)];
  return [source, indexType, picks ? undefined : typeParams, ...Object.values(rest)];
}

/**
 * The identifiers that are the keys of an object literal, when each of its keys is one and there are two at least.
 * @param {Node} node
 */
function table(node) {
  if (node.type !== 'ObjectExpression') return [];
  const properties = /** @type {Node[]} */ (node.properties);
  const keys = properties.map(({ key }) => /** @type {Node} */ (key ?? {}));
  return keys.length > 1 && keys.every(({ type }) => type === 'Identifier') ? keys : [];
}

/**
 * Calls back with each name of an object that the tree holds, and the byte at which it stands.
 * @param {unknown} node
 * @param {(word: string) => boolean} isObject
 * @param {(word: string, start: number) => void} found
 */
function search(node, isObject, found) {
  if (typeof node !== 'object' || node === null) return;
  if (Array.isArray(node)) {
    for (const each of node) search(each, isObject, found);
    return;
  }
  const here = /** @type {Node} */ (node);
  const word = here.type === 'StringLiteral' ? here.value : here.type === 'TemplateElement' ? here.raw : undefined;
  if (typeof word === 'string' && isObject(word)) found(word, here.span?.start ?? 1);
  const keys = table(here);
  if (keys.every(({ value }) => isObject(String(value)))) {
    for (const { value, span } of keys) found(String(value), span?.start ?? 1);
  }
  for (const each of inside(here)) search(each, isObject, found);
}

const objects = await appObjects();
const files = filesBelow(join(checkout, 'packages')).filter(
  (path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$|(^|[/.])fixtures?[/.]/.test(path) && !path.startsWith('testkit/'),
);
for (const path of files) {
  const code = readFileSync(join(checkout, 'packages', path));
  const tree = parseSync(code.toString('utf8'), { syntax: 'typescript', tsx: path.endsWith('.tsx') });
  const allowed = { ...shared, ...sharedIn[path] };
  const isObject = (/** @type {string} */ word) => objects.has(word) && !Object.hasOwn(allowed, word);
  search(tree.body, isObject, (word, start) => {
    const line = code
      .subarray(0, start - 1)
      .toString('utf8')
      .split('\n').length;
    console.log(`packages/${path}:${line}: '${word}' is an object of an app: find it by a trait`);
    process.exitCode = 1;
  });
}
