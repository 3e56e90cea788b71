import type { Json } from '@huike/schema';
import { refused as refuse, type refused, wrongType } from './common.ts';

// Text as it is kept: NFC, trimmed, nothing in it that PostgreSQL, XML or a spreadsheet can't hold.

export type Cleaned = { readonly ok: true; readonly text: string } | ReturnType<typeof refused>;

// Everything below the space but tab and line breaks; the unfinished ends of the basic plane.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
const unkeepable = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;
const outer = /^[\s\ufeff]+|[\s\ufeff]+$/g;

/** Reads text of at most `limit` characters (code points). Line breaks become `\n`, or a blank where `lines` is false. */
export function cleanText(value: Json, limit: number, lines: boolean): Cleaned {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return cleanText(String(value), limit, lines);
  if (typeof value !== 'string') return wrongType('text');
  // A character takes at most two units, and trimming may take away any number of blanks.
  if (value.length > 4 * limit + 1000) return refuse('value.tooLong', { limit });
  if (!value.isWellFormed() || unkeepable.test(value)) return refuse('value.characters');
  const unbroken = lines ? value.replace(/\r\n?/g, '\n') : value.replace(/[\t\r\n\u2028\u2029]+/g, ' ');
  const text = unbroken.normalize('NFC').replace(outer, '');
  if (text.length > limit && [...text].length > limit) return refuse('value.tooLong', { limit });
  return { ok: true, text };
}
