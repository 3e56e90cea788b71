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
  top: number;
  item: Item | null;
  kind: Item['kind'];
  /** What is marked on its elements, in a word. */
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

  /** The id of the cell that has the focus, while it is drawn. */
  get focusId(): string {
    return `${this.#prefix}-focus`;
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
        rowOf.set(slot.element, row);
        slot.element.setAttribute('aria-rowindex', String(row + 2));
        if (slot.element.hidden) slot.element.hidden = false;
        this.#name(look, slot);
        this.#slots.set(row, slot);
      }
      const top = row * look.rowHeight - offset;
      if (slot.top !== top) {
        // Not a transform: each would be a layer's worth of work.
        slot.element.style.top = `${top}px`;
        slot.top = top;
      }
      this.#fill(look, slot, itemAt(row));
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
    const opener = document.createElement('i');
    opener.setAttribute('aria-hidden', 'true');
    opener.textContent = '⤢';
    head.append(number, opener, box);
    let left = gutter;
    for (const [index, column] of look.columns.entries()) {
      const cell = add('gridcell', column.width, index < look.frozen ? left : null);
      cell.dataset.column = String(index);
      if (index === look.frozen - 1) cell.classList.add('edge');
      if (column.end) cell.classList.add('end');
      left += column.width;
    }
    this.#layer.append(element);
    return { element, cells, row: -1, top: Number.NaN, item: null, kind: 'record', state: '' };
  }

  #fill(look: Look, slot: Slot, item: Item): void {
    if (slot.item === item) return;
    const before = slot.item;
    slot.item = item;
    const { element, cells } = slot;
    if (slot.kind !== item.kind) {
      element.classList.remove(slot.kind);
      element.classList.add(item.kind);
      slot.kind = item.kind;
      this.#name(look, slot);
    }
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
        if (before?.kind !== 'record' || was !== value) paintValue(cell, column, value, look.reader);
      } else {
        cell.textContent = '';
        clip(cell, false);
      }
    }
  }

  /** A row's number, where people and readers of the page see it. */
  #name({ words }: Look, { element, cells, row, kind }: Slot): void {
    const [head] = cells;
    const number = head?.firstElementChild;
    if (number) number.textContent = kind === 'record' ? String(row + 1) : '';
    head?.lastElementChild?.setAttribute('aria-label', `${words.select} ${row + 1}`);
    element.setAttribute('aria-label', `${words.row} ${row + 1}`);
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
      if (focused === index) cell.id = this.focusId;
      else if (cell.id !== '') cell.removeAttribute('id');
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

function paintValue(cell: HTMLElement, { field, width }: Column, value: unknown, reader: Reader): void {
  if (tags.has(field.type) && !isEmpty(value)) {
    const values = Array.isArray(value) ? value : [value];
    // Elements that are there already are used again; a skeleton or a text makes room.
    const there = cell.firstChild instanceof HTMLElement && cell.childElementCount === values.length;
    if (!there) cell.replaceChildren(...values.map(() => document.createElement('span')));
    for (const [index, one] of values.entries()) {
      const tag = cell.children[index];
      if (!(tag instanceof HTMLElement)) continue;
      tag.className = 'hk-tag';
      tag.dataset.color = optionColor(field, one);
      tag.textContent = optionLabel(field, one, reader.language);
    }
    clip(
      cell,
      values.reduce<number>((sum, one) => sum + widthOf(optionLabel(field, one, reader.language)) + 22, 0) > width - 20,
    );
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
  clip(cell, widthOf(text) > width - 20);
}

/** Only a cell whose text may not fit cuts it off: every edge that cuts costs each frame. */
function clip(cell: HTMLElement, cuts: boolean): void {
  if (cell.classList.contains('cut') !== cuts) cell.classList.toggle('cut', cuts);
}

/** At least as wide as a text can be, in pixels. */
function widthOf(text: string): number {
  let width = 0;
  for (let index = 0; index < text.length; index++) width += text.charCodeAt(index) > 0x2e7f ? 13.5 : 9.5;
  return width;
}

/** For options that name no colour: the same for the same place in the list. */
const palette = ['blue', 'green', 'orange', 'purple', 'cyan', 'pink', 'yellow', 'grey'] as const;

export function optionColor(field: FieldInfo, value: unknown): TagColour {
  const index = field.options?.findIndex((option) => option.value === value) ?? -1;
  const named = field.options?.[index]?.color;
  return named === undefined ? (palette[(index + palette.length) % palette.length] ?? 'grey') : tagColour(named);
}
