// Names of companies without what registration adds to them.
import { foldWidth, simplify } from '@huike/kernel/search/fold';
import { barePlace, placeLength } from './places.ts';

export interface CompanyName {
  /** What tells the company from others: 华为技术. */
  readonly core: string;
  /** Places that its name tells, sorted: 北京. */
  readonly places: readonly string[];
}

const chineseForm =
  /(?:(?:集团)?(?:股份)?有限(?:责任)?(?:总)?公司|(?:股份|集团)(?:总)?公司|有限合伙|合伙企业|普通合伙|个体工商户|总公司|分公司|子公司|公司|集团|股份)/gu;
const latinForms: ReadonlySet<string> = new Set(
  (
    'inc incorporated ltd limited llc llp lp co corp corporation company gmbh ag sa plc pty bv nv kg srl spa sarl oy ab ' +
    'as kk the and of pte sdn bhd holdings group'
  ).split(' '),
);
const han = /\p{Script=Han}/u;
const brackets = /[(（[【〔]([^()（）[\]【】〔〕]*)[)）\]】〕]/gu;

/** Reads a company's name; folded, in simplified Chinese. */
export function readCompany(text: string): CompanyName {
  const folded = simplify(foldWidth(text, 200));
  return han.test(folded) ? readChinese(folded) : readLatin(folded);
}

function readChinese(folded: string): CompanyName {
  const places = new Set<string>();
  const open = folded.replace(brackets, (_, inside: string) => {
    const place = inside.trim();
    if (placeLength(place) === place.length && place !== '') {
      places.add(barePlace(place));
      return '';
    }
    return place.replace(chineseForm, '');
  });
  let core = open.replace(/[^\p{L}\p{N}]+/gu, '').replace(chineseForm, '');
  for (let length = placeLength(core); length > 0 && core.length - length >= 2; length = placeLength(core)) {
    places.add(barePlace(core.slice(0, length)));
    core = core.slice(length);
  }
  // A branch tells its place behind: 华为技术有限公司上海分公司.
  for (let length = 2; /分公司/u.test(folded) && core.length - length >= 2 && length <= 5; length++) {
    const tail = core.slice(-length);
    if (placeLength(tail) !== tail.length) continue;
    places.add(barePlace(tail));
    core = core.slice(0, -length);
    break;
  }
  return { core: core === '' ? open.replace(/[^\p{L}\p{N}]+/gu, '') : core, places: [...places].sort() };
}

function readLatin(folded: string): CompanyName {
  const words = folded
    .replaceAll('&', ' and ')
    .replace(/['’`.]/g, '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
  const core = words.filter((word) => !latinForms.has(word));
  return { core: (core.length > 0 ? core : words).join(' '), places: [] };
}
