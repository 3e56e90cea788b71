// The rows that are to be matched, as they come in: each text kept once per column.
import { grown, shared, TextPool, type Texts } from './texts.ts';
import type { ColumnSpec } from './types.ts';

/** Rows of text, added one by one; memory grows with what is new in them. */
export class RecordTable {
  readonly columns: readonly ColumnSpec[];
  private readonly pools: readonly TextPool[];
  /** By column, by row. */
  private cells: Uint32Array[];
  private origin = new Uint8Array(64);
  count = 0;

  constructor(columns: readonly ColumnSpec[]) {
    this.columns = columns;
    this.pools = columns.map(() => new TextPool());
    this.cells = columns.map(() => new Uint32Array(64));
  }

  /** Adds a row with one value for each column. `source` numbers the list it is of: lists may overlap more or less. */
  add(values: readonly (string | null | undefined)[], source: 0 | 1 = 0): void {
    const row = this.count++;
    if (row >= this.origin.length) {
      this.origin = grown(this.origin, row + 1);
      this.cells = this.cells.map((cells) => grown(cells, row + 1));
    }
    this.origin[row] = source;
    for (const [index, pool] of this.pools.entries()) {
      const cells = this.cells[index];
      if (cells !== undefined) cells[row] = pool.intern(values[index] ?? '');
    }
  }

  /** The texts of a column and the number of one for each row, in memory that threads share. */
  rawColumn(column: number): { readonly texts: Texts; readonly cells: Uint32Array } {
    const pool = this.pools[column];
    const cells = this.cells[column];
    if (pool === undefined || cells === undefined) throw new Error(`no column ${column}`);
    return { texts: pool.texts(), cells: shared(cells.subarray(0, this.count)) };
  }

  /** By row: the list it is of. */
  get sources(): Uint8Array {
    return this.origin.subarray(0, this.count);
  }
}
