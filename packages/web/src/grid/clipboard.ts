import type { ObjectInfo } from '../data/api.ts';
import { call, type Page } from '../data/api.ts';
import { type Column, valueAt } from './columns.ts';
import type { Change } from './edits.ts';
import { isNameOf, type Read, type Reason, readText, toShown } from './input.ts';
import type { Item } from './rows.ts';
import type { Rectangle } from './selection.ts';
import { type Reader, textOf } from './text.ts';
import { formatTable, spread } from './tsv.ts';

// Copying cells out and pasting tables in.

/** The cells of a rectangle as a spreadsheet takes them. Group heads are left out. */
export function copied(
  rectangle: Rectangle,
  columns: readonly Column[],
  itemAt: (row: number) => Item,
  reader: Reader,
): string {
  const rows: string[][] = [];
  for (let row = rectangle.top; row <= rectangle.bottom; row++) {
    const item = itemAt(row);
    if (item.kind !== 'record') continue;
    const shown = columns.slice(rectangle.left, rectangle.right + 1);
    rows.push(shown.map((column) => textOf(column.field, valueAt(item.record, column.path), reader, true)));
  }
  return formatTable(rows);
}

export interface Misfit {
  readonly row: number;
  readonly column: Column;
  readonly text: string;
  readonly reason: Reason;
}

export interface Paste {
  readonly changes: readonly Change[];
  readonly misfits: readonly Misfit[];
  /** Cells below the last row or beside the last column. */
  readonly outside: number;
  /** What the paste covered. */
  readonly rectangle: Rectangle;
}

/** Where a table goes: from the upper left of the selection, over records only. */
export function planPaste(
  table: readonly (readonly string[])[],
  selection: Rectangle,
  columns: readonly Column[],
  count: number,
  itemAt: (row: number) => Item,
  currency: string,
): Paste {
  const cells = spread(table, selection.bottom - selection.top + 1, selection.right - selection.left + 1);
  const changes: Change[] = [];
  const misfits: Misfit[] = [];
  let outside = 0;
  let row = selection.top;
  for (const line of cells) {
    while (row < count && itemAt(row).kind === 'group') row++;
    const item = row < count ? itemAt(row) : null;
    for (const [index, text] of line.entries()) {
      const column = columns[selection.left + index];
      if (column === undefined || item === null || item.kind !== 'record') {
        outside++;
        continue;
      }
      const before = valueAt(item.record, column.path);
      const read: Read = column.editable ? readText(column.field, text) : { ok: false, reason: 'readOnly' };
      if (read.ok) {
        const after = toShown(column.field, read.value, before, currency);
        changes.push({ id: item.record.id, column, before, after });
      } else misfits.push({ row, column, text, reason: read.reason });
    }
    row++;
  }
  const wide = Math.max(1, ...cells.map((line) => line.length));
  return {
    changes,
    misfits,
    outside,
    rectangle: {
      top: selection.top,
      left: selection.left,
      bottom: Math.max(selection.top, Math.min(row, count) - 1),
      right: Math.min(selection.left + wide, columns.length) - 1,
    },
  };
}

/** Puts the records that names mean in their place; names that mean none, or several, become misfits. */
export async function findNames(
  paste: Paste,
  objects: readonly ObjectInfo[],
  rowOf: (id: string) => number,
): Promise<Paste> {
  const wanted = new Map<string, Set<string>>();
  for (const { column, after } of paste.changes) {
    if (!isNameOf(after) || column.field.target === undefined) continue;
    const names = wanted.get(column.field.target) ?? new Set();
    wanted.set(column.field.target, names.add(after.named));
  }
  if (wanted.size === 0) return paste;
  const found = new Map<string, unknown[]>();
  for (const [target, names] of wanted) {
    const title = objects.find((object) => object.name === target)?.title ?? 'id';
    const list = [...names];
    for (let from = 0; from < list.length; from += 100) {
      const filter = { field: title, op: 'in', value: list.slice(from, from + 100) };
      const body = { fields: ['id', title], filter, limit: 500 };
      const { data } = await call<Page>('POST', `records/${target}/query`, body);
      for (const record of data) {
        const key = `${target} ${String(record[title])}`;
        found.set(key, [...(found.get(key) ?? []), { id: record.id, [title]: record[title] }]);
      }
    }
  }
  const changes: Change[] = [];
  const misfits = [...paste.misfits];
  for (const change of paste.changes) {
    const { after, column } = change;
    if (!isNameOf(after)) {
      changes.push(change);
      continue;
    }
    const records = found.get(`${column.field.target} ${after.named}`) ?? [];
    const [one] = records;
    if (records.length === 1) changes.push({ ...change, after: one });
    else {
      const reason: Reason = records.length === 0 ? 'notFound' : 'ambiguous';
      misfits.push({ row: rowOf(change.id), column, text: after.named, reason });
    }
  }
  return { ...paste, changes, misfits };
}

/** The first row of a rectangle into those below it. */
export function planFill(rectangle: Rectangle, columns: readonly Column[], itemAt: (row: number) => Item): Change[] {
  const first = itemAt(rectangle.top);
  if (first.kind !== 'record') return [];
  const changes: Change[] = [];
  for (let row = rectangle.top + 1; row <= rectangle.bottom; row++) {
    const item = itemAt(row);
    if (item.kind !== 'record') continue;
    for (const column of columns.slice(rectangle.left, rectangle.right + 1)) {
      if (!column.editable) continue;
      const before = valueAt(item.record, column.path);
      changes.push({ id: item.record.id, column, before, after: valueAt(first.record, column.path) });
    }
  }
  return changes;
}

/** Empties the cells of a rectangle. */
export function planClear(rectangle: Rectangle, columns: readonly Column[], itemAt: (row: number) => Item): Change[] {
  const changes: Change[] = [];
  for (let row = rectangle.top; row <= rectangle.bottom; row++) {
    const item = itemAt(row);
    if (item.kind !== 'record') continue;
    for (const column of columns.slice(rectangle.left, rectangle.right + 1)) {
      if (!column.editable || column.field.required) continue;
      changes.push({ id: item.record.id, column, before: valueAt(item.record, column.path), after: null });
    }
  }
  return changes;
}
