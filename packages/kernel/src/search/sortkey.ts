// A key that sorts Chinese text by pinyin when keys compare by their bytes (collation "C").
//
// Signs, then digits, then A to Z with Latin letters and pinyin side by side, then other scripts. A Chinese character
// is its reading, its tone and itself (张 → zhang1张), so that all 张 stand together, 西安 comes before 先, and
// characters that are read alike go by code point, which is by radical and strokes.
import { foldWidth } from './fold.ts';
import { sortReadings } from './pinyin.ts';

const MAX_KEY = 120;
const HAN = /\p{Script=Han}/u;
const SIGN = /[\p{P}\p{S}]/u;
const CASE_MARK = '\u0001';

/** lü stands after lu of every tone and before luan; the neutral tone comes last. */
function element(toned: string, character: string): string {
  if (toned === '') return character;
  const letters = toned.slice(0, -1);
  const tone = toned.endsWith('0') ? '5' : toned.slice(-1);
  return `${letters.includes('v') ? `${letters.replace('v', 'u')}:` : letters}${tone}${character}`;
}

function plainElement(character: string): string {
  return SIGN.test(character) ? `!${character}` : character;
}

function isHan(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return code >= 0x4e00 ? code <= 0x9fff || HAN.test(character) : code >= 0x2e80 && HAN.test(character);
}

/**
 * The sort key of a text, at most 120 UTF-16 units. Keys compare by code point. A whole text of two to four Chinese
 * characters is read as a name (曾 as zeng); upper case and accents only decide between texts that are else equal.
 */
export function pinyinSortKey(text: string): string {
  const folded = foldWidth(text, MAX_KEY);
  const characters = [...folded];
  const isName = characters.length >= 2 && characters.length <= 4;
  let key = '';
  for (let i = 0; i < characters.length && key.length < MAX_KEY; ) {
    let end = i;
    while (end < characters.length && isHan(characters[end] ?? '')) end++;
    if (end === i) {
      key += plainElement(characters[i] ?? '');
      i++;
      continue;
    }
    const run = characters.slice(i, end);
    const toned = sortReadings(run, isName && run.length === characters.length);
    for (const [index, character] of run.entries()) key += element(toned[index] ?? '', character);
    i = end;
  }
  const written = text
    .slice(0, MAX_KEY)
    .replace(/[\p{Cc}\p{Z}]+/gu, ' ')
    .trim();
  if (written !== folded) key += CASE_MARK + written;
  return key.slice(0, MAX_KEY).toWellFormed();
}
