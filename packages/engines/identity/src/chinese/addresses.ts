// Chinese addresses: 省市区, the road or estate, and the numbers of house, building, unit and room.
import { barePlace, placeLength } from './places.ts';

export interface ChineseAddress {
  /** Provinces, cities and districts at its head, without 省, 市, 区. */
  readonly places: readonly string[];
  /** Road and estate, without numbers: 人民南路阳光花园. */
  readonly road: string;
  /** All numbers in their order: 12, 3, 402 of 12号楼3单元402室 and of 12-3-402. */
  readonly numbers: readonly string[];
}

const digits = '零一二三四五六七八九';
const districtAtHead = /^(\p{Script=Han}{1,6}?(?:自治县|自治旗|新区|区|县|旗|市|街道|镇|乡))/u;
const noDistrict = /(?:小区|社区|园区|校区|厂区|库区|景区|[东南西北中一二三四五]区)$/u;
const counted = /([零〇一二两三四五六七八九十百]+)(?=号|栋|幢|座|楼|单元|层|室|户|期|弄|巷|组|排|门|段)/gu;
const units = /号楼|号院|单元|号|栋|幢|座|楼|层|室|户|弄|门|房|段/gu;

/** The number that Chinese numerals of up to three digits write: 十二 is 12. */
export function chineseNumber(text: string): number {
  const plain = text.replaceAll('〇', '零').replaceAll('两', '二');
  if (!/[十百]/u.test(plain)) return Number([...plain].map((digit) => digits.indexOf(digit)).join(''));
  let total = 0;
  let last = 0;
  for (const sign of plain) {
    const unit = sign === '百' ? 100 : sign === '十' ? 10 : 0;
    if (unit === 0) last = digits.indexOf(sign);
    else {
      total += (last || 1) * unit;
      last = 0;
    }
  }
  return total + last;
}

/** Reads an address that is folded and in simplified Chinese. */
export function readChineseAddress(folded: string): ChineseAddress {
  const places = new Set<string>();
  let rest = folded.replace(/^(?:中国|中华人民共和国)/u, '').replace(/[\s,，、;；]+/gu, '');
  for (;;) {
    const length = placeLength(rest);
    const head = length > 0 ? rest.slice(0, length) : (districtAtHead.exec(rest)?.[1] ?? '');
    // 北京路 and 上海花园 are no cities.
    const isRoad = /^(?:东|南|西|北|中)?(?:路|街|大道|花园|小区)/u.test(rest.slice(head.length));
    if (head === '' || head.length >= rest.length || noDistrict.test(head) || isRoad) break;
    places.add(barePlace(head));
    rest = rest.slice(head.length);
  }
  const written = rest.replace(counted, (numerals) => String(chineseNumber(numerals)));
  const numbers = (written.match(/\d+[a-z]?/g) ?? []).map((number) => number.replace(/^0+(?=\d)/, ''));
  const road = written
    .replace(/\d+[a-z]?/g, ' ')
    .replace(units, ' ')
    .replace(/[^\p{L}]+/gu, '');
  return { places: [...places], road, numbers };
}
