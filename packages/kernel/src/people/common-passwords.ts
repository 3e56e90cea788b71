// Which passwords anyone would try first. The lists of leaked passwords are a few patterns with many tails: a word,
// a name or a walk over the keyboard, then digits, a date or a mark. So patterns are told here, not passwords listed.

const words = new Set(
  `password passwd passwort passcode pass pwd secret login logon signin welcome hello letmein access enter open
  admin administrator root system superuser super sysadmin user username guest test testing tester demo default
  temp temporary changeme master manager server oracle mysql postgres database windows microsoft google apple
  android iphone samsung computer internet network security office company business sales customer service crm
  huike money love loveme lover iloveyou iloveu loveyou ilove baby babygirl angel princess prince queen king
  sunshine flower summer winter spring autumn monday friday january february march april june july august
  september october november december monkey dragon tiger eagle panda horse kitty chicken shadow hunter killer
  batman superman spiderman pokemon naruto starwars football soccer baseball basketball hockey liverpool
  arsenal chelsea barcelona yankees jordan michael jennifer jessica ashley daniel andrew charlie thomas robert
  george james william richard anthony joshua matthew david john mary anna maria nicole michelle amanda taylor
  ferrari porsche mercedes mustang harley corvette cookie cheese chocolate pepper ginger banana orange purple
  silver golden diamond crystal rainbow freedom forever whatever nothing trustno matrix mobile qazwsx
  woaini woaiwo woaiwojia woaimama woaibaba woaizhongguo woaizuguo aini ainiwo aiwo woshishui woshi
  wodemima mima mimamima zhanghao yonghu guanliyuan denglu nihao nihaoma zhongguo zhonghua beijing shanghai
  guangzhou shenzhen chengdu hangzhou wuhan nanjing chongqing tianjin xian suzhou laopo laogong baobei baobao
  qinaide wangluo diannao shouji shengri kuaile xinnian gongxi facai fafafa pengyou tongxue laoshi xuesheng
  gongsi xiaoshou kehu caiwu renshi tiantian xiaoxiao mingming meimei didi gege jiejie mama baba zhangsan lisi
  wangwu zhaoliu xiaoming xiaohong wangwei liwei zhangwei wangfang liuyang lina xiaoyu longlong yangyang feifei
  alibaba taobao tencent weixin wechat baidu huawei xiaomi`.split(/\s+/),
);

const rows = ['`1234567890-=', 'qwertyuiop[]', "asdfghjkl;'", 'zxcvbnm,./', 'abcdefghijklmnopqrstuvwxyz', '0123456789'];
const columns = ['1qaz', '2wsx', '3edc', '4rfv', '5tgb', '6yhn', '7ujm', '8ik,', '9ol.', '0p;/', '147', '258', '369'];
const lines = [...rows, ...columns].flatMap((line) => [line, [...line].reverse().join('')]);

const shifted = new Map([...'!@#$%^&*()'].map((mark, index) => [mark, '1234567890'.charAt(index)]));
const looks = new Map([...'@40$5317!'].map((mark, index) => [mark, 'aaosseeti'.charAt(index)]));

const mapped = (text: string, map: ReadonlyMap<string, string>) =>
  [...text].map((letter) => map.get(letter) ?? letter).join('');

/** Whether a password is among those that a guesser tries first. `names`: further words, such as the company's. */
export function isCommon(password: string, names: readonly string[] = []): boolean {
  const text = password.normalize('NFKC').toLowerCase();
  if (isRepetition(text)) return true;
  const keys = mapped(text, shifted);
  if (text.length < 16 && (isWalks(keys) || isWalks(text) || isZigzag(keys))) return true;
  if (text.length < 12 && /^\d+$/.test(text)) return true;
  const known = new Set([...words, ...names.map((name) => name.toLowerCase())]);
  const [, body = '', after = ''] = /^(.*?)([^\p{L}]*)$/u.exec(text) ?? [];
  const bodies = [body, mapped(body, looks), mapped(body.replaceAll('1', 'l'), looks)];
  // A longer one may begin with words: there are too many ways to go on from them.
  if (text.length >= 12) return after.length <= 5 && bodies.some((form) => known.has(form));
  return bodies.some((form) => isWordWithTail(form, after, known));
}

/** `aaaaaaaa`, `12121212`, `abcabcab`. */
function isRepetition(text: string): boolean {
  for (let unit = 1; unit <= 4; unit++) {
    if (
      text ===
      text
        .slice(0, unit)
        .repeat(Math.ceil(text.length / unit))
        .slice(0, text.length)
    )
      return true;
  }
  return false;
}

/** Nothing but walks of three and more over neighbouring keys, along the alphabet or up and down the digits. */
function isWalks(text: string): boolean {
  for (let at = 0; at < text.length; ) {
    const length = walkAt(text, at);
    if (length < 3) return false;
    at += length;
  }
  return true;
}

function walkAt(text: string, start: number): number {
  let longest = 1;
  for (const line of lines) {
    for (let end = start + longest + 1; end <= text.length && line.includes(text.slice(start, end)); end++) {
      longest = end - start;
    }
  }
  const first = text.charAt(start);
  let same = 1;
  while (text.charAt(start + same) === first) same++;
  return Math.max(longest, same);
}

/** `1q2w3e4r`: two walks, turn by turn. */
function isZigzag(text: string): boolean {
  const half = (odd: number) => [...text].filter((_, index) => index % 2 === odd).join('');
  return text.length >= 6 && isWalks(half(0)) && isWalks(half(1));
}

/** A word or two, or a letter or two before something easy, with digits and marks around. */
function isWordWithTail(body: string, after: string, known: ReadonlySet<string>): boolean {
  const [, before = '', core = ''] = /^([^\p{L}]*)(.*)$/u.exec(body) ?? [];
  if (isWords(core, known) || (core.length > 0 && isWalks(core))) return true;
  return core.length <= 2 && [before, after].every(isEasy);
}

function isWords(core: string, known: ReadonlySet<string>): boolean {
  if (known.has(core)) return true;
  for (let cut = 2; cut <= core.length - 2; cut++) {
    const tail = core.slice(cut).replace(/^[^\p{L}]+/u, '');
    if (known.has(core.slice(0, cut)) && (known.has(tail) || isWalks(tail))) return true;
  }
  return false;
}

/** Marks and digits that are a walk, a repetition, a date or a phone number. */
function isEasy(text: string): boolean {
  const digits = text.replace(/\D/g, '');
  if (digits.length < 4 || isWalks(digits) || isRepetition(digits)) return true;
  return /^((19|20)\d\d|(19|20)?\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])|1[3-9]\d{9}|520(1314)?|1314(520)?)$/.test(
    digits,
  );
}
