// Names of Chinese persons, about as frequent as they are: many different people share one.
import type { Dice } from '../dice.ts';
import { chance, Weighted } from './chance.ts';

export type Sex = 'male' | 'female';

export interface PersonName {
  readonly surname: string;
  readonly given: string;
}

/** Per cent of the population, by the census; the rest falls off as 1/rank. */
const counted: readonly (readonly [string, number])[] = [
  ...([
    ['王', 7.1],
    ['李', 7.0],
    ['张', 6.7],
    ['刘', 5.1],
    ['陈', 4.6],
    ['杨', 3.2],
    ['黄', 2.5],
  ] as const),
  ...([
    ['赵', 2.2],
    ['吴', 2.1],
    ['周', 2.0],
    ['徐', 1.5],
    ['孙', 1.4],
    ['马', 1.3],
    ['朱', 1.2],
  ] as const),
  ...([
    ['胡', 1.2],
    ['郭', 1.1],
    ['何', 1.1],
    ['林', 1.1],
    ['高', 1.0],
    ['罗', 1.0],
    ['郑', 0.9],
  ] as const),
  ...([
    ['梁', 0.9],
    ['谢', 0.8],
    ['宋', 0.8],
    ['唐', 0.7],
    ['许', 0.7],
    ['邓', 0.65],
    ['冯', 0.65],
  ] as const),
  ...([
    ['韩', 0.65],
    ['曹', 0.6],
    ['曾', 0.6],
    ['彭', 0.6],
    ['肖', 0.6],
    ['蔡', 0.55],
    ['潘', 0.5],
  ] as const),
  ...([
    ['田', 0.5],
    ['董', 0.5],
    ['袁', 0.5],
    ['于', 0.5],
    ['余', 0.5],
    ['叶', 0.48],
    ['蒋', 0.48],
  ] as const),
];
const further =
  '杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙贺陶顾毛郝龚邵万钱严覃武莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝';
const compound = '欧阳 上官 司马 诸葛 皇甫 尉迟 慕容 司徒 令狐 夏侯 端木 公孙 长孙 宇文 东方'.split(' ');

const surnames = new Weighted<string>([
  ...counted,
  ...[...further].map((surname, index): [string, number] => [surname, 19 / (index + 42)]),
  ...compound.map((surname, index): [string, number] => [surname, index === 0 ? 0.09 : 0.03]),
]);

/** How people of one sex were named in one time. */
interface Fashion {
  readonly first: Weighted<string>;
  readonly second: Weighted<string>;
  readonly single: Weighted<string>;
  readonly whole: Weighted<string>;
  readonly shareOfSingle: number;
  readonly shareOfWhole: number;
}

function fashion(first: string, second: string, single: string, whole: string, shareOfSingle: number): Fashion {
  return {
    first: Weighted.falling([...new Set(first)], 12),
    second: Weighted.falling([...new Set(second)], 12),
    single: Weighted.falling([...new Set(single)], 8),
    whole: Weighted.falling(whole.split(' '), 10),
    ...{ shareOfSingle, shareOfWhole: 0.12 },
  };
}

const oldMen = fashion(
  '建国志文永明德玉金春光荣家福宝庆世长国兴正立振树学景洪祥云海忠少维新东克贵守俊义宗绍锡万子佳成大民凤天传开元',
  '国军华明平林生民强祥发才荣福清龙山海胜利忠义德文斌辉峰贵根财成东良武元和章堂江余昌春庆光炳法仁勇安旺洪友',
  '勇军强伟刚平明杰涛辉波斌峰健华林龙飞鹏彬东毅浩宏凯旭锋威建江海',
  '建国 建军 国强 建华 志强 建平 国庆 志明 永强 文军 卫东 建民 国平 德明 玉林 金龙 学军 海涛 春生 志刚',
  0.22,
);
const oldWomen = fashion(
  '秀玉桂淑凤美丽春红小爱金兰月素雪彩翠惠海亚艳文晓建慧云翠瑞巧银雅佩香琼菊志莲水碧冬国永俊明',
  '英兰珍华梅芳芬荣霞云玲香珠琴莲凤红花娥萍敏丽琳娟美清芝仙菊群平琼蓉萍燕艳君',
  '芳敏静丽艳娟霞燕玲萍红英梅琴云洁莉颖华琳虹岚萍蓉慧丹',
  '秀英 秀兰 桂英 玉兰 玉梅 桂兰 秀珍 凤英 玉珍 淑珍 丽华 春梅 桂芳 红梅 丽娟 淑华 秀芳 海燕 小红 建华',
  0.18,
);
const youngMen = fashion(
  '志文晓建海小俊家嘉子天宇浩鹏明永国少伟立承泽思振世东凯智瑞博楚云金春卫彦新学耀旭亚启培景佳正元兴',
  '伟强涛明杰斌辉鹏飞华军林峰龙超波平勇宇东生文健阳亮刚浩凯磊威锋豪俊旭彬松翔亮义光海毅成祥荣晨坤',
  '伟强磊洋勇军杰涛超明刚平辉鹏飞斌波峰凯浩亮宇健鑫旭帅俊博龙威阳晨晖昊坤翔锐恒',
  '志强 海涛 俊杰 志伟 建华 文杰 海波 晓东 志鹏 俊峰 小龙 志勇 晓明 明辉 文涛 家豪 伟杰 国栋 天宇 志明',
  0.3,
);
const youngWomen = fashion(
  '晓丽小雅佳海文春雪美思婷玉艳秀慧红静嘉晨亚雨梦诗欣子淑燕梅爱金云彩月冬凤巧翠丹曼伟倩志婉素',
  '丽娟霞敏静芳婷燕玲红艳萍英梅琴雪云洁莉颖华琳玉娜倩慧丹媛蓉君娇妮莹佳怡欣茹菲媚薇瑶珊',
  '静敏丽艳娟霞燕婷娜玲芳洁莉颖雪倩丹慧琳媛蕾萍红佳莹瑶璐薇悦菲晶',
  '丽娟 晓燕 海燕 丽丽 婷婷 晓丽 雪梅 丽华 小燕 春燕 文静 丹丹 佳佳 晓红 晓霞 静静 玉婷 慧敏 雅琴 艳丽',
  0.28,
);
const newMen = fashion(
  '子浩俊宇梓博文泽天家嘉一明思志睿皓奕承景铭致远晨逸启晓星弘沐亦楚昊瑞柏云佳予君书安锦若以正',
  '轩宇泽豪然涵睿杰博辰文航阳昊晨铭宸鑫霖诚哲远恒毅翔凯林源尧朗瑜彬扬阔皓熙衡钧安峰霆晟骏屹',
  '浩宇轩睿博晨涵泽昊然鑫毅航阳哲恒诺宸朗',
  '浩宇 子轩 浩然 宇轩 梓轩 宇航 浩轩 子豪 博文 俊杰 子涵 皓轩 一诺 沐宸 奕辰 宇泽 梓豪 俊熙 明轩 子墨',
  0.08,
);
const newWomen = fashion(
  '梓欣子诗雨思佳嘉雅梦可一语若依心安紫宇奕馨晨静婉悦芷沐艺苏书清怡瑾乐念晓昕妙以彤星羽钰予晗',
  '涵怡萱琪妍彤欣菲瑶然悦晴雯琳轩馨诺语桐玥洁雪婷熙颖宁芸薇菡柔汐茜媛珊淇蓉霏璇颜凝柠溪',
  '涵萱怡欣妍彤琪悦瑶玥诺雯晴颖馨菲媛淇',
  '梓涵 欣怡 子涵 诗涵 可馨 欣妍 雨涵 一诺 思涵 雨桐 梓萱 佳怡 语桐 依诺 若曦 诗琪 梦琪 思琪 婉清 沐瑶',
  0.07,
);

function fashionOf(sex: Sex, born: number): Fashion {
  if (born < 1976) return sex === 'male' ? oldMen : oldWomen;
  if (born < 2002) return sex === 'male' ? youngMen : youngWomen;
  return sex === 'male' ? newMen : newWomen;
}

/** A surname, about as frequent as it is; one in two hundred has two characters. */
export function surname(dice: Dice): string {
  return surnames.pick(dice);
}

/** A given name as a person of that sex and year of birth may have; `generation` is the character that siblings share. */
export function givenName(dice: Dice, sex: Sex, born: number, generation?: string): string {
  const { first, second, single, whole, shareOfSingle, shareOfWhole } = fashionOf(sex, born);
  if (generation !== undefined) return generation + second.pick(dice);
  if (chance(dice, shareOfWhole)) return whole.pick(dice);
  if (chance(dice, shareOfSingle)) return single.pick(dice);
  return first.pick(dice) + second.pick(dice);
}

const nicks = '小 阿 老 大'.split(' ');
const poetic =
  '晴天 微笑 静待花开 一叶知秋 随风 向日葵 简单 往事如风 蓝天白云 岁月静好 海阔天空 平安是福 小太阳 追梦人 星空 云淡风轻 奔跑的蜗牛 快乐每一天 雨后彩虹 知足常乐 幸福一家 咖啡不加糖 月亮不睡 橘子汽水 南风 半糖 北城以北 阳光明媚 花开富贵 心想事成 木子 大海 小橙子 Lucky Sunny Amy Jack Tony Lily Kevin Coco Leo'.split(
    ' ',
  );

/** What somebody calls themselves on a messenger: a pet form of the name, or words. */
export function nickname(dice: Dice, { surname: family, given }: PersonName): string {
  if (chance(dice, 0.35)) return dice.pick(nicks) + (chance(dice, 0.5) ? family : (given.at(-1) ?? given));
  const word = dice.pick(poetic);
  return chance(dice, 0.25) ? `${word}${dice.upTo(99)}` : word;
}
