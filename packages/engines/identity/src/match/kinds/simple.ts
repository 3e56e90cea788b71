// Phones, e-mail addresses, places, national ids, categories and numbers.
import { barePlace } from '../../chinese/places.ts';
import { isChecked, readValue, standsForNobody } from '../../identifier/values.ts';
import { jaroWinkler, withinOneEdit } from '../strings.ts';
import { hashText, mix } from '../texts.ts';
import { type Atom, type Column, facetAtom, isNothing, type Kind, levels, whole } from './kind.ts';
import { folded, overlap, tokensOf } from './tokens.ts';

const oneEdit = ({ texts: { chars, ends } }: Column, a: number, b: number): boolean => {
  const [from, at] = [ends[a - 1] ?? 0, ends[b - 1] ?? 0];
  return withinOneEdit(chars, from, (ends[a] ?? 0) - from, chars, at, (ends[b] ?? 0) - at);
};

const likeness = ({ texts: { chars, ends } }: Column, a: number, b: number): number => {
  const [from, at] = [ends[a - 1] ?? 0, ends[b - 1] ?? 0];
  return jaroWinkler(chars, from, (ends[a] ?? 0) - from, chars, at, (ends[b] ?? 0) - at);
};

/** A number as it is dialled at home: without +86 or 0086, an extension, and what separates its digits. */
function readPhone(value: string): string | null {
  const text = folded(value, 60).replace(/(?:ext|x|转|#).*$/u, '');
  const digits = text.replace(/\D/g, '').replace(/^(?:00|(?=\d))/, '');
  const home = digits.replace(/^86(?=1[3-9]\d{9}$|0?\d{10,11}$)/, '');
  const plain = home.replace(/^0+(?=\d{7,})/, '');
  if (plain.length < 5 || /^(\d)\1+$/.test(plain) || standsForNobody('phone', plain)) return null;
  return plain;
}

const tail = 7;

/** 0 different, 1 a slip of one digit, 2 the same but for what stands in front. */
export const phone: Kind = {
  facets: 2,
  hasTokens: false,
  levels: levels({ different: 0.22, near: 0.03, tail: 0.02, exact: 0.73 }),
  reader: () => (value) => {
    const text = readPhone(value);
    if (text === null) return null;
    return { text, facets: [hashText(text.slice(-tail)), mix(hashText(text.slice(-4)))] };
  },
  compare(column, a, b) {
    if (oneEdit(column, a, b)) return 1;
    const lengthOf = (code: number) => (column.texts.ends[code] ?? 0) - (column.texts.ends[code - 1] ?? 0);
    return column.facets[a * 2] === column.facets[b * 2] && lengthOf(a) !== lengthOf(b) ? 2 : 0;
  },
  atoms: [facetAtom('tail', 0, 2), facetAtom('lastFour', 1, 2)],
};

/** 0 different, 1 similar, 2 the same before the @. */
export const email: Kind = {
  facets: 1,
  hasTokens: false,
  levels: levels({ different: 0.2, similar: 0.08, local: 0.04, exact: 0.68 }),
  reader: () => (value) => {
    const text = folded(value, 200)
      .replaceAll(' ', '')
      .replace(/^mailto:/, '');
    if (isNothing(text) || standsForNobody('email', text) || !text.includes('@')) return null;
    return { text, facets: [hashText(text.slice(0, text.indexOf('@')))] };
  },
  compare(column, a, b) {
    if (column.facets[a] === column.facets[b]) return 2;
    return oneEdit(column, a, b) || likeness(column, a, b) >= 0.92 ? 1 : 0;
  },
  atoms: [whole, facetAtom('local', 0, 1)],
};

const place = (expected: Readonly<Record<string, number>>, likeEnough: number): Kind => ({
  facets: 0,
  hasTokens: false,
  levels: levels(expected),
  reader: () => (value) => {
    const text = barePlace(
      folded(value, 80)
        .replace(/[^\p{L}\p{N}]+/gu, ' ')
        .trim(),
    );
    return isNothing(text) ? null : { text, facets: [] };
  },
  compare: (column, a, b) =>
    likeness(column, a, b) >= likeEnough || (oneEdit(column, a, b) && isLong(column, a)) ? 1 : 0,
  atoms: [whole],
});

const isLong = ({ texts: { ends } }: Column, code: number): boolean => (ends[code] ?? 0) - (ends[code - 1] ?? 0) > 3;

export const city = place({ different: 0.12, near: 0.08, exact: 0.8 }, 0.88);
export const region = place({ different: 0.07, near: 0.02, exact: 0.91 }, 0.92);

const headOf = ({ texts: { chars, ends } }: Column, code: number, length: number): number => {
  const from = ends[code - 1] ?? 0;
  const to = Math.min(from + length, ends[code] ?? 0);
  let hash = 0;
  for (let at = from; at < to; at++) hash = mix(hash + (chars[at] ?? 0));
  return hash;
};

const headAtom = (length: number): Atom => ({
  name: 'head',
  slots: 1,
  fill(column, code, keys) {
    keys[0] = headOf(column, code, length);
  },
});

/** 0 different, 1 the same area, 2 a slip. */
export const postalCode: Kind = {
  facets: 0,
  hasTokens: false,
  levels: levels({ different: 0.12, area: 0.03, near: 0.07, exact: 0.78 }),
  reader: () => (value) => {
    const text = folded(value, 20).replace(/[^\p{L}\p{N}]+/gu, '');
    return isNothing(text) || /^0+$/.test(text) ? null : { text, facets: [] };
  },
  compare(column, a, b) {
    if (oneEdit(column, a, b)) return 2;
    return headOf(column, a, 3) === headOf(column, b, 3) ? 1 : 0;
  },
  atoms: [whole],
};

/** 0 different, 1 a slip. Its facet tells whether its check digit fits: two of these that differ are two customers. */
export const nationalId: Kind = {
  facets: 1,
  hasTokens: false,
  levels: levels({ different: 0.1, near: 0.06, exact: 0.84 }),
  reader: () => (value) => {
    const text = folded(value, 60)
      .replace(/[^\p{L}\p{N}]+/gu, '')
      .toUpperCase();
    if (isNothing(text.toLowerCase()) || standsForNobody('nationalId', text)) return null;
    return { text, facets: [isStrong(text) ? 1 : 0] };
  },
  compare: (column, a, b) => (oneEdit(column, a, b) ? 1 : 0),
  atoms: [whole, headAtom(5)],
};

function isStrong(text: string): boolean {
  const id = readValue('nationalId', text);
  if (id !== null && isChecked('nationalId', id)) return true;
  const code = readValue('creditCode', text);
  return code !== null && isChecked('creditCode', code);
}

/** 0 different, 1 similar: one has a word of the other. */
export const category: Kind = {
  facets: 0,
  hasTokens: true,
  levels: levels({ different: 0.2, similar: 0.1, exact: 0.7 }),
  reader: () => (value) => {
    const text = folded(value, 120);
    if (isNothing(text)) return null;
    return { text: text.replace(/[^\p{L}\p{N}]+/gu, ' ').trim() || text, facets: [], tokens: tokensOf(text) };
  },
  compare: (column, a, b) => (overlap(column, a, b).contained >= 0.7 || likeness(column, a, b) >= 0.9 ? 1 : 0),
  atoms: [whole],
};

const asFloat = new Float32Array(1);
const asBits = new Uint32Array(asFloat.buffer);

function numberIn(column: Column, code: number): number {
  asBits[0] = column.facets[code] ?? 0;
  return asFloat[0] ?? 0;
}

/** 0 different, 1 within a tenth, 2 within a hundredth (or one of a count). */
export const number: Kind = {
  facets: 1,
  hasTokens: false,
  levels: levels({ different: 0.15, close: 0.08, near: 0.07, exact: 0.7 }),
  reader: () => (value) => {
    const text = folded(value, 40)
      .replace(/(\d)[,\s](?=\d{3}(?!\d))/g, '$1')
      .replace(/[^\d.eE+-]/g, '');
    const read = Number.parseFloat(text);
    if (Number.isNaN(read)) return null;
    asFloat[0] = read;
    return { text: String(read), facets: [asBits[0] ?? 0] };
  },
  compare(column, a, b) {
    const one = numberIn(column, a);
    const other = numberIn(column, b);
    const apart = Math.abs(one - other) / Math.max(Math.abs(one), Math.abs(other), Number.MIN_VALUE);
    return apart <= 0.01 ? 2 : apart <= 0.1 ? 1 : 0;
  },
  atoms: [whole],
};
