// Companies: their registered names, the short forms that people write, and their credit codes.
import type { Dice } from '../dice.ts';
import { chance, Weighted } from './chance.ts';
import { type City, shortProvince } from './places.ts';

export interface CompanyName {
  /** 北京; null for a company without a place in its name. */
  readonly place: string | null;
  readonly brand: string;
  readonly trade: string;
  /** 有限公司, 股份有限公司, …. */
  readonly form: string;
}

const heads = [
  ...'华中国金东新大天海恒鑫盛泰宏润瑞德信达联创科智云博凯远正同永兴伟光明嘉锦佳美诚和安康百万众三五方正龙凤鹏飞腾顺通利丰源泉立本立卓越',
];
const tails = [
  ...'为华信达通盛泰源丰润康宁安和兴隆昌顺利美佳科创新锐腾飞翔宇宙航海洋天地元亨鼎峰岳川江河林森木石玉金银宝德仁义礼智诚实力邦国世纪',
];
const trades = Weighted.falling(
  '科技 贸易 商贸 电子 建筑工程 实业 信息技术 机械设备 食品 医疗器械 物流 文化传媒 网络科技 装饰工程 服装 餐饮管理 生物科技 环保科技 汽车销售 化工 教育咨询 新能源 家具 材料 电器 终端 技术'.split(
    ' ',
  ),
  6,
);
const forms = new Weighted<string>([
  ['有限公司', 76],
  ['有限责任公司', 10],
  ['股份有限公司', 8],
  ['集团有限公司', 4],
  ['厂', 2],
]);

/** A company's name; given a brand, that of a sister: another company, with another trade. */
export function companyName(dice: Dice, at: City, brand?: string): CompanyName {
  const own = dice.pick(heads) + dice.pick(tails) + (chance(dice, 0.25) ? dice.pick(tails) : '');
  return {
    place: chance(dice, 0.85) ? shortProvince(at.name) : null,
    brand: brand ?? own,
    trade: trades.pick(dice),
    form: forms.pick(dice),
  };
}

/** The name as registered: 北京华为技术有限公司. */
export function registeredName({ place, brand, trade, form }: CompanyName): string {
  return (place ?? '') + brand + trade + form;
}

/** The name as somebody writes it: the place in brackets, behind, left out; the form short or left out. */
export function writtenCompany(dice: Dice, name: CompanyName): string {
  const { place, brand, trade, form } = name;
  const known = place ?? '';
  switch (dice.upTo(9)) {
    case 0:
      return place === null ? registeredName(name) : `${brand}${trade}（${place}）${form}`;
    case 1:
      return place === null ? registeredName(name) : `${brand}${trade}(${place})${form}`;
    case 2:
      return known + brand + trade;
    case 3:
      return brand + trade + form;
    case 4:
      return brand + trade;
    case 5:
      return place === null ? registeredName(name) : `${place}市${brand}${trade}${form}`;
    default:
      return registeredName(name);
  }
}

const codeCharacters = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const codeWeights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/** A 统一社会信用代码 with its check digit, of a company's index: no two have the same. */
export function creditCode(index: number): string {
  const body = `91${String(510_100 + (index % 90)).padStart(6, '0')}MA${String(index).padStart(7, '0')}`;
  let sum = 0;
  for (const [at, character] of [...body].entries()) sum += codeCharacters.indexOf(character) * (codeWeights[at] ?? 0);
  return body + (codeCharacters[(31 - (sum % 31)) % 31] ?? '0');
}
