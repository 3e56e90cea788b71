// Days of birth, however they are written.
import { foldWidth } from '@huike/kernel/search/fold';
import { withinOneEdit } from '../strings.ts';
import { mix } from '../texts.ts';
import { facetAtom, isNothing, type Kind, levels, type Reading, whole } from './kind.ts';

const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

type Order = 'dayFirst' | 'monthFirst';
type Parts = readonly [year: number, month: number, day: number];

/** Year, month and day of a written date, month and day changed where the order says so; null when it is none. */
function parts(text: string, order: Order): Parts | null {
  const compact = /^(\d{4})(\d{2})(\d{2})(?:\d{6})?$/.exec(text);
  if (compact) return [Number(compact[1]), Number(compact[2]), Number(compact[3])];
  const named = /^(\d{1,2})(?:st|nd|rd|th)?[\s\-/.,]*([a-z]{3})[a-z]*[\s\-/.,]*(\d{4}|\d{2})$/.exec(text);
  if (named) return [fullYear(named[3] ?? ''), months.indexOf(named[2] ?? '') + 1, Number(named[1])];
  const nameFirst = /^([a-z]{3})[a-z]*[\s\-/.,]*(\d{1,2})(?:st|nd|rd|th)?[\s\-/.,]+(\d{4}|\d{2})$/.exec(text);
  if (nameFirst) return [fullYear(nameFirst[3] ?? ''), months.indexOf(nameFirst[1] ?? '') + 1, Number(nameFirst[2])];
  const numbers = /^(\d{1,4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,4})\s*[日号]?(?:[t\s].*)?$/.exec(text);
  if (!numbers) return null;
  const [, one = '', two = '', three = ''] = numbers;
  if (one.length === 4 || text.includes('年')) return [fullYear(one), Number(two), Number(three)];
  const year = fullYear(three);
  return order === 'dayFirst' ? [year, Number(two), Number(one)] : [year, Number(one), Number(two)];
}

function fullYear(text: string): number {
  const year = Number(text);
  if (text.length > 2) return year;
  return year > 30 ? 1900 + year : 2000 + year;
}

/** A first number above 12 says that the day comes first, a second one that the month does; the majority has it. */
function orderOf(sample: Iterable<string>): Order {
  let dayFirst = 0;
  let monthFirst = 0;
  for (const value of sample) {
    const [, one, two] = /^\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*\d/.exec(value) ?? [];
    if (Number(one) > 12) dayFirst++;
    if (Number(two) > 12) monthFirst++;
  }
  return monthFirst > dayFirst ? 'monthFirst' : 'dayFirst';
}

const two = (number: number) => String(number).padStart(2, '0');

function read(value: string, order: Order): Reading | null {
  const text = foldWidth(value, 40);
  if (isNothing(text)) return null;
  const found = parts(text, order);
  if (found === null) {
    const digits = text.replace(/\D/g, '');
    return digits.length < 4 ? null : { text: digits.slice(0, 8), facets: [0, 0] };
  }
  const [year, month, day] = found;
  if (year === 0 && month === 0 && day === 0) return null;
  const isMonthDay = month * 40 + day;
  const reversed = Math.min(isMonthDay, day * 40 + month);
  return {
    text: `${String(year).padStart(4, '0')}${two(month)}${two(day)}`,
    // Year and month; year with month and day in any order.
    facets: [mix(year * 16 + month), mix(year * 4096 + reversed)],
  };
}

const year = 4;

/** 0 different, 1 two of year, month and day the same, 2 a slip of one digit or day and month changed. */
export const birthDate: Kind = {
  facets: 2,
  hasTokens: false,
  levels: levels({ different: 0.04, partial: 0.03, near: 0.06, exact: 0.87 }),
  reader(sample) {
    const order = orderOf(sample());
    return (value) => read(value, order);
  },
  compare({ texts, facets }, a, b) {
    const { chars, ends } = texts;
    const [from, at] = [ends[a - 1] ?? 0, ends[b - 1] ?? 0];
    const [length, size] = [(ends[a] ?? 0) - from, (ends[b] ?? 0) - at];
    if (withinOneEdit(chars, from, length, chars, at, size)) return 2;
    if (length !== 8 || size !== 8) return 0;
    const differ = (first: number, last: number) => {
      let count = 0;
      for (let i = first; i < last; i++) if (chars[from + i] !== chars[at + i]) count++;
      return count;
    };
    const years = differ(0, year);
    const swapped = facets[a * 2 + 1] === facets[b * 2 + 1] && facets[a * 2 + 1] !== 0;
    if (swapped) return 2;
    const [month, day] = [differ(4, 6), differ(6, 8)];
    return Number(years === 0) + Number(month === 0) + Number(day === 0) >= 2 ? 1 : 0;
  },
  atoms: [whole, facetAtom('month', 0, 2)],
};
