// Which column goes to which field: as the spec says, as it was the last time, or as the names suggest.
import { accessOf, type CatalogField, type CatalogObject } from '@huike/kernel';
import { Problem, problem } from '@huike/schema';
import {
  addressWords,
  commonPrefixes,
  currencyWords,
  fold,
  foldBare,
  geoWords,
  isSlipOf,
  nearSensesOf,
  sensesOf,
} from './names.ts';
import type { Mapping } from './spec.ts';
import { isImportable, isRelated, isUnique, mayWrite, type Scene, type Target, targetAt } from './targets.ts';

/** A column of the file that is imported. */
export interface MappedColumn {
  /** Its place, from 0. */
  readonly index: number;
  readonly name: string;
  readonly target: Target;
}

/**
 * The columns that a mapping names, in the file's order. Throws `import.column` for one that the file doesn't have,
 * `import.targetTwice`, `import.nothingMapped`, `import.keyUnmapped`, and as `targetAt`.
 */
export function columnsOf(scene: Scene, mapping: Mapping, names: readonly string[]): MappedColumn[] {
  refuseAbsent(mapping, names);
  const columns = names.flatMap((name, index): MappedColumn[] => {
    const path = Object.hasOwn(mapping, name) ? (mapping[name] ?? null) : null;
    return path === null ? [] : [{ index, name, target: targetAt(scene, path) }];
  });
  const taken = new Set<string>();
  for (const { target } of columns) {
    const slot = slotOf(target);
    if (taken.has(slot)) throw problem('import.targetTwice', { field: target.path });
    taken.add(slot);
  }
  if (columns.length === 0) throw problem('import.nothingMapped', { columns: listed(names) });
  const { key } = scene;
  if (key !== null && !columns.some(({ target }) => target.field === key))
    throw problem('import.keyUnmapped', { field: key.name });
  return columns;
}

/** A column that is mapped must be there: its name may be mistyped. */
function refuseAbsent(mapping: Mapping, names: readonly string[]): void {
  for (const name of Object.keys(mapping))
    if (!names.includes(name)) throw problem('import.column', { column: name.slice(0, 60), columns: listed(names) });
}

const listed = (names: readonly string[]) => names.join('、').slice(0, 300);

/** Columns of one slot would overwrite one another. */
const slotOf = ({ field, part }: Target) => (part === null ? field.name : `${field.name}.${part}`);

/** The mapping of columns to paths, of those that were remembered (by folded name) which still lead somewhere. */
export function recalled(scene: Scene, remembered: Mapping, names: readonly string[]): Mapping {
  const byFolded = new Map(Object.entries(remembered).map(([name, path]) => [fold(name), path]));
  return Object.fromEntries(
    names.flatMap((name): [string, string][] => {
      const path = byFolded.get(fold(name)) ?? null;
      return path !== null && leads(scene, path) ? [[name, path]] : [];
    }),
  );
}

function leads(scene: Scene, path: string): boolean {
  try {
    targetAt(scene, path);
    return true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

interface Suggestion {
  readonly column: number;
  readonly path: string;
  readonly slot: string;
  readonly score: number;
}

/**
 * What the columns' names suggest. `given` stays as it is; columns that suggest nothing are left out. Throws
 * `import.column` for a given one that the file doesn't have.
 */
export function guessed(scene: Scene, names: readonly string[], given: Mapping = {}): Mapping {
  refuseAbsent(given, names);
  const candidates = candidatesOf(scene);
  const taken = new Set(
    Object.values(given).flatMap((path) => (path === null ? [] : [path, slotOf(targetAt(scene, path))])),
  );
  const mapping = new Map<string, string | null>(Object.entries(given));
  const suggestions = names
    .flatMap((name, column) => (mapping.has(name) ? [] : suggestionsFor(scene, candidates, name, column)))
    .sort((one, other) => other.score - one.score || one.column - other.column);
  for (const { column, path, slot } of suggestions) {
    const name = names[column] ?? '';
    if (mapping.has(name) || taken.has(slot) || !leads(scene, path)) continue;
    taken.add(slot);
    mapping.set(name, path);
  }
  return Object.fromEntries(names.flatMap((name) => (mapping.has(name) ? [[name, mapping.get(name) ?? null]] : [])));
}

interface Candidate {
  readonly field: CatalogField;
  /** Folded: its API name and its labels. */
  readonly names: readonly string[];
  /** The first field of its type. */
  readonly first: boolean;
}

function candidatesOf({ rights, mode, key }: Scene): Candidate[] {
  const seen = new Set<string>();
  const fields = [...rights.object.fields.values()].filter(
    // A column called 部门 is rarely about the department that a record belongs to.
    (field) => field === key || (isImportable(field) && mayWrite(rights, field, mode) && isGuessed(field)),
  );
  return fields.map((field) => {
    const first = !field.system && !seen.has(field.type);
    seen.add(field.type);
    return { field, names: namesOf(field), first };
  });
}

const isGuessed = (field: CatalogField) => !field.system || field.name === 'owner';

const namesOf = ({ name, label }: CatalogField | CatalogObject) => [...new Set([name, label.zh, label.en].map(fold))];

const scores = {
  exact: 100,
  related: 96,
  relatedName: 94,
  bare: 95,
  part: 85,
  sense: 80,
  title: 70,
  type: 60,
  slip: 50,
  senseSlip: 40,
} as const;
/** What is taken off where a word had to be left out first: the object's own (客户名称 of a customer), or any such. */
const less = { own: 5, common: 10 } as const;

function suggestionsFor(
  scene: Scene,
  candidates: readonly Candidate[],
  name: string,
  column: number,
): readonly Suggestion[] {
  const [whole, bare] = [fold(name), foldBare(name)];
  // 会员编号 of an order is never its own 编号.
  const others = candidates.filter(({ field }) => isRelated(field)).flatMap(({ names }) => names);
  const ofAnother = withoutPrefix(bare, others) !== null;
  const own = ofAnother ? null : withoutPrefix(bare, namesOf(scene.rights.object));
  const common = ofAnother ? null : withoutPrefix(bare, commonPrefixes);
  const written = [
    { text: whole, off: 0 },
    ...(bare === whole ? [] : [{ text: bare, off: scores.exact - scores.bare }]),
    ...(own === null ? [] : [{ text: own, off: less.own }]),
    ...(common === null ? [] : [{ text: common, off: less.common }]),
  ];
  return written.flatMap(({ text, off }) =>
    candidates.flatMap((candidate) =>
      suggest(scene, candidate, text).map(({ path, score }): Suggestion => {
        const [field = '', part] = path.split('.');
        const slot = part !== undefined && !isRelated(candidate.field) ? path : field;
        return { column, path, slot, score: score - off };
      }),
    ),
  );
}

interface Fit {
  readonly path: string;
  readonly score: number;
}

/** A name without the longest of the prefixes with which it begins; null without any. */
function withoutPrefix(name: string, prefixes: readonly string[]): string | null {
  const found = prefixes
    .filter((one) => name.startsWith(one) && name.length > one.length)
    .sort((one, other) => other.length - one.length)[0];
  return found === undefined ? null : name.slice(found.length);
}

/** How well a folded name fits to a field or a part of it. */
function suggest(scene: Scene, candidate: Candidate, text: string): Fit[] {
  const { field, names, first } = candidate;
  const found = [...partSuggestions(candidate, text), ...relatedSuggestions(scene, candidate, text)];
  const add = (score: number) => found.push({ path: field.name, score });
  if (names.includes(text)) add(scores.exact);
  else if (names.some((one) => isSlipOf(one, text))) add(scores.slip);
  else if (nearSensesOf(text).some(({ words }) => names.some((one) => words.has(one)))) add(scores.senseSlip);
  for (const { words, types, isTitle } of sensesOf(text)) {
    if (names.some((one) => words.has(one))) add(scores.sense);
    else if (isTitle === true && field === field.object.title) add(scores.title);
    else if (first && types.includes(field.type)) add(scores.type);
  }
  return found;
}

function partSuggestions({ field, names, first }: Candidate, text: string): Fit[] {
  const parts = partWords(field);
  return Object.entries(parts).flatMap(([part, words]): Fit[] => {
    const path = `${field.name}.${part}`;
    const own = names.some((one) => text.startsWith(one) && words.has(text.slice(one.length)));
    if (own) return [{ path, score: scores.part }];
    // 省 alone means the first address; a currency alone the first amount.
    return first && words.has(text) ? [{ path, score: scores.type }] : [];
  });
}

function partWords({ type }: CatalogField): Readonly<Record<string, ReadonlySet<string>>> {
  if (type === 'address') return addressWords;
  if (type === 'geo') return geoWords;
  return type === 'money' ? { currency: currencyWords } : {};
}

/** 客户编号 means the customer by its code. */
function relatedSuggestions({ catalog, actor }: Scene, { field, names }: Candidate, text: string): Fit[] {
  if (!isRelated(field) || field.target === null) return [];
  const target = accessOf(catalog, actor).object(field.target.name);
  if (target === null) return [];
  const { title } = target.object;
  const rests = [...names, ...namesOf(target.object)]
    .filter((one) => text.startsWith(one) && text.length > one.length)
    .map((one) => text.slice(one.length));
  const bys = [...target.object.fields.values()].filter((by) => by === title || isUnique(by));
  return rests.flatMap((rest) =>
    bys.flatMap((by) => {
      const called = namesOf(by);
      const senses = sensesOf(rest);
      const fits = called.includes(rest) || senses.some(({ words }) => called.some((one) => words.has(one)));
      const isTitle = by === title && senses.some((one) => one.isTitle === true);
      // What is unique tells more than a name.
      const score = isUnique(by) ? scores.related : scores.relatedName;
      return fits || isTitle ? [{ path: `${field.name}.${by.name}`, score }] : [];
    }),
  );
}
