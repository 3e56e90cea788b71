import type { Catalog, ReadingWriter, Tx } from '@huike/kernel';
import type { Kinds } from '../identifier/kinds.ts';

/** What a transaction of identity works with. */
export interface Stitching {
  readonly tx: Tx;
  readonly writer: ReadingWriter;
  readonly catalog: Catalog;
  readonly kinds: Kinds;
  readonly now: Date;
}
