// Numbers and yes/no as people write them, to exact decimal strings. No floating point.
import type { RowProblem } from './rows.ts';

export type DecimalMark = '.' | ',';

export interface SettledNumbers {
  readonly decimal: DecimalMark;
  readonly decidedBy: 'values' | 'custom';
  readonly count: number;
  /** Numbers such as 1,234 that could be read either way, while no number of the column proves one. */
  readonly ambiguous: number;
  /** Numbers that can be read with the other mark only. */
  readonly against: number;
  readonly unreadable: number;
}

export interface ParsedNumber {
  /** Exact, plain digits: -1234.50. Of 12% it is 12. */
  readonly value: string;
  readonly percent: boolean;
  /** ISO 4217, if a sign or code is written; $ alone counts as USD and ¥ as CNY. */
  readonly currency: string | undefined;
}

const CURRENCIES: readonly (readonly [RegExp, string])[] = [
  [/^(?:us\$|usd|美元|\$)$/, 'USD'],
  [/^(?:hk\$|hkd|港币|港元)$/, 'HKD'],
  [/^(?:nt\$|twd|台币|新台币)$/, 'TWD'],
  [/^(?:¥|cny|rmb|cn¥|人民币|元|块|圆)$/, 'CNY'],
  [/^(?:jpy|jp¥|日元|円)$/, 'JPY'],
  [/^(?:€|eur|欧元)$/, 'EUR'],
  [/^(?:£|gbp|英镑)$/, 'GBP'],
];
const CURRENCY = String.raw`us\$|hk\$|nt\$|cn¥|jp¥|[$¥€£]|usd|hkd|twd|cny|rmb|jpy|eur|gbp|人民币|美元|港币|港元|新台币|台币|日元|円|欧元|英镑|元|块|圆`;
const UNITS: ReadonlyMap<string, number> = new Map([
  ['百', 2],
  ['千', 3],
  ['k', 3],
  ['万', 4],
  ['w', 4],
  ['十万', 5],
  ['百万', 6],
  ['千万', 7],
  ['亿', 8],
  ['万亿', 12],
]);
const UNIT = '万亿|[十百千]?万|亿|千|百|[kw]';
const NUMBER = new RegExp(
  String.raw`^(\(?)\s*([-+]?)\s*(${CURRENCY})?\s*([-+]?)\s*(\d[\d.,' ]*|[.,]\d+)(?:e([-+]?\d{1,2}))?\s*(${UNIT})?\s*(%)?\s*(${CURRENCY})?\s*(-?)\s*(\)?)$`,
  'i',
);

interface Written {
  readonly digits: string;
  readonly exponent: number;
  readonly negative: boolean;
  readonly percent: boolean;
  readonly currency: string | undefined;
}

function readWritten(text: string): Written | undefined {
  if (text.length > 100) return undefined;
  const plain = text
    .normalize('NFKC')
    .replace(/[\u2212\u2010-\u2013\ufe63]/g, '-')
    .replace(/[\u2018\u2019\u02bc]/g, "'")
    .replace(/[\s\u200b\ufeff]+/g, ' ')
    .trim();
  const found = NUMBER.exec(plain);
  if (!found) return undefined;
  const [, open, sign, before, inner, digits = '', exponent = '0', unit = '', percent, after, trailing, close] = found;
  const minus = [sign, inner, trailing, open].filter((one) => one === '-' || one === '(');
  const signs = [sign, inner, trailing, open].filter(Boolean);
  if (signs.length > 1 || (open === '(') !== (close === ')')) return undefined;
  const [money, again] = [before, after].flatMap((one) => (one === undefined ? [] : [currencyOf(one)]));
  if (again !== undefined && again !== money) return undefined;
  return {
    digits: digits.trim(),
    exponent: Number(exponent) + (UNITS.get(unit.toLowerCase()) ?? 0),
    negative: minus.length > 0,
    percent: percent !== undefined,
    currency: money,
  };
}

function currencyOf(written: string): string | undefined {
  return CURRENCIES.find(([pattern]) => pattern.test(written.toLowerCase()))?.[1];
}

/** Whole and fractional digits with this decimal mark; undefined if the other signs don't part thousands. */
function split(digits: string, decimal: DecimalMark): { whole: string; fraction: string } | undefined {
  const at = digits.indexOf(decimal);
  const whole = at < 0 ? digits : digits.slice(0, at);
  const fraction = at < 0 ? '' : digits.slice(at + 1);
  if (!/^\d*$/.test(fraction) || whole + fraction === '') return undefined;
  if (/^\d*$/.test(whole)) return { whole, fraction };
  const separator = /\D/.exec(whole)?.[0] ?? '';
  const groups = whole.split(separator);
  const western = groups.every((group, i) => (i === 0 ? /^\d{1,3}$/ : /^\d{3}$/).test(group));
  const indian =
    separator === ',' &&
    groups.length > 2 &&
    groups.every((group, i) => (i === groups.length - 1 ? /^\d{3}$/ : i === 0 ? /^\d{1,2}$/ : /^\d\d$/).test(group));
  return western || indian ? { whole: groups.join(''), fraction } : undefined;
}

const other = (decimal: DecimalMark): DecimalMark => (decimal === '.' ? ',' : '.');

/** Settles the decimal mark of a column, one number after the other, from those that leave no doubt. Blank ones don't count. */
export class NumberColumn {
  private readonly proofs = { '.': 0, ',': 0 };
  private count = 0;
  private doubtful = 0;
  private unreadable = 0;

  add(sample: string): void {
    if (sample.trim() === '') return;
    this.count++;
    const written = readWritten(sample);
    const [point, comma] = written ? [split(written.digits, '.'), split(written.digits, ',')] : [];
    if (!point && !comma) this.unreadable++;
    else if (!comma) this.proofs['.']++;
    else if (!point) this.proofs[',']++;
    else if (point.whole !== comma.whole) this.doubtful++;
  }

  settled(): SettledNumbers {
    const { proofs, count, doubtful, unreadable } = this;
    const decimal = proofs[','] > proofs['.'] ? ',' : '.';
    const decided = proofs['.'] + proofs[','] > 0;
    return {
      decimal,
      decidedBy: decided ? 'values' : 'custom',
      count,
      ambiguous: decided ? 0 : doubtful,
      against: proofs[other(decimal)],
      unreadable,
    };
  }
}

/** Settles the decimal mark of a column. */
export function settleNumbers(samples: Iterable<string>): SettledNumbers {
  const column = new NumberColumn();
  for (const sample of samples) column.add(sample);
  return column.settled();
}

/**
 * Reads a number: currency signs, thousands, percent, 万 and 亿, full-width digits, brackets for negative, exponents.
 * With `settled`, the column's decimal mark holds; without, a number that has one reading gets it, else the point is
 * the mark.
 */
export function parseNumber(
  text: string,
  settled?: Pick<SettledNumbers, 'decimal'>,
): ParsedNumber | { readonly problem: RowProblem } {
  const written = readWritten(text);
  const parts =
    written && (split(written.digits, settled?.decimal ?? '.') ?? (settled ? undefined : split(written.digits, ',')));
  if (!written || !parts) return { problem: { code: 'import.number', params: { text: text.trim().slice(0, 60) } } };
  const value = shifted(parts.whole, parts.fraction, written.exponent);
  return {
    value: written.negative && /[1-9]/.test(value) ? `-${value}` : value,
    percent: written.percent,
    currency: written.currency,
  };
}

/** Moves the decimal point to the right by `exponent`. */
function shifted(whole: string, fraction: string, exponent: number): string {
  const digits = whole + fraction;
  const point = whole.length + exponent;
  const left = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '';
  const right = point >= 0 ? digits.slice(point) : '0'.repeat(-point) + digits;
  return (left.replace(/^0+(?=\d)/, '') || '0') + (right === '' ? '' : `.${right}`);
}

const YES = /^(?:是|有|对|真|y|yes|true|t|1|on|√|✓|✔|☑)$/;
const NO = /^(?:否|无|没有|不是|错|假|n|no|false|f|0|off|×|x|✗|✘|☐)$/;

/** 是/否, Y/N, yes/no, true/false, 1/0, √/×, in any case and width. */
export function parseBoolean(text: string): { readonly value: boolean } | { readonly problem: RowProblem } {
  const plain = text.normalize('NFKC').trim().toLowerCase();
  if (YES.test(plain)) return { value: true };
  if (NO.test(plain)) return { value: false };
  return { problem: { code: 'import.boolean', params: { text: text.trim().slice(0, 60) } } };
}
