// How large a run is: HUIKE_BENCH_SCALE=0.01 makes everything a hundredth, to see that it works.

export interface Size {
  /** 1 is what the results are made with. */
  readonly scale: number;
  /** So many records, or fewer. */
  rows(full: number): number;
  /** So many milliseconds a round, or fewer. */
  milliseconds(full: number): number;
  /** So many rounds of each side. */
  readonly rounds: number;
}

export function sizeOf(scale: number): Size {
  if (!(scale > 0 && scale <= 1)) throw new Error('HUIKE_BENCH_SCALE is above 0 and at most 1');
  return {
    scale,
    rows: (full) => Math.max(100, Math.round(full * scale)),
    milliseconds: (full) => Math.max(100, Math.round(full * scale)),
    rounds: Math.max(2, Math.round(9 * Math.sqrt(scale))),
  };
}
