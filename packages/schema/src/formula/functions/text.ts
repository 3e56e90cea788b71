import { countOf, isDecimal, type Operation, onText, type Run } from '../operation.ts';
import { Exact, keptText, textLimit, type Value, within } from '../values.ts';

// Texts are counted in characters, not in units of UTF-16. Only A–Z have a case.

const textOf = (value: Value | undefined) => (typeof value === 'string' ? value : '');
const upper = (text: string) => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
const lower = (text: string) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

export const concat = (args: readonly Value[]) => keptText(args.map(textOf).join(''));

const part =
  (fn: (characters: readonly string[], count: number) => readonly string[]): Run =>
  ([text = null, count = null]) =>
    typeof text === 'string' ? keptText(fn([...text], countOf(count)).join('')) : null;

const onTexts =
  (fn: (a: string, b: string) => boolean): Run =>
  ([a, b]) =>
    typeof a === 'string' && typeof b === 'string' && fn(a, b);

const mid: Run = ([text, start = null, count = null]) => {
  const from = countOf(start);
  return typeof text !== 'string' || from === 0
    ? null
    : keptText([...text].slice(from - 1, from - 1 + countOf(count)).join(''));
};

const replace: Run = ([text, start = null, count = null, put]) => {
  const from = countOf(start);
  if (from === 0) return null;
  const characters = [...textOf(text)];
  const after = characters.slice(from - 1 + countOf(count));
  return keptText([...characters.slice(0, from - 1), textOf(put), ...after].join(''));
};

const characters = (text: string) => [...text].length;

/** Nothing where it would be longer than a text may be. */
const substitute: Run = ([text, old, put]) => {
  if (typeof text !== 'string' || typeof old !== 'string') return typeof text === 'string' ? text : null;
  const parts = text.split(old);
  const length = characters(text) + (parts.length - 1) * (characters(textOf(put)) - characters(old));
  return length > textLimit ? null : keptText(parts.join(textOf(put)));
};

const substituteNth: Run = ([text, old, put, nth = null]) => {
  if (typeof text !== 'string' || !isDecimal(nth) || nth.lt(1)) return null;
  const parts = typeof old === 'string' ? text.split(old) : [text];
  const at = countOf(nth);
  if (typeof old !== 'string' || at >= parts.length) return text;
  return keptText(`${parts.slice(0, at).join(old)}${textOf(put)}${parts.slice(at).join(old)}`);
};

const find =
  (fold: (text: string) => string): Run =>
  ([sought, text, start = null]) => {
    const from = countOf(start);
    if (typeof sought !== 'string' || typeof text !== 'string' || from === 0) return null;
    const all = [...fold(text)];
    const at = all.slice(from - 1).join('');
    const found = at.indexOf(fold(sought));
    return found < 0 ? null : new Exact(from + characters(at.slice(0, found)));
  };

const repeat: Run = ([text, times = null]) => {
  if (typeof text !== 'string' || !isDecimal(times)) return null;
  return characters(text) * countOf(times) > textLimit ? null : keptText(text.repeat(countOf(times)));
};

const textJoin: Run = ([separator, ignoresEmpty, ...texts]) => {
  const joined = ignoresEmpty === true ? texts.filter((text) => text !== null) : texts;
  return keptText(joined.map(textOf).join(textOf(separator)));
};

const parsedNumber = (text: string): Value => {
  const match = /^ *([+-]?[0-9]{1,40}(?:[.][0-9]{1,20})?)(%?) *$/.exec(text.replaceAll(',', ''));
  if (match === null) return null;
  const value = new Exact(match[1] ?? '');
  return within((match[2] === '%' ? value.times('0.01') : value).toDecimalPlaces(20));
};

const character: Run = ([code = null]) => {
  if (!isDecimal(code)) return null;
  const point = code.trunc();
  if (point.lt(1) || point.gt(0x10ffff) || (point.gte(0xd800) && point.lte(0xdfff))) return null;
  return String.fromCodePoint(point.toNumber());
};

const code = ([text]: readonly Value[]) => (typeof text === 'string' ? new Exact(text.codePointAt(0) ?? 0) : null);

const narrow = (text: string) =>
  text.replace(/[\uff01-\uff5e\u3000]/g, (wide) =>
    wide === '\u3000' ? ' ' : String.fromCharCode(wide.charCodeAt(0) - 0xfee0),
  );
const wide = (text: string) =>
  text.replace(/[!-~ ]/g, (plain) => (plain === ' ' ? '\u3000' : String.fromCharCode(plain.charCodeAt(0) + 0xfee0)));

/** A number by PostgreSQL's spelling of a format: `FM999,990.00`, with a percent sign at the end or none. */
const formatNumber: Run = ([value = null, format = null]) => {
  if (!isDecimal(value) || typeof format !== 'string') return null;
  const percent = format.endsWith('%');
  const [whole = '', fraction = ''] = format.replace('%', '').split('.');
  const shown = (percent ? value.times(100) : value).toDecimalPlaces(fraction.length);
  const [digits = '', decimals = ''] = shown.abs().toFixed(fraction.length).split('.');
  const padded = digits.padStart(whole.replace(/[^0]/g, '').length, '0');
  const grouped = whole.includes(',') ? padded.replace(/\B(?=(\d{3})+$)/g, ',') : padded;
  const sign = shown.lt(0) ? '-' : '';
  return `${sign}${grouped}${decimals === '' ? '' : `.${decimals}`}${percent ? '%' : ''}`;
};

const one = { params: ['text'], returns: 'text' } as const;
const some = { params: ['text', 'number'], defaults: ['1'], returns: 'text' } as const;
const two = { params: ['text', 'text'], returns: 'boolean' } as const;
const position = { params: ['text', 'text', 'number'], defaults: ['1'], returns: 'number' } as const;
const many = { params: ['any'], rest: ['any'], returns: 'text' } as const;

export const text = {
  concat: { name: 'CONCAT', ...many, run: concat },
  concatenate: { name: 'CONCATENATE', ...many, run: concat },
  textJoin: { name: 'TEXTJOIN', params: ['text', 'boolean', 'any'], rest: ['any'], returns: 'text', run: textJoin },
  length: {
    name: 'LEN',
    params: ['text'],
    returns: 'number',
    run: ([value]) => new Exact(characters(textOf(value))),
  },
  upper: { name: 'UPPER', ...one, run: onText(upper) },
  lower: { name: 'LOWER', ...one, run: onText(lower) },
  proper: {
    name: 'PROPER',
    ...one,
    run: onText((value) => value.replace(/[A-Za-z0-9]+/g, (word) => upper(word.slice(0, 1)) + lower(word.slice(1)))),
  },
  trim: { name: 'TRIM', ...one, run: onText((value) => keptText(value.replace(/^ +| +$/g, '').replace(/ +/g, ' '))) },
  clean: {
    name: 'CLEAN',
    ...one,
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it removes
    run: onText((value) => keptText(value.replace(/[\u0001-\u001f]+/g, ''))),
  },
  narrow: { name: 'ASC', ...one, run: onText(narrow) },
  wide: { name: 'DBCS', ...one, run: onText(wide) },
  left: { name: 'LEFT', ...some, run: part((all, count) => all.slice(0, count)) },
  right: { name: 'RIGHT', ...some, run: part((all, count) => all.slice(Math.max(0, all.length - count))) },
  mid: { name: 'MID', params: ['text', 'number', 'number'], returns: 'text', run: mid },
  replace: { name: 'REPLACE', params: ['text', 'number', 'number', 'text'], returns: 'text', run: replace },
  substitute: { name: 'SUBSTITUTE', params: ['text', 'text', 'text'], returns: 'text', run: substitute },
  substituteNth: {
    name: 'SUBSTITUTE',
    params: ['text', 'text', 'text', 'number'],
    returns: 'text',
    run: substituteNth,
  },
  find: { name: 'FIND', ...position, run: find((value) => value) },
  search: { name: 'SEARCH', ...position, run: find(lower) },
  exact: { name: 'EXACT', ...two, run: ([a = null, b = null]) => a === b },
  contains: { name: 'CONTAINS', ...two, run: onTexts((a, b) => lower(a).includes(lower(b))) },
  startsWith: { name: 'STARTSWITH', ...two, run: onTexts((a, b) => lower(a).startsWith(lower(b))) },
  endsWith: { name: 'ENDSWITH', ...two, run: onTexts((a, b) => lower(a).endsWith(lower(b))) },
  repeat: { name: 'REPT', params: ['text', 'number'], returns: 'text', run: repeat },
  value: {
    name: 'VALUE',
    params: ['text'],
    returns: 'number',
    run: ([value]) => (typeof value === 'string' ? parsedNumber(value) : null),
  },
  char: { name: 'CHAR', params: ['number'], returns: 'text', run: character },
  unichar: { name: 'UNICHAR', params: ['number'], returns: 'text', run: character },
  code: { name: 'CODE', params: ['text'], returns: 'number', run: code },
  unicode: { name: 'UNICODE', params: ['text'], returns: 'number', run: code },
  formatNumber: { name: 'TEXT', params: ['number', 'numberFormat'], returns: 'text', run: formatNumber },
} as const satisfies Record<string, Operation>;
