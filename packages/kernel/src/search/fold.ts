// Text as it is compared in search and sort: one width, one case, no diacritics, simplified Chinese.
import { Converter } from 'opencc-js/t2cn';

// Letters that Unicode doesn't take apart, spelt as they are typed on a plain keyboard.
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};

const PLAIN = /^[\x20-\x7e\u4e00-\u9fa5]*$/;
const DIACRITICS = /[\u0300-\u036f]/g;
const SPELT = /[ßæœøłđðþı]/g;
const BLANKS = /[\p{Cc}\p{Z}]+/gu;

/** NFKC, lower case, no diacritics, blanks and control characters to single spaces, at most `limit` UTF-16 units. */
export function foldWidth(text: string, limit: number): string {
  const cut = text.length > limit ? text.slice(0, limit) : text;
  if (PLAIN.test(cut)) return cut.toLowerCase().trim().replace(/ {2,}/g, ' ');
  const folded = cut
    .toWellFormed()
    .normalize('NFKD')
    .replace(DIACRITICS, '')
    .toLowerCase()
    .replace(DIACRITICS, '')
    .replace(SPELT, (letter) => LETTERS[letter] ?? letter)
    .normalize('NFKC')
    .replace(BLANKS, ' ')
    .trim();
  // NFKC may lengthen, and a cut may halve a pair.
  return folded.length > limit ? folded.slice(0, limit).toWellFormed() : folded;
}

const FIRST = 0x3400;
const LAST = 0x9fff;
let simplifiedCodes: Uint16Array | undefined;

/** Simplified code unit of each code unit of the basic plane; made once, character by character. */
function simplifiedTable(): Uint16Array {
  if (simplifiedCodes) return simplifiedCodes;
  const table = Uint16Array.from({ length: 0x10000 }, (_, code) => code);
  const convert = Converter({ from: 't', to: 'cn' });
  const characters = Array.from({ length: LAST - FIRST + 1 }, (_, index) => String.fromCharCode(FIRST + index));
  for (const [index, simplified] of convert(characters.join(' ')).split(' ').entries()) {
    // A simplified form outside the basic plane is rarer than the character itself.
    if (simplified.length === 1) table[FIRST + index] = simplified.charCodeAt(0);
  }
  simplifiedCodes = table;
  return table;
}

/** Simplified Chinese, character by character (both sides of a search are folded alike, so context isn't needed). */
export function simplify(text: string): string {
  const table = simplifiedTable();
  let result = '';
  let copied = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < FIRST || code > LAST) continue;
    const simplified = table[code];
    if (simplified === undefined || simplified === code) continue;
    result += text.slice(copied, i) + String.fromCharCode(simplified);
    copied = i + 1;
  }
  return copied === 0 ? text : result + text.slice(copied);
}
