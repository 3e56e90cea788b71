// Pinyin as people type and hear it: syllables of characters and of Latin letters, and those that are mixed up.
import { sortReadings } from '@huike/kernel/search/pinyin';

// By initial: what follows it.
const finals: Readonly<Record<string, string>> = {
  '': 'a ai an ang ao e ei en eng er o ou',
  b: 'a ai an ang ao ei en eng i ian iao ie in ing o u',
  p: 'a ai an ang ao ei en eng i ian iao ie in ing o ou u',
  m: 'a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u',
  f: 'a an ang ei en eng o ou u',
  d: 'a ai an ang ao e ei en eng i ia ian iao ie ing iu ong ou u uan ui un uo',
  t: 'a ai an ang ao e eng i ian iao ie ing ong ou u uan ui un uo',
  n: 'a ai an ang ao e ei en eng i ian iang iao ie in ing iu ong ou u uan un uo v ve yu ue',
  l: 'a ai an ang ao e ei eng i ia ian iang iao ie in ing iu o ong ou u uan un uo v ve yu ue',
  g: 'a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo',
  k: 'a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo',
  h: 'a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo',
  j: 'i ia ian iang iao ie in ing iong iu u uan ue un',
  q: 'i ia ian iang iao ie in ing iong iu u uan ue un',
  x: 'i ia ian iang iao ie in ing iong iu u uan ue un',
  zh: 'a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo',
  ch: 'a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo',
  sh: 'a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo',
  r: 'an ang ao e en eng i ong ou u uan ui un uo',
  z: 'a ai an ang ao e ei en eng i ong ou u uan ui un uo',
  c: 'a ai an ang ao e en eng i ong ou u uan ui un uo',
  s: 'a ai an ang ao e en eng i ong ou u uan ui un uo',
  y: 'a an ang ao e i in ing o ong ou u uan ue un',
  w: 'a ai an ang ei en eng o u',
};
const syllables: ReadonlySet<string> = new Set(
  Object.entries(finals).flatMap(([initial, all]) => all.split(' ').map((final) => initial + final)),
);

const longest = 6;

/** The syllables of plain letters that are pinyin through and through ('zhangwei': zhang, wei); null for others. */
export function readPinyin(letters: string): string[] | null {
  if (letters.length === 0 || letters.length > 36 || !/^[a-zü]+$/.test(letters)) return null;
  const text = letters.replaceAll('ü', 'v');
  // The fewest syllables from each place on; long ones first, so xian is one and not xi'an.
  const best: (string[] | null)[] = Array.from({ length: text.length + 1 }, () => null);
  best[text.length] = [];
  for (let from = text.length - 1; from >= 0; from--) {
    for (let length = Math.min(longest, text.length - from); length >= 1; length--) {
      const rest = best[from + length];
      const syllable = text.slice(from, from + length);
      if (rest === null || rest === undefined || !syllables.has(syllable)) continue;
      const known = best[from];
      if (known === null || known === undefined || rest.length + 1 < known.length) best[from] = [syllable, ...rest];
    }
  }
  return best[0] ?? null;
}

const plain = (toned: string) => toned.slice(0, -1);
const alone = new Map<string, string>();
const heads = new Map<string, string>();

/** The syllable of a character of a name in simplified Chinese, as a surname where `isSurname`; '' where it has none. */
export function syllableOf(character: string, isSurname: boolean): string {
  const known = isSurname ? heads : alone;
  let syllable = known.get(character);
  if (syllable === undefined) {
    // 某 only makes it a name: it forms no surname and no word.
    const toned = isSurname ? sortReadings([character, '某'], true)[0] : sortReadings([character], false)[0];
    syllable = plain(toned ?? '');
    known.set(character, syllable);
  }
  return syllable;
}

/** What is heard alike, in one spelling: zh/z, ch/c, sh/s, n/l, r/l, f/h, and -ang/-an, -eng/-en, -ing/-in. */
export function blurSyllable(syllable: string): string {
  return syllable
    .replace(/^([zcs])h/, '$1')
    .replace(/^[nr]/, 'l')
    .replace(/^f(?=[aeu])/, 'h')
    .replace(/^hu(?=[aeo])/, 'h')
    .replace(/([aei]n)g$/, '$1')
    .replace(/^l(?:yu|v)$/, 'lu')
    .replace(/^lve$/, 'lue');
}
