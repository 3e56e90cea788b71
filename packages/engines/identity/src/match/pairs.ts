// The pairs of rows that rules yield.
import { isCapped, type Rule, type Rules, windowSize } from './rules.ts';

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
      const row = rows[i] ?? 0;
      const end = Math.min(to, i + reach + 1);
      for (let j = i + 1; j < end; j++) visit(row, rows[j] ?? 0);
    }
  }
}

/** Whether an earlier rule yields the pair too; of rules with several keys a row, not always. */
export function isFoundBefore({ rules, blocks }: Rules, index: number, a: number, b: number): boolean {
  const one = a * rules.length;
  const other = b * rules.length;
  for (let earlier = 0; earlier < index; earlier++) {
    const block = blocks[one + earlier] ?? 0;
    if (block !== 0 && block === blocks[other + earlier]) return true;
  }
  return false;
}
