import type { Bench } from '../lib/bench.ts';
import { accuracy } from './accuracy.ts';
import { catalog } from './catalog.ts';
import { compile } from './compile.ts';
import { create } from './create.ts';
import { formula } from './formula.ts';
import { grid } from './grid.ts';
import { importing } from './import.ts';
import { list } from './list.ts';
import { match } from './match.ts';
import { search } from './search.ts';
import { start } from './start.ts';
import { track } from './track.ts';
import { webSize } from './web-size.ts';

/** In the order in which they run: those on the same records one after the other. */
export const benches: readonly Bench[] = [
  compile,
  formula,
  webSize,
  start,
  catalog,
  create,
  importing,
  list,
  search,
  grid,
  track,
  match,
  accuracy,
];
