// What was learnt, small enough to be stored: it explains any two records later, such as in a review queue.
import { codesOf, encodeColumn } from './encode.ts';
import { RecordTable } from './records.ts';
import { Comparer, type Weights } from './score.ts';
import type { ColumnSpec, PairExplanation } from './types.ts';

/** Plain JSON; weights in bits. How rare a value is isn't in it: an exact match counts as one of average rarity. */
export interface MatchModel {
  readonly columns: readonly ColumnSpec[];
  readonly prior: readonly [within: number, across: number];
  /** By column, by level from different to exact. */
  readonly levels: readonly (readonly number[])[];
  /** The same, of places where a closer place agrees already. */
  readonly beside: readonly (readonly number[])[];
}

export const modelOf = (columns: readonly ColumnSpec[], { prior, levels, beside }: Weights): MatchModel => ({
  columns: columns.map(({ name, type }) => ({ name, type })),
  prior,
  levels: levels.map((each) => [...each]),
  beside: beside.map((each) => [...each]),
});

type Values = readonly (string | null | undefined)[];

/** How likely two records are one customer by a model, and why; values in the order of the model's columns. */
export function explainPair(
  { columns, prior, levels, beside }: MatchModel,
  one: Values,
  other: Values,
): PairExplanation {
  const table = new RecordTable(columns);
  table.add(one);
  table.add(other);
  const encoded = columns.map((spec, at) => encodeColumn({ spec, ...table.rawColumn(at) }));
  const weights: Weights = {
    prior,
    levels: levels.map((each) => Float32Array.from(each)),
    exact: encoded.map(({ counts }, at) => new Float32Array(counts.length).fill(levels[at]?.at(-1) ?? 0)),
    beside: beside.map((each) => Float32Array.from(each)),
    unequal: new Float32Array(columns.length),
  };
  const rows = { columns: encoded, codes: codesOf(encoded, null, 2), sources: table.sources };
  return new Comparer(rows).explain(0, 1, weights);
}
