import type { FieldInfo } from '../data/api.ts';
import { type TagColour, tagColour } from '../design/Tag.tsx';
import { type Column, valueAt } from './columns.ts';
import type { Group, Item } from './rows.ts';
import { contains, type Rectangle } from './selection.ts';
import { isEmpty, kindOf, optionLabel, type Reader, textOf } from './text.ts';

// Rows as plain elements that are used again and again while the list scrolls. Everything that a record holds becomes
// text, never markup.

export interface Look {
  readonly columns: readonly Column[];
  /** So many columns stay in sight. */
  readonly frozen: number;
  readonly rowHeight: number;
  readonly reader: Reader;
  readonly words: { readonly row: string; readonly select: string; readonly empty: string };
  /** The colour of a record by the rules of the view. */
  readonly color: (item: Item) => string | null;
}

export interface Marks {
  readonly rectangle: Rectangle | null;
  readonly focus: { readonly row: number; readonly column: number } | null;
  readonly checked: (id: string) => boolean;
  /** Cells that wait for the server, or that it refused: by `id path`. */
  readonly marked: ReadonlyMap<string, string>;
}

/** The column of the row's number and its box. */
export const gutter = 52;

interface Slot {
  readonly element: HTMLElement;
  readonly cells: HTMLElement[];
  row: number;
  item: Item | null;
  state: string;
}

const rowOf = new WeakMap<Element, number>();

/** The row that an element belongs to. */
export function rowAt(element: Element): number | undefined {
  const row = element.closest('[role="row"]');
  return row === null ? undefined : rowOf.get(row);
}

export class Painter {
  readonly #layer: HTMLElement;
  readonly #prefix: string;
  #look: Look | null = null;
  #slots = new Map<number, Slot>();
  #free: Slot[] = [];

  constructor(layer: HTMLElement, prefix: string) {
    this.#layer = layer;
    this.#prefix = prefix;
  }

  /** Begins anew with other columns. */
  configure(look: Look): void {
    this.#look = look;
    for (const slot of [...this.#slots.values(), ...this.#free]) slot.element.remove();
    this.#slots = new Map();
    this.#free = [];
  }

  cellId(row: number, column: number): string {
    return `${this.#prefix}-${row}-${column}`;
  }

  /** Draws these rows; a row's place is its number × height less `offset`. */
  draw(from: number, to: number, offset: number, itemAt: (row: number) => Item, marks: Marks): void {
    const look = this.#look;
    if (look === null) return;
    for (const [row, slot] of this.#slots) {
      if (row >= from && row < to) continue;
      this.#slots.delete(row);
      this.#free.push(slot);
    }
    for (let row = from; row < to; row++) {
      let slot = this.#slots.get(row);
      if (slot === undefined) {
        slot = this.#free.pop() ?? this.#makeSlot(look);
        slot.row = row;
        slot.item = null;
        slot.state = '';
        rowOf.set(slot.element, row);
        slot.element.setAttribute('aria-rowindex', String(row + 2));
        if (slot.element.hidden) slot.element.hidden = false;
        for (const [column, cell] of slot.cells.entries()) cell.id = this.cellId(row, column - 1);
        this.#slots.set(row, slot);
      }
      slot.element.style.transform = `translateY(${row * look.rowHeight - offset}px)`;
      this.#fill(look, slot, itemAt(row), marks);
      this.#mark(look, slot, marks);
    }
    for (const slot of this.#free) {
      if (!slot.element.hidden) slot.element.hidden = true;
    }
  }

  #makeSlot(look: Look): Slot {
    const element = document.createElement('div');
    element.className = 'hk-row';
    element.setAttribute('role', 'row');
    const cells: HTMLElement[] = [];
    const add = (role: string, width: number, left: number | null) => {
      const cell = document.createElement('div');
      cell.className = left === null ? 'hk-cell' : 'hk-cell frozen';
      cell.setAttribute('role', role);
      cell.setAttribute('aria-colindex', String(cells.length + 1));
      cell.style.width = `${width}px`;
      if (left !== null) cell.style.insetInlineStart = `${left}px`;
      cells.push(cell);
      element.append(cell);
      return cell;
    };
    const head = add('rowheader', gutter, 0);
    head.classList.add('gutter');
    const box = document.createElement('input');
    box.type = 'checkbox';
    box.tabIndex = -1;
    const number = document.createElement('span');
    head.append(number, box);
    let left = gutter;
    for (const [index, column] of look.columns.entries()) {
      const cell = add('gridcell', column.width, index < look.frozen ? left : null);
      cell.dataset.column = String(index);
      if (index === look.frozen - 1) cell.classList.add('edge');
      if (column.end) cell.classList.add('end');
      left += column.width;
    }
    this.#layer.append(element);
    return { element, cells, row: -1, item: null, state: '' };
  }

  #fill(look: Look, slot: Slot, item: Item, marks: Marks): void {
    if (slot.item === item) return;
    const before = slot.item;
    slot.item = item;
    const { element, cells } = slot;
    const kind = item.kind === 'record' ? '' : item.kind;
    element.className = kind === '' ? 'hk-row' : `hk-row ${kind}`;
    slot.state = '';
    const [head] = cells;
    const number = head?.firstElementChild;
    const box = head?.lastElementChild;
    if (number) number.textContent = item.kind === 'record' ? String(slot.row + 1) : '';
    if (box instanceof HTMLInputElement) box.setAttribute('aria-label', `${look.words.select} ${slot.row + 1}`);
    element.setAttribute('aria-label', `${look.words.row} ${slot.row + 1}`);
    if (item.kind === 'group') element.setAttribute('aria-expanded', String(item.group.open));
    else element.removeAttribute('aria-expanded');
    const color = look.color(item);
    if (color === null) delete element.dataset.color;
    else element.dataset.color = color;
    for (const [index, column] of look.columns.entries()) {
      const cell = cells[index + 1];
      if (cell === undefined) continue;
      if (item.kind === 'group') paintGroup(cell, index, column, item.group, look);
      else if (item.kind === 'record') {
        const value = valueAt(item.record, column.path);
        const was = before?.kind === 'record' ? valueAt(before.record, column.path) : undefined;
        if (before?.kind !== 'record' || was !== value) paintValue(cell, column.field, value, look.reader);
      } else cell.textContent = '';
    }
    this.#mark(look, slot, marks);
  }

  #mark({ columns }: Look, slot: Slot, { rectangle, focus, checked, marked }: Marks): void {
    const { row, item, cells, element } = slot;
    const record = item?.kind === 'record' ? item.record : null;
    const isChecked = record !== null && checked(record.id);
    const inside = rectangle !== null && row >= rectangle.top && row <= rectangle.bottom;
    const focused = focus?.row === row ? focus.column : -1;
    const flags =
      record === null || marked.size === 0
        ? ''
        : columns.map((column) => marked.get(`${record.id} ${column.path}`) ?? '').join();
    const span = inside ? `${rectangle.left}-${rectangle.right}` : '';
    const state = `${isChecked} ${span} ${focused} ${flags}`;
    if (state === slot.state) return;
    slot.state = state;
    element.classList.toggle('checked', isChecked);
    element.setAttribute('aria-selected', String(isChecked));
    const box = cells[0]?.lastElementChild;
    if (box instanceof HTMLInputElement) box.checked = isChecked;
    for (const [index, column] of columns.entries()) {
      const cell = cells[index + 1];
      if (cell === undefined) continue;
      const selected = rectangle !== null && contains(rectangle, row, index);
      cell.classList.toggle('selected', selected);
      cell.classList.toggle('focus', focused === index);
      cell.setAttribute('aria-selected', String(selected));
      const flag = record === null ? undefined : marked.get(`${record.id} ${column.path}`);
      if (flag === undefined) {
        delete cell.dataset.flag;
        if (cell.title !== '') cell.removeAttribute('title');
      } else {
        cell.dataset.flag = flag === '' ? 'waiting' : 'refused';
        cell.title = flag;
      }
    }
  }
}

function paintGroup(cell: HTMLElement, index: number, column: Column, group: Group, look: Look): void {
  const total = group.totals[column.path];
  if (index > 0) {
    cell.textContent = total === undefined || total === null ? '' : textOf(column.field, total, look.reader);
    return;
  }
  const arrow = document.createElement('span');
  arrow.className = 'hk-arrow';
  arrow.textContent = group.open ? '▾' : '▸';
  const name = document.createElement('b');
  name.textContent = String(group.totals['~label'] ?? '') || look.words.empty;
  const count = document.createElement('span');
  count.className = 'hk-count';
  count.textContent = group.count.toLocaleString(look.reader.language === 'en' ? 'en-GB' : 'zh-CN');
  cell.replaceChildren(arrow, name, count);
}

const tags: ReadonlySet<string> = new Set(['option', 'options']);

function paintValue(cell: HTMLElement, field: FieldInfo, value: unknown, reader: Reader): void {
  if (tags.has(field.type) && !isEmpty(value)) {
    const values = Array.isArray(value) ? value : [value];
    cell.replaceChildren(...values.map((one) => tagOf(field, one, reader)));
    return;
  }
  const kind = kindOf(field);
  if (kind === 'boolean') {
    cell.textContent = value === true ? '✓' : '';
    return;
  }
  const text = textOf(field, value, reader);
  const first = cell.firstChild;
  if (first instanceof Text && cell.childNodes.length === 1) first.nodeValue = text;
  else cell.textContent = text;
}

/** For options that name no colour: the same for the same place in the list. */
const palette = ['blue', 'green', 'orange', 'purple', 'cyan', 'pink', 'yellow', 'grey'] as const;

export function optionColor(field: FieldInfo, value: unknown): TagColour {
  const index = field.options?.findIndex((option) => option.value === value) ?? -1;
  const named = field.options?.[index]?.color;
  return named === undefined ? (palette[(index + palette.length) % palette.length] ?? 'grey') : tagColour(named);
}

function tagOf(field: FieldInfo, value: unknown, { language }: Reader): HTMLElement {
  const tag = document.createElement('span');
  tag.className = 'hk-tag';
  const colour = optionColor(field, value);
  tag.style.background = `var(--tag-${colour})`;
  tag.style.color = `var(--tag-${colour}-ink)`;
  tag.textContent = optionLabel(field, value, language);
  return tag;
}
