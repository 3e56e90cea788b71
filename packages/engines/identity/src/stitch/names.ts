import { syllableOf } from '../chinese/pinyin.ts';

// Whether two names can be one person's or company's, for the question whether a number changed hands.

const titles = /(先生|女士|小姐|老师|经理|总|师傅|同学)$/u;

/** Only a rough look: what isn't plainly different passes. */
export function sameName(a: string, b: string): boolean {
  const [one, other] = [plainName(a), plainName(b)];
  if (one === '' || other === '') return true;
  if (one.includes(other) || other.includes(one) || spelt(one) === spelt(other)) return true;
  // Family name last, given name first.
  return [...one].sort().join('') === [...other].sort().join('');
}

/** As it sounds: 晓雨 and 小雨 are heard alike, and one is typed for the other. */
const spelt = (name: string) => [...name].map((sign, at) => syllableOf(sign, at === 0) || sign).join('');

/** A name without what spelling and courtesy add. */
export const plainName = (name: string) =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s·.,'-]/g, '')
    .replace(titles, '');
