// biome-ignore-all lint/a11y/useSemanticElements: a table element cannot hold a million rows
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus, and names the cell
import { useSyncExternalStore } from 'react';
import { type Column, valueAt } from './columns.ts';
import { gutter } from './paint.ts';
import { rectangleOf } from './selection.ts';
import { labelIn, type Reader, textOf } from './text.ts';
import type { GridView } from './view.ts';
import { useGridWords } from './words.ts';

const numbers = { zh: new Intl.NumberFormat('zh-CN'), en: new Intl.NumberFormat('en-GB') };
const counted = 20_000;

interface StatusProps {
  readonly view: GridView | null;
  readonly total: number | null;
  readonly columns: readonly Column[];
  readonly reader: Reader;
}

/** How many records there are, and what the selected cells come to. */
export function Status({ view, total, columns, reader }: StatusProps) {
  const say = useGridWords();
  const state = useSyncExternalStore(view?.subscribe ?? (() => () => {}), () => view?.state ?? null);
  const format = numbers[reader.language];
  const selected = view === null || state?.selection == null ? null : sumOf(view, columns);
  return (
    <div className="hk-status" role="status">
      <span>{total === null ? say('loading') : say('records', { count: format.format(total) })}</span>
      {selected !== null && (
        <span className="end">
          {say('cells', { count: format.format(selected.cells) })}
          {selected.sum !== null && ` · ${say('sumIs', { value: format.format(selected.sum) })}`}
        </span>
      )}
    </div>
  );
}

function sumOf(
  view: GridView,
  columns: readonly Column[],
): { readonly cells: number; readonly sum: number | null } | null {
  const { selection } = view.state;
  if (selection === null) return null;
  const { top, left, bottom, right } = rectangleOf(selection);
  const cells = (bottom - top + 1) * (right - left + 1);
  if (cells < 2) return null;
  const numeric = columns.slice(left, right + 1).filter((column) => column.end);
  // Amounts and numbers of different columns don't add up to anything.
  if (numeric.length !== 1 || cells > counted) return { cells, sum: null };
  let sum = 0;
  for (let row = top; row <= bottom; row++) {
    const item = view.itemAt(row);
    if (item.kind !== 'record') continue;
    for (const column of numeric) sum += numberOf(valueAt(item.record, column.path));
  }
  return { cells, sum: Math.round(sum * 1e6) / 1e6 };
}

function numberOf(value: unknown): number {
  const plain = typeof value === 'object' && value !== null && 'amount' in value ? value.amount : value;
  const number = Number(plain ?? 0);
  return Number.isFinite(number) ? number : 0;
}

interface FootProps {
  readonly columns: readonly Column[];
  readonly frozen: number;
  readonly totals: Readonly<Record<string, unknown>>;
  readonly reader: Reader;
  readonly row: number;
}

/** The totals below the columns. */
export function Foot({ columns, frozen, totals, reader, row }: FootProps) {
  const say = useGridWords();
  let left = gutter;
  return (
    <div role="rowgroup" className="hk-foot">
      <div role="row" aria-rowindex={row} className="hk-row">
        <div
          role="gridcell"
          aria-colindex={1}
          className="hk-cell frozen gutter"
          style={{ width: gutter, insetInlineStart: 0 }}
        />
        {columns.map((column, index) => {
          const start = left;
          left += column.width;
          const value = totals[column.path];
          const text = value === undefined || value === null ? '' : totalText(column, value, reader);
          const place = index < frozen ? { insetInlineStart: start } : {};
          return (
            <div
              key={column.path}
              role="gridcell"
              aria-colindex={index + 2}
              className={`hk-cell${index < frozen ? ' frozen' : ''}${column.end ? ' end' : ''}`}
              style={{ width: column.width, ...place }}
              title={column.total === null ? '' : `${labelIn(column.label, reader.language)} · ${say(column.total)}`}
            >
              {column.total !== null && text !== '' && (
                <span className="hk-total">
                  <small>{say(column.total)}</small>
                  <span>{text}</span>
                </span>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Counts are numbers whatever is counted; the rest reads like the column. */
function totalText({ field, total }: Column, value: unknown, reader: Reader): string {
  const counts = total === 'count' || total === 'countDistinct';
  return textOf(counts ? { ...field, type: 'number', definition: null } : field, value, reader);
}
