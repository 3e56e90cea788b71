import { type Problem, problem } from '../errors.ts';

// From the text of a formula to its words and signs. What a Chinese keyboard types (（），“”＝) counts like its Latin twin.

export interface Token {
  readonly kind: 'number' | 'text' | 'name' | 'sign' | 'end';
  /** A text without its quotes; a name with the steps of its path; a sign as spelled below. */
  readonly value: string;
  /** Where it begins: the first character is 1. */
  readonly at: number;
}

export const formulaLimits = { length: 10_000, depth: 100, nodes: 1_000, decimals: 20 } as const;

/** An error at a place of a formula, in both languages. */
export function formulaProblem(position: number, detail: string, detailZh: string): Problem {
  return problem('metadata.formula', { position, detail, detailZh });
}

const latin: Readonly<Record<string, string>> = {
  '（': '(',
  '）': ')',
  '，': ',',
  '＋': '+',
  '－': '-',
  '×': '*',
  '÷': '/',
  '＝': '=',
  '＜': '<',
  '＞': '>',
  '＆': '&',
  '％': '%',
  '＾': '^',
  '≠': '<>',
  '≤': '<=',
  '≥': '>=',
};
const closing: Readonly<Record<string, string>> = { "'": "'", '"': '"', '“': '”', '‘': '’' };

const blank = /[\s\u3000]+/y;
const numeral = /(\d+)(?:\.(\d+))?/y;
const name = /[A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z][A-Za-z0-9]*)*/y;
const sign = /<>|<=|>=|[-+*/%^&=<>(),]/y;

/** The tokens of a formula, the last of kind `end`. Throws `metadata.formula`. */
export function tokensOf(text: string): Token[] {
  if (text.length > formulaLimits.length) {
    throw formulaProblem(
      formulaLimits.length,
      `at most ${formulaLimits.length} characters`,
      `最多 ${formulaLimits.length} 个字符`,
    );
  }
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  while (at < text.length) {
    const space = match(blank);
    if (space !== null) {
      at += space[0].length;
      continue;
    }
    const [token, length] = closing[text[at] ?? ''] === undefined ? plainToken(text, at, match) : quoted(text, at);
    tokens.push(token);
    at += length;
  }
  return [...tokens, { kind: 'end', value: '', at: text.length + 1 }];
}

function plainToken(text: string, at: number, match: (pattern: RegExp) => RegExpExecArray | null): [Token, number] {
  const number = match(numeral);
  if (number !== null) {
    const [value, whole = '', fraction = ''] = number;
    if (whole.length > 20 || fraction.length > formulaLimits.decimals) {
      throw formulaProblem(at + 1, `the number ${value} is too long`, `数字 ${value} 过长`);
    }
    return [{ kind: 'number', value, at: at + 1 }, value.length];
  }
  const word = match(name);
  if (word !== null) return [{ kind: 'name', value: word[0], at: at + 1 }, word[0].length];
  const twin = latin[text[at] ?? ''];
  if (twin !== undefined) return [{ kind: 'sign', value: twin, at: at + 1 }, 1];
  const written = match(sign);
  if (written !== null) return [{ kind: 'sign', value: written[0], at: at + 1 }, written[0].length];
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0).toWellFormed();
  throw formulaProblem(at + 1, `"${character}" has no meaning here`, `此处不能有“${character}”`);
}

/** A text in quotes; a quote inside is written twice. */
function quoted(text: string, at: number): [Token, number] {
  const close = closing[text[at] ?? ''] ?? '';
  let value = '';
  for (let from = at + 1; ; ) {
    const end = text.indexOf(close, from);
    if (end < 0) throw formulaProblem(at + 1, 'this text has no closing quote', '这段文本缺少结束引号');
    value += text.slice(from, end);
    if (text[end + 1] !== close) {
      if (!value.isWellFormed() || value.includes('\0')) {
        throw formulaProblem(at + 1, 'this text has characters that cannot be kept', '这段文本含有无法保存的字符');
      }
      return [{ kind: 'text', value: value.normalize('NFC'), at: at + 1 }, end + 1 - at];
    }
    value += close;
    from = end + 2;
  }
}
