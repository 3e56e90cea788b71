import { formulaLimits, formulaProblem, type Token, tokensOf } from './tokens.ts';
import type { Formula, Node } from './tree.ts';

// Precedence from the loosest: comparison, &, + -, * / %, ^, the signs before, the percent sign behind. As in Excel; %
// with a value behind it is the remainder.

const levels: readonly (readonly string[])[] = [
  ['=', '<>', '<', '<=', '>', '>='],
  ['&'],
  ['+', '-'],
  ['*', '/', '%'],
  ['^'],
];

/**
 * Parses a formula: numbers, 'texts', field names and paths over relations, operators, and functions (see
 * `operations`). Throws `metadata.formula` with the position of what is wrong.
 */
export function parseFormula(text: string): Formula {
  return { text, root: new Parser(tokensOf(text)).whole() };
}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #nodes = 0;
  #nesting = 0;
  readonly #depths = new WeakMap<Node, number>();

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Node {
    const root = this.#level(0);
    if (this.#token.kind !== 'end') throw this.#unexpected();
    return root;
  }

  get #token(): Token {
    return this.#tokens[this.#next] ?? { kind: 'end', value: '', at: 1 };
  }

  #isSign(...signs: readonly string[]): boolean {
    return this.#token.kind === 'sign' && signs.includes(this.#token.value);
  }

  #unexpected(): Error {
    const { kind, value, at } = this.#token;
    return kind === 'end'
      ? formulaProblem(at, 'the formula ends too early', '公式不完整')
      : formulaProblem(at, `"${value}" has no meaning here`, `此处不能有“${value}”`);
  }

  #expect(sign: string): void {
    if (this.#isSign(sign)) this.#next++;
    else if (this.#token.kind === 'end') throw formulaProblem(this.#token.at, `"${sign}" is missing`, `缺少“${sign}”`);
    else throw this.#unexpected();
  }

  #level(level: number): Node {
    const operators = levels[level];
    if (operators === undefined) return this.#signed();
    let left = this.#level(level + 1);
    while (this.#isSign(...operators)) {
      const { value: name, at } = this.#token;
      this.#next++;
      const right = this.#level(level + 1);
      // Long texts are put together from many parts: one flat call, however many they are.
      const args = name === '&' && left.kind === 'call' && left.name === '&' ? [...left.args, right] : [left, right];
      left = this.#made({ kind: 'call', name, args, at });
    }
    return left;
  }

  #signed(): Node {
    const { at } = this.#token;
    if (!this.#isSign('-', '+')) return this.#percent();
    const isNegative = this.#isSign('-');
    this.#next++;
    const operand = this.#nested(at, () => this.#signed());
    if (!isNegative) return operand;
    if (operand.kind === 'number' && !operand.value.startsWith('-')) {
      return this.#made({ kind: 'number', value: `-${operand.value}`, at });
    }
    return this.#made({ kind: 'call', name: 'negate', args: [operand], at });
  }

  #percent(): Node {
    let node = this.#primary();
    while (this.#isSign('%') && !this.#isFollowedByValue()) {
      node = this.#made({ kind: 'call', name: 'percent', args: [node], at: this.#token.at });
      this.#next++;
    }
    return node;
  }

  #isFollowedByValue(): boolean {
    const { kind, value } = this.#tokens[this.#next + 1] ?? { kind: 'end', value: '' };
    return kind === 'sign' ? value === '(' : kind !== 'end';
  }

  #primary(): Node {
    const token = this.#token;
    const { value, at } = token;
    if (this.#isSign('(')) {
      this.#next++;
      const inner = this.#nested(at, () => this.#level(0));
      this.#expect(')');
      return inner;
    }
    if (token.kind === 'sign' || token.kind === 'end') throw this.#unexpected();
    this.#next++;
    if (token.kind === 'number' || token.kind === 'text') return this.#made({ kind: token.kind, value, at });
    if (this.#isSign('(')) return this.#call(value.toUpperCase(), at);
    const word = value.toLowerCase();
    if (word === 'true' || word === 'false') return this.#made({ kind: 'boolean', value: word === 'true', at });
    return this.#made({ kind: 'field', path: value, at });
  }

  #call(name: string, at: number): Node {
    const args: Node[] = [];
    this.#expect('(');
    this.#nested(at, () => {
      while (!this.#isSign(')')) {
        if (args.length > 0) this.#expect(',');
        args.push(this.#level(0));
      }
    });
    this.#expect(')');
    return this.#made({ kind: 'call', name, args, at });
  }

  /** Guards the parser's own recursion; the tree's depth is guarded where nodes are made. */
  #nested<T>(at: number, parse: () => T): T {
    if (++this.#nesting > formulaLimits.depth) throw tooDeep(at);
    const result = parse();
    this.#nesting--;
    return result;
  }

  #made(node: Node): Node {
    if (++this.#nodes > formulaLimits.nodes) {
      throw formulaProblem(node.at, `more than ${formulaLimits.nodes} parts`, `超过 ${formulaLimits.nodes} 个部分`);
    }
    const args = node.kind === 'call' ? node.args : [];
    const depth = 1 + Math.max(0, ...args.map((arg) => this.#depths.get(arg) ?? 0));
    if (depth > formulaLimits.depth) throw tooDeep(node.at);
    this.#depths.set(node, depth);
    return node;
  }
}

function tooDeep(at: number): Error {
  return formulaProblem(at, `nested deeper than ${formulaLimits.depth}`, `嵌套超过 ${formulaLimits.depth} 层`);
}
