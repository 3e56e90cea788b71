// The selected cells: a rectangle between the cell where it began and the cell that the keyboard is on.

export interface Cell {
  readonly row: number;
  readonly column: number;
}

export interface Selection {
  /** Where it began. */
  readonly anchor: Cell;
  /** Where the keyboard is. */
  readonly focus: Cell;
}

export interface Rectangle {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

export interface Bounds {
  readonly rows: number;
  readonly columns: number;
  /** Rows that a page has. */
  readonly page: number;
}

export type Move =
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'pageUp'
  | 'pageDown'
  | 'home'
  | 'end'
  | 'top'
  | 'bottom'
  | 'first'
  | 'last';

export const at = (row: number, column: number): Selection => ({ anchor: { row, column }, focus: { row, column } });

export function rectangleOf({ anchor, focus }: Selection): Rectangle {
  return {
    top: Math.min(anchor.row, focus.row),
    bottom: Math.max(anchor.row, focus.row),
    left: Math.min(anchor.column, focus.column),
    right: Math.max(anchor.column, focus.column),
  };
}

export function contains({ top, bottom, left, right }: Rectangle, row: number, column: number): boolean {
  return row >= top && row <= bottom && column >= left && column <= right;
}

export function isSingle({ anchor, focus }: Selection): boolean {
  return anchor.row === focus.row && anchor.column === focus.column;
}

const clamp = (value: number, count: number) => Math.max(0, Math.min(value, count - 1));

function moved({ row, column }: Cell, move: Move, { rows, columns, page }: Bounds): Cell {
  switch (move) {
    case 'up':
      return { row: row - 1, column };
    case 'down':
      return { row: row + 1, column };
    case 'left':
      return { row, column: column - 1 };
    case 'right':
      return { row, column: column + 1 };
    case 'pageUp':
      return { row: row - page, column };
    case 'pageDown':
      return { row: row + page, column };
    case 'home':
      return { row, column: 0 };
    case 'end':
      return { row, column: columns - 1 };
    case 'top':
      return { row: 0, column };
    case 'bottom':
      return { row: rows - 1, column };
    case 'first':
      return { row: 0, column: 0 };
    case 'last':
      return { row: rows - 1, column: columns - 1 };
  }
}

/** The selection after a move of the keyboard; `extend` keeps where it began. */
export function moveSelection(selection: Selection, move: Move, bounds: Bounds, extend: boolean): Selection {
  const to = moved(selection.focus, move, bounds);
  const focus = { row: clamp(to.row, bounds.rows), column: clamp(to.column, bounds.columns) };
  return extend ? { anchor: selection.anchor, focus } : { anchor: focus, focus };
}

/** The next cell by Tab, row after row; null past either end, so that the focus can leave the grid. */
export function nextCell({ focus }: Selection, bounds: Bounds, back: boolean): Selection | null {
  const index = focus.row * bounds.columns + focus.column + (back ? -1 : 1);
  if (index < 0 || index >= bounds.rows * bounds.columns) return null;
  return at(Math.floor(index / bounds.columns), index % bounds.columns);
}

/** What a key means for the selection: null for a key that means nothing. */
export function moveOf(key: string, control: boolean): Move | null {
  switch (key) {
    case 'ArrowUp':
      return control ? 'top' : 'up';
    case 'ArrowDown':
      return control ? 'bottom' : 'down';
    case 'ArrowLeft':
      return control ? 'home' : 'left';
    case 'ArrowRight':
      return control ? 'end' : 'right';
    case 'PageUp':
      return 'pageUp';
    case 'PageDown':
      return 'pageDown';
    case 'Home':
      return control ? 'first' : 'home';
    case 'End':
      return control ? 'last' : 'end';
    default:
      return null;
  }
}
