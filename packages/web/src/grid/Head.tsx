// biome-ignore-all lint/a11y/useSemanticElements: a table element cannot hold a million rows
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus, and names the cell
import type { ColumnTotal } from '@huike/schema';
import { ArrowDown, ArrowUp, ChevronDown } from 'lucide-react';
import { useRef } from 'react';
import { type Column, isNumeric } from './columns.ts';
import { MenuItem, Popup } from './Popup.tsx';
import { gutter } from './paint.ts';
import { labelIn } from './text.ts';
import { useGridWords } from './words.ts';

/** What a person may do to the columns. */
export interface ColumnActs {
  readonly sort: readonly string[];
  readonly group: string | null;
  readonly onSort: (sort: readonly string[]) => void;
  readonly onGroup: (path: string | null) => void;
  readonly onFreeze: (count: number) => void;
  readonly onWidth: (path: string, width: number) => void;
  readonly onMove: (from: number, to: number) => void;
  readonly onHide: (path: string) => void;
  readonly onTotal: (path: string, total: ColumnTotal | null) => void;
}

interface HeadProps extends ColumnActs {
  readonly columns: readonly Column[];
  readonly frozen: number;
  readonly language: 'zh' | 'en';
  readonly allChecked: boolean;
  readonly onCheckAll: (on: boolean) => void;
}

const never: ReadonlySet<string> = new Set(['longText', 'richText', 'geo', 'relations', 'table', 'file', 'image']);
const groupable: ReadonlySet<string> = new Set(['option', 'boolean', 'relation', 'user', 'department', 'text']);

export function Head(props: HeadProps) {
  const say = useGridWords();
  const { columns, frozen, language, allChecked, onCheckAll } = props;
  let left = gutter;
  return (
    <div role="rowgroup" className="hk-head">
      <div role="row" aria-rowindex={1} className="hk-row">
        <div
          role="columnheader"
          aria-colindex={1}
          className="hk-cell frozen gutter head"
          style={{ width: gutter, insetInlineStart: 0 }}
        >
          <input
            type="checkbox"
            aria-label={say('selectAll')}
            checked={allChecked}
            onChange={(event) => onCheckAll(event.target.checked)}
          />
        </div>
        {columns.map((column, index) => {
          const start = left;
          left += column.width;
          return (
            <HeadCell
              key={column.path}
              {...props}
              column={column}
              index={index}
              name={labelIn(column.label, language)}
              left={index < frozen ? start : null}
            />
          );
        })}
      </div>
    </div>
  );
}

interface HeadCellProps extends HeadProps {
  readonly column: Column;
  readonly index: number;
  readonly name: string;
  readonly left: number | null;
}

function HeadCell({ column, index, name, left, ...acts }: HeadCellProps) {
  const say = useGridWords();
  const { sort, frozen, onMove } = acts;
  const sorted = sort.find((one) => one.replace(/^-/, '') === column.path);
  const order = sorted === undefined ? 'none' : sorted.startsWith('-') ? 'descending' : 'ascending';
  const classes = [
    'hk-cell head',
    left === null ? '' : 'frozen',
    index === frozen - 1 ? 'edge' : '',
    column.end ? 'end' : '',
  ];
  return (
    <div
      role="columnheader"
      aria-colindex={index + 2}
      aria-sort={order}
      className={classes.filter(Boolean).join(' ')}
      style={{ width: column.width, ...(left === null ? {} : { insetInlineStart: left }) }}
      onDragOver={(event) => {
        if (event.dataTransfer.types.includes('text/x-huike-column')) event.preventDefault();
      }}
      onDrop={(event) => {
        const from = Number(event.dataTransfer.getData('text/x-huike-column'));
        if (Number.isInteger(from)) onMove(from, index);
      }}
    >
      <Popup
        menu
        label={say('columnMenu', { name })}
        trigger={(button) => (
          <button
            type="button"
            {...button}
            className="hk-head-name"
            aria-label={say('columnMenu', { name })}
            draggable
            onDragStart={(event) => event.dataTransfer.setData('text/x-huike-column', String(index))}
          >
            <span title={name}>{name}</span>
            {order === 'ascending' && <ArrowUp size={13} aria-hidden />}
            {order === 'descending' && <ArrowDown size={13} aria-hidden />}
            <ChevronDown size={13} className="more" aria-hidden />
          </button>
        )}
      >
        {(close) => <ColumnMenu {...acts} column={column} index={index} close={close} />}
      </Popup>
      <Grip column={column} name={name} onWidth={acts.onWidth} />
    </div>
  );
}

const totals: readonly ColumnTotal[] = ['sum', 'avg', 'min', 'max', 'count', 'countDistinct'];

function ColumnMenu({
  column,
  index,
  close,
  ...acts
}: HeadProps & { readonly column: Column; readonly index: number; readonly close: () => void }) {
  const say = useGridWords();
  const { path, field } = column;
  const { sort, group, frozen, columns } = acts;
  const act = (run: () => void) => () => {
    close();
    run();
  };
  const sortable = !never.has(field.type) && field.right !== 'masked';
  const offered =
    field.right === 'masked' || never.has(field.type)
      ? []
      : totals.filter((one) => isNumeric(field) || !['sum', 'avg'].includes(one));
  return (
    <>
      {sortable && (
        <>
          <MenuItem checked={sort[0] === path} onSelect={act(() => acts.onSort(sort[0] === path ? [] : [path]))}>
            {say('ascending')}
          </MenuItem>
          <MenuItem
            checked={sort[0] === `-${path}`}
            onSelect={act(() => acts.onSort(sort[0] === `-${path}` ? [] : [`-${path}`]))}
          >
            {say('descending')}
          </MenuItem>
          <hr />
        </>
      )}
      {sortable && groupable.has(field.type) && (
        <MenuItem onSelect={act(() => acts.onGroup(group === path ? null : path))}>
          {say(group === path ? 'ungroup' : 'groupBy')}
        </MenuItem>
      )}
      <MenuItem onSelect={act(() => acts.onFreeze(frozen === index + 1 ? 0 : index + 1))}>
        {say(frozen === index + 1 ? 'unfreeze' : 'freeze')}
      </MenuItem>
      {index > 0 && <MenuItem onSelect={act(() => acts.onMove(index, index - 1))}>{say('moveLeft')}</MenuItem>}
      {index < columns.length - 1 && (
        <MenuItem onSelect={act(() => acts.onMove(index, index + 1))}>{say('moveRight')}</MenuItem>
      )}
      {columns.length > 1 && <MenuItem onSelect={act(() => acts.onHide(path))}>{say('hide')}</MenuItem>}
      {offered.length > 0 && (
        <>
          <hr />
          <h3>{say('total')}</h3>
          <MenuItem checked={column.total === null} onSelect={act(() => acts.onTotal(path, null))}>
            {say('none')}
          </MenuItem>
          {offered.map((total) => (
            <MenuItem key={total} checked={column.total === total} onSelect={act(() => acts.onTotal(path, total))}>
              {say(total)}
            </MenuItem>
          ))}
        </>
      )}
    </>
  );
}

/** The edge of a column: dragged, or moved by the arrow keys. */
function Grip({
  column,
  name,
  onWidth,
}: {
  readonly column: Column;
  readonly name: string;
  readonly onWidth: (path: string, width: number) => void;
}) {
  const say = useGridWords();
  const start = useRef<{ readonly x: number; readonly width: number } | null>(null);
  const within = (width: number) => Math.round(Math.max(60, Math.min(width, 900)));
  return (
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={say('resize', { name })}
      aria-valuenow={column.width}
      aria-valuemin={60}
      aria-valuemax={900}
      tabIndex={0}
      className="hk-grip"
      onKeyDown={(event) => {
        const step = event.key === 'ArrowRight' ? 16 : event.key === 'ArrowLeft' ? -16 : 0;
        if (step === 0) return;
        event.preventDefault();
        onWidth(column.path, within(column.width + step));
      }}
      onPointerDown={(event) => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { x: event.clientX, width: column.width };
      }}
      onPointerMove={(event) => {
        const begun = start.current;
        if (begun !== null) onWidth(column.path, within(begun.width + event.clientX - begun.x));
      }}
      onPointerUp={() => {
        start.current = null;
      }}
    />
  );
}
