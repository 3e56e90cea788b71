import type { ObjectInfo, RecordData } from '../data/api.ts';
import type { Column } from '../grid/columns.ts';
import type { Reader } from '../grid/text.ts';
import type { ListAsk } from './records.ts';
import type { Shape, ShapeChange } from './views.ts';

/** What every layout is given. */
export interface LayoutProps {
  readonly object: ObjectInfo;
  readonly objects: readonly ObjectInfo[];
  readonly shape: Shape;
  readonly ask: ListAsk;
  readonly columns: readonly Column[];
  readonly reader: Reader;
  readonly onShape: (change: ShapeChange) => void;
  readonly onOpen: (record: RecordData) => void;
  readonly onPeek: (record: RecordData) => void;
  readonly onCreate: () => void;
  readonly colorOf: (record: RecordData) => string | null;
}
