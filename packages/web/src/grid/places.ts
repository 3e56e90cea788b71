import type { Rows } from './rows.ts';
import type { Selection } from './selection.ts';

// Which records stood where at the last drawing: rows that others make or take move them, and what a person looks at
// moves along.

export type Places = ReadonlyMap<number, string>;

/** The records in these rows, as far as they are loaded. */
export function placesOf(rows: Rows, wanted: readonly (number | undefined)[]): Places {
  const places = new Map<number, string>();
  for (const row of wanted) {
    const item = row === undefined ? undefined : rows.item(row);
    if (row !== undefined && item?.kind === 'record') places.set(row, item.record.id);
  }
  return places;
}

/** Where the record of a row stands now; one that is gone leaves its row. */
export function rowNow(places: Places, rows: Rows, row: number): number {
  const id = places.get(row);
  const last = Math.max(0, rows.length - 1);
  return Math.min((id === undefined ? undefined : rows.indexOf(id)) ?? row, last);
}

/** By how many rows what stands from `top` on has moved: its first record that is still there tells. */
export function shiftOf(places: Places, rows: Rows, top: number): number {
  const seen = [...places.keys()].filter((row) => row >= top).sort((one, other) => one - other);
  const anchor = seen.find((row) => rows.indexOf(places.get(row) ?? '') !== undefined);
  return anchor === undefined ? 0 : rowNow(places, rows, anchor) - anchor;
}

/** The selection on its records; null when it hasn't moved. */
export function selectionNow(places: Places, rows: Rows, { focus, anchor }: Selection): Selection | null {
  const now = {
    focus: { ...focus, row: rowNow(places, rows, focus.row) },
    anchor: { ...anchor, row: rowNow(places, rows, anchor.row) },
  };
  return now.focus.row === focus.row && now.anchor.row === anchor.row ? null : now;
}
