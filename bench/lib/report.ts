// What a bench found, as lines of one table.
import type { Comparison } from './compare.ts';

export interface Finding {
  readonly what: string;
  readonly measured: string;
  /** The floor, or the other side. */
  readonly against: string;
  /** Measured by floor. */
  readonly ratio: string;
  /** Processor time of one, in microseconds: measured, and the floor's. */
  readonly cost: string;
  readonly aim: string;
  /** Null where nothing was aimed at. */
  readonly met: boolean | null;
}

const columns = ['what', 'measured', 'against', 'ratio', 'cost', 'aim', 'met'] as const;
const heads = {
  what: '',
  measured: 'measured',
  against: 'against',
  ratio: 'ratio',
  cost: 'processor',
  aim: 'aim',
  met: '',
};

const cells = (finding: Finding) => ({
  ...finding,
  met: finding.met === null ? '' : finding.met ? 'met' : '**missed**',
});

/** The findings as a table in Markdown. */
export function table(findings: readonly Finding[]): string {
  const rows = [heads, ...findings.map(cells)];
  const line = (row: Readonly<Record<(typeof columns)[number], string>>) =>
    `| ${columns.map((column) => row[column]).join(' | ')} |`;
  const [head, ...rest] = rows.map(line);
  return [head, `|${columns.map((column) => (column === 'what' ? ' --- ' : ' ---: ')).join('|')}|`, ...rest].join('\n');
}

/** Three digits that count. */
export function number(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}

export const percent = (ratio: number): string => `${Math.round(ratio * 100)} %`;

const rangeOf = ([low, high]: readonly [number, number]): string =>
  `${Math.round(low * 100)}–${Math.round(high * 100)} %`;

/** One figure that has to stay below a limit; null for one that is only told. */
export function figure(
  what: string,
  measured: string,
  limit: { readonly aim: string; readonly met: boolean } | null,
): Finding {
  return { what, measured, against: '', ratio: '', cost: '', aim: limit?.aim ?? '', met: limit?.met ?? null };
}

const costOf = ([measured, against]: readonly [number, number]): string =>
  measured > 0 && against > 0 ? `${number(measured)} / ${number(against)} µs` : '';

/** Two sides in requests a second. */
export function comparison(
  what: string,
  { measured, against, ratio, spread, cost }: Comparison,
  atLeast: number | null,
): Finding {
  return {
    what,
    measured: `${number(measured)}/s`,
    against: `${number(against)}/s`,
    ratio: `${percent(ratio)} (${rangeOf(spread)})`,
    cost: costOf(cost),
    aim: atLeast === null ? '' : `≥ ${percent(atLeast)}`,
    met: atLeast === null ? null : ratio >= atLeast,
  };
}
