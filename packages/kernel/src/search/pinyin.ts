// How Chinese characters are read: the likely reading first, then the others that somebody may type.
import { pinyin, polyphonic } from 'pinyin-pro';
import { simplify } from './fold.ts';

// Characters of names and brands that have a second reading wherever they stand. Surnames that are read otherwise
// only at the head of a name come from pinyin-pro, with the few below that it lacks.
const ALSO = new Map(
  (
    '乐le,yue 行xing,hang 长chang,zhang 朝chao,zhao 重zhong,chong 都du,dou 曾zeng,ceng 单dan,shan 仇chou,qiu ' +
    '解jie,xie 查cha,zha 朴pu,piao 缪miao,mou,miu 翟zhai,di 柏bai,bo 茜qian,xi 晟sheng,cheng 盛sheng,cheng ' +
    '莘shen,xin 藏cang,zang 仔zi,zai 伽jia,qie,ga 厦xia,sha 参can,shen 和he,huo 大da,dai 度du,duo 弹dan,tan ' +
    '强qiang,jiang 扎zha,za 拓tuo,ta 择ze,zhai 澄cheng,deng 率lv,shuai 沈shen,chen 浚jun,xun 校xiao,jiao ' +
    '模mo,mu 漯luo,ta 琢zhuo,zuo 番fan,pan 种zhong,chong 系xi,ji 绿lv,lu 蔚wei,yu 薄bo,bao 覃qin,tan 角jiao,jue ' +
    '贾jia,gu 车che,ju 阿a,e 隗wei,kui 隽juan,jun 露lu,lou 颉jie,xie 龟gui,jun 佛fo,fu 便bian,pian 传chuan,zhuan ' +
    '什shi,shen 卡ka,qia 咖ka,ga 堡bao,pu,bu 巷xiang,hang 杉shan,sha 栎li,yue 泊bo,po 涡wo,guo 炅jiong,gui ' +
    '筠yun,jun 莞guan,wan 蚌bang,beng 裳chang,shang 谷gu,yu 那na,nuo 娜na,nuo 镐gao,hao 调diao,tiao 说shuo,yue ' +
    '乘cheng,sheng 宿su,xiu 盖gai,ge 召zhao,shao 会hui,kuai 降jiang,xiang 了liao,le 乾qian,gan 徵zheng,zhi ' +
    '尉wei,yu 牟mou,mu 郗xi,chi 繁fan,po 洗xi,xian 黑hei,he 秘mi,bi 卜bu,bo 折zhe,she 於yu,wu 靓liang,jing ' +
    '埔pu,bu'
  )
    .split(' ')
    .map((entry): [string, readonly string[]] => [entry.slice(0, 1), entry.slice(1).split(',')]),
);

const COMPOUND_SURNAMES = new Map([['单于', ['chan2', 'yu2']]]);

interface Character {
  /** The reading outside any word, tone as a last digit (0 is neutral); '' when there is none. */
  readonly toned: string;
  /** No word changes the letters of the reading. */
  readonly sure: boolean;
  /** No word changes the letters nor the tone. */
  readonly sureTone: boolean;
  /** The reading as a surname, if it differs. */
  readonly surname: string | undefined;
}

const ALWAYS_CHINESE = 'consecutive';
const OPTIONS = { toneType: 'num', type: 'array', v: true, toneSandhi: false, nonZh: ALWAYS_CHINESE } as const;
const READING = /^[a-zêü]+\d$/;

const characters = new Map<string, Character>();

function character(written: string): Character {
  const known = characters.get(written);
  if (known) return known;
  const read = (text: string) => pinyin(text, OPTIONS)[0] ?? '';
  const simplified = simplify(written);
  const first = [read(simplified), read(written)].find((reading) => READING.test(reading)) ?? '';
  const all = polyphonic(simplified, { toneType: 'num', type: 'array' })[0] ?? [];
  const surname = pinyin(simplified, { ...OPTIONS, surname: 'head' })[0] ?? '';
  const made: Character = {
    toned: first,
    sure: new Set(all.map((reading) => reading.slice(0, -1))).size <= 1,
    sureTone: all.length <= 1,
    surname: READING.test(surname) && surname !== first ? surname : undefined,
  };
  characters.set(written, made);
  return made;
}

const inWords = new Map<string, readonly string[]>();
const IN_WORDS_LIMIT = 10_000;

/** As words decide. Kept for a while: a title is read for its sort key and for its lexemes. */
function readInWords(text: string): readonly string[] {
  const known = inWords.get(text);
  if (known) return known;
  if (inWords.size >= IN_WORDS_LIMIT) inWords.clear();
  const made = pinyin(simplify(text), OPTIONS);
  inWords.set(text, made);
  return made;
}

/** The toned reading of each character in its context ('' where there is none). Words decide, surnames don't. */
function inContext(run: readonly string[], sure: 'sure' | 'sureTone'): string[] {
  const alone = run.map((written) => character(written));
  const each = alone.map(({ toned }) => toned);
  if (alone.every((one) => one[sure])) return each;
  const read = readInWords(run.join(''));
  if (read.length !== run.length) return each;
  return read.map((reading, index) => (READING.test(reading) ? reading : (each[index] ?? '')));
}

function headOfName(run: readonly string[]): readonly string[] {
  const [first = '', second = ''] = run;
  const pair = simplify(first + second);
  const compound = COMPOUND_SURNAMES.get(pair);
  if (compound) return compound;
  if (second !== '') {
    const [one = '', two = ''] = pinyin(pair, { ...OPTIONS, surname: 'head' });
    // Only a surname of two characters changes how the second one is read.
    if (two !== '' && two !== character(second).toned && two !== inContext([first, second], 'sure')[1])
      return [one, two];
  }
  const { surname } = character(first);
  return surname === undefined ? [] : [surname];
}

const heads = new Map<string, readonly string[]>();
const HEADS_LIMIT = 50_000;

/** Readings of the surname at the head of a run, where they differ from the usual ones; toned. */
function surnameReadings(run: readonly string[]): readonly string[] {
  const key = `${run[0] ?? ''}${run[1] ?? ''}`;
  const known = heads.get(key);
  if (known) return known;
  if (heads.size >= HEADS_LIMIT) heads.clear();
  const made = headOfName(run);
  heads.set(key, made);
  return made;
}

const letters = (toned: string) => toned.slice(0, -1);

/**
 * All readings of each character of a run, the likely one first: plain letters, ü as `v` and as `u`.
 * A character without a reading has none.
 */
export function readings(run: readonly string[]): readonly (readonly string[])[] {
  const likely = inContext(run, 'sure');
  const surname = surnameReadings(run);
  return run.map((written, index) => {
    const toned = likely[index] ?? '';
    if (toned === '') return [];
    const main = letters(toned);
    const head = surname[index];
    const others = ALSO.get(written) ?? ALSO.get(simplify(written));
    if (head === undefined && others === undefined && !main.includes('v')) return [main];
    const all = new Set([main]);
    if (head !== undefined) all.add(letters(head));
    // A reading that isn't the usual one was chosen by a word, so there is no doubt.
    if (others !== undefined && toned === character(written).toned) for (const other of others) all.add(other);
    for (const reading of [...all]) if (reading.includes('v')) all.add(reading.replace('v', 'u'));
    return [...all];
  });
}

/** The one reading of each character by which it is sorted, with its tone as the last digit; '' where there is none. */
export function sortReadings(run: readonly string[], isName: boolean): readonly string[] {
  const likely = inContext(run, 'sureTone').map((toned, index) =>
    // Simplified characters that stand for two: 乾 of 乾隆 isn't 干.
    run[index] === '乾' ? 'qian2' : toned,
  );
  if (!isName) return likely;
  for (const [index, toned] of surnameReadings(run).entries()) if (index < likely.length) likely[index] = toned;
  return likely;
}
