import type { RecordData } from '../data/api.ts';
import type { Column } from './columns.ts';
import type { Look } from './paint.ts';
import type { Rows } from './rows.ts';
import type { Cell, Rectangle, Selection } from './selection.ts';

// What a grid shows of itself to React, and what it asks of it.

export interface Editing {
  readonly cell: Cell;
  readonly record: RecordData;
  readonly column: Column;
  /** What was typed to begin, instead of the value. */
  readonly typed: string | null;
  readonly left: number;
  readonly top: number;
}

export interface GridState {
  readonly selection: Selection | null;
  readonly checked: ReadonlySet<string>;
  /** Every record of the list, also those that aren't loaded. */
  readonly all: boolean;
  readonly editing: Editing | null;
  readonly length: number;
}

export interface GridHost {
  readonly open: (record: RecordData) => void;
  readonly peek: (record: RecordData) => void;
  readonly toggleGroup: (key: string) => void;
  /** Turns a yes into a no. */
  readonly flip: (record: RecordData, column: Column) => void;
  readonly clear: (rectangle: Rectangle) => void;
  readonly fill: (rectangle: Rectangle) => void;
  readonly undo: () => void;
  readonly redo: () => void;
}

export interface GridParts {
  readonly scroller: HTMLElement;
  /** The element with the role and the focus. */
  readonly root: HTMLElement;
  readonly body: HTMLElement;
  /** Of the ids of its cells. */
  readonly prefix: string;
  readonly rows: Rows;
  readonly look: Look;
  readonly host: GridHost;
}
