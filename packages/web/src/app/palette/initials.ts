// 客户 is found by kh: the initials of a text's pinyin, from the browser's own Chinese order, without a dictionary.

const letters = [...'abcdefghjklmnopqrstwxyz'];
/** The first character of each letter in pinyin order. */
const firsts = [...'阿八嚓哒妸发旮哈讥咔垃痳拏噢妑七呥扨它穵夕丫帀'];

const order = new Intl.Collator('zh-Hans-u-co-pinyin');
const han = /\p{Script=Han}/u;
const known = new Map<string, string>();

function initialOf(character: string): string {
  let at = 0;
  while (at + 1 < firsts.length && order.compare(firsts[at + 1] ?? '', character) <= 0) at++;
  return letters[at] ?? '';
}

/** Lower-case initials: of each Chinese character its pinyin's, of each Latin word its first letter; digits stay. */
export function initials(text: string): string {
  const before = known.get(text);
  if (before !== undefined) return before;
  const parts = text.toLowerCase().match(/\p{Script=Han}|[\p{L}]+|\d/gu) ?? [];
  const made = parts.map((part) => (han.test(part) ? initialOf(part) : (part[0] ?? ''))).join('');
  known.set(text, made);
  return made;
}

/** How well a text answers to what was typed: 0 not at all, more is better. */
export function matches(text: string, typed: string): number {
  const [label, wanted] = [text.toLowerCase(), typed.trim().toLowerCase()];
  if (wanted === '') return 1;
  if (label.startsWith(wanted)) return 4;
  if (label.includes(wanted)) return 3;
  const short = initials(text);
  const joined = wanted.replace(/\s+/g, '');
  if (short.startsWith(joined)) return 2;
  return joined.length > 1 && short.includes(joined) ? 1 : 0;
}
