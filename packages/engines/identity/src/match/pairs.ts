// The pairs of rows that rules yield.
import { blockCap, type Rule, windowSize } from './rules.ts';

/** The pairs of a rule's blocks from one block to before another. */
export function forEachPair(
  rule: Rule,
  fromBlock: number,
  toBlock: number,
  visit: (a: number, b: number) => void,
): void {
  const { rows, starts } = rule;
  for (let block = fromBlock; block < toBlock; block++) {
    const from = starts[block] ?? 0;
    const to = starts[block + 1] ?? 0;
    const reach = isCapped(rule, to - from) ? windowSize : to - from;
    for (let i = from; i < to; i++) {
      const end = Math.min(to, i + reach + 1);
      for (let j = i + 1; j < end; j++) visit(rows[i] ?? 0, rows[j] ?? 0);
    }
  }
}

const isCapped = ({ name }: Rule, size: number): boolean => size > blockCap && name !== 'everything';

/** Whether an earlier rule yields the pair too, as far as first slots and blocks below the cap tell. */
export function isFoundBefore(rules: readonly Rule[], index: number, a: number, b: number): boolean {
  for (let earlier = 0; earlier < index; earlier++) {
    const rule = rules[earlier];
    const block = rule?.blockOf[a] ?? 0;
    if (rule === undefined || block === 0 || block !== rule.blockOf[b]) continue;
    if ((rule.starts[block] ?? 0) - (rule.starts[block - 1] ?? 0) <= blockCap) return true;
  }
  return false;
}
