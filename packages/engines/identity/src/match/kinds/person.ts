// Names of persons: given name, family name, or both in one.
import { foldWidth, simplify } from '@huike/kernel/search/fold';
import { blurSyllable, readPinyin, syllableOf } from '../../chinese/pinyin.ts';
import { surnameLength } from '../../chinese/surnames.ts';
import { editSimilarity, jaroWinkler, sameUnits, withinOneEdit } from '../strings.ts';
import { hashText, mix } from '../texts.ts';
import { type Atom, type Column, facetAtom, isNothing, type Kind, levels, type Reading } from './kind.ts';

// The text of a name is `family given`.
const familyLength = 0;
/** Of all syllables (Chinese or pinyin) or words, whatever their order. */
const sounds = 1;
/** The same, what is heard alike being one. */
const blurred = 2;
const familySound = 3;
const givenSound = 4;
const flags = 5;
const facets = 6;

const isHan = 1;
const isPinyin = 2;
/** No name of one person: it tells nothing unless it is the same. */
const isNickname = 4;
const lacksGiven = 8;
const isMale = 16;
const isFemale = 32;

const hanOnly = /^[\p{Script=Han}·•・.\s]+$/u;
const honorific = /(?:先生|女士|小姐|太太|老师|老板|师傅|经理|总|同学|阿姨|叔叔)$/u;
const male = /(?:先生|叔叔)$/u;
const female = /(?:女士|小姐|太太|阿姨)$/u;
/** 阿旭, 大张, 小李. */
const familiar = /^[阿大小老]\p{Script=Han}$/u;
/** Several people in one value: who they are isn't told by comparing them as one. */
const several = /;|&| and |\bet al\b/;
const titles: ReadonlySet<string> = new Set('mr mrs ms miss dr prof sir jr sr ii iii iv phd md esq'.split(' '));

const sum = (words: readonly string[], of: (word: string) => string): number =>
  words.reduce((total, word) => (total + mix(hashText(of(word)))) >>> 0, 0);
const same = (word: string) => word;

/** A Latin word by its consonants, spelt as they sound. */
function phonetic(word: string): string {
  const spelt = word
    .replace(/^(?:kn|gn|pn)/, 'n')
    .replace(/^wr/, 'r')
    .replace(/ph/g, 'f')
    .replace(/(?:gh|h)(?=[^aeiouy]|$)/g, '')
    .replace(/ck/g, 'k')
    .replace(/sch|sh/g, 's')
    .replace(/c(?=[eiy])/g, 's')
    .replace(/[cq]/g, 'k')
    .replace(/x/g, 'ks')
    .replace(/z/g, 's')
    .replace(/v/g, 'f')
    .replace(/dg|j/g, 'g');
  const first = spelt.charAt(0).replace(/[aeiouy]/, 'a');
  return (first + spelt.slice(1).replace(/[aeiouyhw]/g, '')).replace(/(.)\1+/g, '$1');
}

interface Parts {
  readonly family: readonly string[];
  readonly given: readonly string[];
}

function readName(value: string, part: 'given' | 'family' | 'full'): Reading | null {
  const folded = simplify(foldWidth(value, 80));
  if (isNothing(folded)) return null;
  return hanOnly.test(folded) ? readHan(folded.replace(/[·•・.\s]/gu, ''), part) : readLatin(folded, part);
}

function readHan(name: string, part: 'given' | 'family' | 'full'): Reading | null {
  const bare = part === 'full' ? name.replace(honorific, '') : name;
  if (bare === '') return null;
  const length = part === 'given' ? 0 : part === 'family' ? bare.length : surnameLength(bare);
  const isTitled = bare.length < name.length && bare.length <= 2;
  const family = isTitled ? bare : bare.slice(0, length);
  // A title stays where the given name would be: 王先生 isn't 王女士.
  const given = isTitled ? name.slice(bare.length) : bare.slice(length);
  const isName = part !== 'full' || (length > 0 && (isTitled || given.length <= 2) && !familiar.test(bare));
  const familySyllables = [...family].map((one) => syllableOf(one, true));
  const givenSyllables = isTitled ? [] : [...given].map((one) => syllableOf(one, false));
  const all = [...familySyllables, ...givenSyllables];
  const lacks = part === 'full' && givenSyllables.length === 0;
  const sex = isTitled && male.test(name) ? isMale : isTitled && female.test(name) ? isFemale : 0;
  return {
    text: `${family} ${given}`.trim(),
    facets: [
      ...[family.length, sum(all, same), sum(all, blurSyllable)],
      ...[isName ? sum(familySyllables, blurSyllable) : 0, isName ? sum(givenSyllables, blurSyllable) : 0],
      isHan | (isName ? 0 : isNickname) | (lacks ? lacksGiven : 0) | sex,
    ],
  };
}

function readLatin(folded: string, part: 'given' | 'family' | 'full'): Reading | null {
  const letters = folded.replace(/['’`]/g, '').replace(/\([^)]*\)/g, ' ');
  const comma = letters.indexOf(',');
  const words = (text: string) => text.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '' && !titles.has(word));
  const all = words(letters);
  if (all.length === 0) return null;
  const parts = ((): Parts => {
    if (part === 'given') return { family: [], given: all };
    if (part === 'family') return { family: all, given: [] };
    if (comma > 0 && words(letters.slice(comma)).length > 0)
      return { family: words(letters.slice(0, comma)), given: words(letters.slice(comma)) };
    return { family: all.slice(-1), given: all.slice(0, -1) };
  })();
  const read = all.map(readPinyin);
  const syllables = read.some((one) => one === null) ? null : read.flatMap((one) => one ?? []);
  const chinese = syllables !== null && syllables.length <= 4 && (part !== 'full' || syllables.length > 1);
  const family = parts.family.join(' ');
  const isList = several.test(letters) || (all.length > 3 && /,.*,/.test(letters));
  return {
    text: `${family} ${parts.given.join(' ')}`.trim(),
    facets: [
      family.length,
      chinese ? sum(syllables, same) : sum(all, same),
      chinese ? sum(syllables, blurSyllable) : sum(all, phonetic),
      ...[sum(parts.family, phonetic), sum(parts.given.slice(0, 1), phonetic)],
      (chinese ? isPinyin : 0) |
        (isList ? isNickname : 0) |
        (part === 'full' && parts.given.length === 0 && !chinese ? lacksGiven : 0),
    ],
  };
}

const facet = (column: Column, code: number, index: number): number => column.facets[code * facets + index] ?? 0;
const startOf = (column: Column, code: number): number => column.texts.ends[code - 1] ?? 0;
const endOf = (column: Column, code: number): number => column.texts.ends[code] ?? 0;

/** 0 where one is Chinese and the other Latin that isn't pinyin: an English name says nothing of a Chinese one. */
type Scripts = 'none' | 'han' | 'latin' | 'mixed';

function scriptsOf(one: number, other: number): Scripts {
  if ((one & other & isHan) !== 0) return 'han';
  if (((one | other) & isHan) === 0) return 'latin';
  return ((one | other) & isPinyin) !== 0 ? 'mixed' : 'none';
}

const different = 0;

/** 1 similar, 2 near; 0 different; -1 where they tell nothing. For names of one part. */
function compareParts(column: Column, a: number, b: number): number {
  const scripts = scriptsOf(facet(column, a, flags), facet(column, b, flags));
  if (scripts === 'none') return -1;
  if (facet(column, a, sounds) === facet(column, b, sounds)) return 2;
  if (scripts !== 'latin') {
    if (facet(column, a, blurred) === facet(column, b, blurred)) return 1;
    return scripts === 'han' && shareUnit(column, a, b) ? 1 : different;
  }
  const { chars } = column.texts;
  const [from, at] = [startOf(column, a), startOf(column, b)];
  const likeness = compareLatin(chars, from, endOf(column, a) - from, at, endOf(column, b) - at);
  return likeness === 0 && facet(column, a, blurred) === facet(column, b, blurred) ? 1 : likeness;
}

function compareLatin(chars: Uint16Array, from: number, length: number, at: number, size: number): number {
  const shorter = Math.min(length, size);
  if (shorter >= 4 && withinOneEdit(chars, from, length, chars, at, size)) return 2;
  if (shorter > 0 && sameUnits(chars, from, shorter, chars, at, shorter)) return shorter >= 3 || shorter === 1 ? 1 : 0;
  if (shorter < 3) return different;
  const likeness = jaroWinkler(chars, from, length, chars, at, size);
  if (likeness >= 0.93) return 2;
  return likeness >= 0.84 ? 1 : different;
}

/** Whether one of two Chinese given names is in the other, or both have a character in the same place. */
function shareUnit(column: Column, a: number, b: number): boolean {
  const { chars } = column.texts;
  const [from, at] = [startOf(column, a), startOf(column, b)];
  const [length, size] = [endOf(column, a) - from, endOf(column, b) - at];
  if (length < 2 && size < 2) return false;
  if (length === size) {
    for (let i = 0; i < length; i++) if (chars[from + i] === chars[at + i]) return true;
    return false;
  }
  return contains(
    chars,
    length > size ? from : at,
    Math.max(length, size),
    length > size ? at : from,
    Math.min(length, size),
  );
}

function contains(chars: Uint16Array, from: number, length: number, at: number, size: number): boolean {
  for (let i = 0; i + size <= length; i++) if (sameUnits(chars, from + i, size, chars, at, size)) return true;
  return false;
}

/** The level of the same family name and another given name. */
export const givenConflict = 1;
const familyConflict = 2;
const partial = 3;
const similar = 4;
const near = 5;

function compareFull(column: Column, a: number, b: number): number {
  const [one, other] = [facet(column, a, flags), facet(column, b, flags)];
  if (((one | other) & isNickname) !== 0) return -1;
  const scripts = scriptsOf(one, other);
  if (scripts === 'none') return -1;
  const lacks = ((one | other) & lacksGiven) !== 0;
  if (!lacks && facet(column, a, sounds) === facet(column, b, sounds)) return near;
  const isHeardAlike = !lacks && facet(column, a, blurred) === facet(column, b, blurred);
  if (isHeardAlike && scripts !== 'latin') return similar;
  if (scripts === 'mixed') return lacks ? -1 : different;

  const { chars } = column.texts;
  const [from, at] = [startOf(column, a), startOf(column, b)];
  const [familyA, familyB] = [facet(column, a, familyLength), facet(column, b, familyLength)];
  const [givenFrom, givenAt] = [from + familyA + 1, at + familyB + 1];
  const [givenA, givenB] = [Math.max(0, endOf(column, a) - givenFrom), Math.max(0, endOf(column, b) - givenAt)];
  const sameFamily = sameUnits(chars, from, familyA, chars, at, familyB);
  if (scripts === 'han') {
    const sameGiven = sameUnits(chars, givenFrom, givenA, chars, givenAt, givenB);
    const sexes = (one | other) & (isMale | isFemale);
    if (lacks) return sameFamily && sexes !== (isMale | isFemale) ? partial : different;
    if (!sameFamily) return sameGiven && givenA > 1 ? familyConflict : different;
    const [long, short] = givenA > givenB ? [givenFrom, givenAt] : [givenAt, givenFrom];
    const held = givenA !== givenB && contains(chars, long, Math.max(givenA, givenB), short, Math.min(givenA, givenB));
    return held ? similar : givenConflict;
  }
  const wholeA = endOf(column, a) - from;
  const wholeB = endOf(column, b) - at;
  if (withinOneEdit(chars, from, wholeA, chars, at, wholeB) && Math.min(wholeA, wholeB) > 5) return near;
  const family = sameFamily ? 2 : compareLatin(chars, from, familyA, at, familyB);
  if (lacks) return family === 2 ? partial : different;
  const given = compareGiven(chars, givenFrom, givenA, givenAt, givenB);
  if (family === 2 && given === 2) return near;
  if (isHeardAlike || (family > 0 && given > 0)) return similar;
  // Family and given name changed, with a slip.
  const likeness = Math.max(
    compareLatin(chars, from, familyA, givenAt, givenB) * compareGiven(chars, givenFrom, givenA, at, familyB),
    editSimilarity(chars, from, wholeA, chars, at, wholeB, 0.8) >= 0.8 ? 1 : 0,
  );
  if (likeness > 0) return similar;
  if (family === 2) return givenConflict;
  return given === 2 && givenA > 2 ? familyConflict : different;
}

/** Given names of which one may have more words than the other. */
function compareGiven(chars: Uint16Array, from: number, length: number, at: number, size: number): number {
  const [first, second] = [wordLength(chars, from, length), wordLength(chars, at, size)];
  if (first > 1 && sameUnits(chars, from, first, chars, at, second)) return 2;
  const heads = compareLatin(chars, from, first, at, second);
  return heads > 0 ? heads : compareLatin(chars, from, length, at, size);
}

function wordLength(chars: Uint16Array, from: number, length: number): number {
  for (let i = 0; i < length; i++) if (chars[from + i] === 32) return i;
  return length;
}

/** The first four letters as a key: what is right of a name whose end isn't. */
const head: Atom = {
  name: 'head',
  slots: 1,
  fill(column, code, keys) {
    const from = startOf(column, code);
    const length = Math.min(4, endOf(column, code) - from);
    let hash = 0;
    for (let i = 0; i < length; i++) hash = mix(hash + (column.texts.chars[from + i] ?? 0));
    keys[0] = length < 2 ? 0 : hash;
  },
};

const part = (which: 'given' | 'family', expected: Readonly<Record<string, number>>): Kind => ({
  facets,
  hasTokens: false,
  levels: levels(expected),
  reader: () => (value) => readName(value, which),
  compare: compareParts,
  atoms: [facetAtom('sound', blurred, facets), head],
});

export const givenName = part('given', { different: 0.07, similar: 0.06, near: 0.09, exact: 0.78 });
export const familyName = part('family', { different: 0.05, similar: 0.04, near: 0.08, swapped: 0.01, exact: 0.82 });

export const fullName: Kind = {
  facets,
  hasTokens: false,
  levels: levels({
    ...{ different: 0.02, givenConflict: 0.02, familyConflict: 0.02, partial: 0.04 },
    ...{ similar: 0.07, near: 0.11, exact: 0.72 },
  }),
  reader: () => (value) => readName(value, 'full'),
  compare: compareFull,
  atoms: [
    facetAtom('name', blurred, facets),
    facetAtom('family', familySound, facets),
    facetAtom('given', givenSound, facets),
  ],
};

/** The level of a family name that is the other's given name, and the other way round. */
export const swapped = 3;

/** Whether given and family name of one row are family and given name of the other. */
export function areSwapped(
  given: Column,
  family: Column,
  [givenA, familyA, givenB, familyB]: readonly number[],
): boolean {
  return alike(given, givenA ?? 0, family, familyB ?? 0) && alike(family, familyA ?? 0, given, givenB ?? 0);
}

function alike(one: Column, a: number, other: Column, b: number): boolean {
  if (a === 0 || b === 0) return false;
  if (facet(one, a, sounds) === facet(other, b, sounds)) return true;
  const [from, at] = [startOf(one, a), startOf(other, b)];
  return jaroWinkler(one.texts.chars, from, endOf(one, a) - from, other.texts.chars, at, endOf(other, b) - at) >= 0.9;
}
