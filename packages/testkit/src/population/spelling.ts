// The ways in which one text gets written: pinyin, traditional characters, characters that sound alike, slips.
import { Converter } from 'opencc-js/cn2t';
import { pinyin } from 'pinyin-pro';
import type { Dice } from '../dice.ts';
import type { PersonName } from './names.ts';

const toTraditional: (text: string) => string = Converter({ from: 'cn', to: 'tw' });
const traditionalOf = new Map<string, string>();
const soundOf = new Map<string, string>();

/** Characters that names are written with, from which those that sound alike are taken. */
const usual =
  '伟维威薇卫炜为玮微文闻雯纹汶张章彰李里丽莉黎俐理力立利励王汪旺刘柳留流陈晨辰臣沉杨阳洋扬黄皇煌吴武伍周州舟徐许旭序孙荪马玛朱珠诸竹胡湖虎郭国果何和荷合河林琳霖临琳高罗洛郑正政征梁良亮谢宋松唐堂棠糖冯丰枫峰锋韩涵寒含晗曹草曾增彭朋肖晓小潇霄蔡才财田天甜董东冬袁元园原媛于余鱼予宇雨语玉叶业蒋江姜将杜渡苏素魏卫程成诚城承吕旅丁定鼎沈深申任仁姚瑶耀尧卢路露鲁傅富付福钟中忠崔翠谭坛廖范凡帆汪陆金今锦晋石时实诗世仕戴代贾佳嘉家加甲韦夏霞下邱秋丘方芳坊侯厚邹邹熊雄孟梦萌秦琴勤沁白柏百薛雪学尹银引段端雷蕾磊黎龙隆珑贺赫陶涛桃顾谷古毛茂郝浩昊皓豪邵绍少万婉钱倩茜严颜妍言燕艳雁晏莫墨孔空汤向项翔祥想静敬靖婧敬景璟竞娟娟鹃军君俊骏均钧勇永咏泳杰洁捷节杰超潮朝明铭鸣名茗敏闽民平萍苹屏辉晖慧惠会卉飞菲霏斐刚钢岗强蔷健建剑坚鑫欣新心昕馨辛斌彬宾滨冰兵炳波博勃柏鹏棚凯开楷恺梅媒玫美妹红宏虹洪鸿弘英瑛樱颖莹盈影映兰岚蓝澜华花桦化玲灵铃凌岭云芸韵运珍真贞振震震婷庭亭霆娜那纳丹单聃蓉荣容融嵘子紫梓姿资轩萱宣瑄暄怡宜仪依伊一艺易奕逸亦毅义忆泽则择然冉燃思斯丝司诺娜萌沐木穆沫宸琪奇琦其祺淇瑞睿锐若诺曦希熙溪汐西惜桐童彤同可珂科柯安志智致芝之知春纯淳椿光广桂贵秀绣修淑舒书树叔凤奉风枫香湘乡国过德得海还生升声胜圣盛旺发法财彩才清青庆卿晴情山珊善双爽雄利荔根庚友有佑悠优章根翠仙先贤娥鹅群裙琼穷';
const bySound = new Map<string, readonly string[]>();

function sound(character: string): string {
  let known = soundOf.get(character);
  if (known === undefined) {
    known = pinyin(character, { toneType: 'none', v: true });
    soundOf.set(character, known);
  }
  return known;
}

function soundAlikes(character: string): readonly string[] {
  if (bySound.size === 0) {
    const heard = new Map<string, Set<string>>();
    for (const each of usual) {
      const group = heard.get(sound(each)) ?? new Set<string>();
      heard.set(sound(each), group.add(each));
    }
    for (const [key, group] of heard) bySound.set(key, [...group]);
  }
  return (bySound.get(sound(character)) ?? []).filter((other) => other !== character);
}

/** In traditional characters, character by character. */
export function traditional(text: string): string {
  let written = '';
  for (const character of text) {
    let known = traditionalOf.get(character);
    if (known === undefined) {
      known = toTraditional(character);
      traditionalOf.set(character, known);
    }
    written += known;
  }
  return written;
}

const surnameSound = new Map<string, string>();

/** The syllables of a surname, as it is read in a name: 曾 zeng, 单 shan. */
export function surnamePinyin(surname: string): string {
  let known = surnameSound.get(surname);
  if (known === undefined) {
    known = pinyin(surname, { toneType: 'none', v: true, surname: 'head' }).replaceAll(' ', '');
    surnameSound.set(surname, known);
  }
  return known;
}

/** The syllables of a given name, one an element. */
export function givenPinyin(given: string): string[] {
  return [...given].map(sound);
}

const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);

/** A name in Latin letters, in one of the ways it is written: Zhang Weimin, Weimin Zhang, ZHANG WEI MIN, zhangweimin. */
export function inPinyin(dice: Dice, { surname, given }: PersonName): string {
  const family = surnamePinyin(surname);
  const syllables = givenPinyin(given);
  const together = capital(syllables.join(''));
  switch (dice.upTo(5)) {
    case 0:
    case 1:
      return `${capital(family)} ${together}`;
    case 2:
      return `${together} ${capital(family)}`;
    case 3:
      return [family, ...syllables].join(' ').toUpperCase();
    case 4:
      return `${family}${syllables.join('')}`;
    default:
      return `${capital(family)} ${syllables.map(capital).join('-')}`;
  }
}

/** The given name as somebody writes it who only heard it; the same where no other character sounds like it. */
export function misheard(dice: Dice, given: string): string {
  const characters = [...given];
  const at = dice.upTo(characters.length - 1);
  const others = soundAlikes(characters[at] ?? given);
  if (others.length === 0) return given;
  characters[at] = dice.pick(others);
  return characters.join('');
}

/** The given name with a slip: its two characters changed, or one left out; a single one as it is. */
export function slip(dice: Dice, given: string): string {
  if (given.length < 2) return given;
  const [one = '', two = ''] = [...given];
  if (dice.once(3)) return two + one;
  return dice.once(2) ? one : two;
}

/** In the wide characters that Chinese keyboards make of digits. */
export function wide(text: string): string {
  return text.replace(/[0-9]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0));
}
