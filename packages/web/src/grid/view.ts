import { type Look, Painter, rowAt } from './paint.ts';
import { type Places, placesOf, rowNow, selectionNow, shiftOf } from './places.ts';
import type { Item, Rows } from './rows.ts';
import {
  at,
  type Bounds,
  type Cell,
  isSingle,
  moveOf,
  moveSelection,
  nextCell,
  type Rectangle,
  rectangleOf,
  type Selection,
} from './selection.ts';
import type { GridHost, GridParts, GridState } from './state.ts';
import { type Extent, elementHeight, placeAt, revealing, rowsAt, type Scroll, scrolledTo } from './window.ts';

// The moving part of a grid: scrolling, selecting and drawing, outside of React, so that a frame of scrolling touches
// only the rows that come into sight. What React shows (editor, footer, bars) hears of changes by `subscribe`.

const around = 6;

export class GridView {
  readonly #scroller: HTMLElement;
  /** The element with the role and the focus. */
  readonly #root: HTMLElement;
  readonly #body: HTMLElement;
  readonly #painter: Painter;
  readonly #host: GridHost;
  readonly #listeners = new Set<() => void>();
  #rows: Rows;
  #look: Look;
  #lefts: readonly number[] = [];
  #scroll: Scroll = { physical: 0, virtual: 0 };
  #viewport = 0;
  #headHeight = 0;
  #set: number | null = null;
  #settle = 0;
  #frame = 0;
  #down = true;
  #marks: ReadonlyMap<string, string> = new Map();
  #state: GridState = { selection: null, checked: new Set(), all: false, editing: null, length: 0 };
  #dragging = false;
  #unsubscribe: () => void = () => {};
  #lastChecked: number | null = null;
  /** Rows came or changed since the last drawing. */
  #stirred = false;
  #places: Places = new Map();

  constructor(parts: GridParts) {
    this.#scroller = parts.scroller;
    this.#root = parts.root;
    this.#body = parts.body;
    this.#painter = new Painter(parts.body, parts.prefix);
    this.#host = parts.host;
    this.#rows = parts.rows;
    this.#look = parts.look;
    this.setLook(parts.look);
  }

  get state(): GridState {
    return this.#state;
  }

  get rows(): Rows {
    return this.#rows;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Begins to listen; the answer stops it. */
  connect(): () => void {
    const scroller = this.#scroller;
    const stop = new AbortController();
    const { signal } = stop;
    scroller.addEventListener('scroll', () => this.#onScroll(), { signal, passive: true });
    this.#root.addEventListener('keydown', (event) => this.#onKey(event), { signal });
    this.#body.addEventListener('pointerdown', (event) => this.#onPointerDown(event), { signal });
    this.#body.addEventListener('pointermove', (event) => this.#onPointerMove(event), { signal });
    window.addEventListener('pointerup', () => (this.#dragging = false), { signal });
    this.#body.addEventListener('dblclick', (event) => this.#onDoubleClick(event), { signal });
    this.#body.addEventListener('click', (event) => this.#onClick(event), { signal });
    const observer = new ResizeObserver(() => this.#measure());
    observer.observe(scroller);
    this.#unsubscribe = this.#rows.subscribe(() => this.#stir());
    this.#measure();
    return () => {
      stop.abort();
      observer.disconnect();
      this.#unsubscribe();
      cancelAnimationFrame(this.#frame);
      clearTimeout(this.#settle);
    };
  }

  setLook(look: Look): void {
    this.#look = look;
    this.#painter.configure(look);
    let left = 0;
    this.#lefts = look.columns.map((column) => {
      const start = left;
      left += column.width;
      return start;
    });
    if (this.#viewport > 0) this.draw();
  }

  setMarks(marks: ReadonlyMap<string, string>): void {
    this.#marks = new Map(marks);
    this.#later();
  }

  itemAt = (row: number): Item => this.#rows.item(row);

  /** The cells that are selected; null when none is. */
  get rectangle(): Rectangle | null {
    return this.#state.selection === null ? null : rectangleOf(this.#state.selection);
  }

  select(selection: Selection | null, reveal = true): void {
    this.#update({ selection });
    if (selection !== null && reveal) this.#reveal(selection.focus);
    this.draw();
  }

  uncheckAll(): void {
    this.#update({ checked: new Set(), all: false });
    this.draw();
  }

  checkAll(): void {
    this.#update({ all: true });
    this.draw();
  }

  /** Opens the editor of the focused cell; false when it can't be edited. */
  edit(typed: string | null = null): boolean {
    const focus = this.#state.selection?.focus;
    if (focus === undefined) return false;
    const column = this.#look.columns[focus.column];
    const item = this.#rows.item(focus.row);
    if (column === undefined || item.kind !== 'record' || !column.editable) return false;
    this.#reveal(focus);
    const { record } = item;
    if (column.field.type === 'boolean') {
      this.#host.flip(record, column);
      return true;
    }
    const { left, top } = this.#placeOf(focus);
    this.#update({ editing: { cell: focus, record, column, typed, left, top } });
    return true;
  }

  /** Closes the editor and goes on. */
  endEdit(then: 'stay' | 'down' | 'right' | 'left'): void {
    const { editing } = this.#state;
    if (editing === null) return;
    this.#update({ editing: null });
    this.#root.focus({ preventScroll: true });
    const here = at(editing.cell.row, editing.cell.column);
    if (then === 'stay') this.select(here);
    else if (then === 'down') this.select(moveSelection(here, 'down', this.#bounds, false));
    else this.select(nextCell(here, this.#bounds, then === 'left') ?? here);
  }

  /** Puts the keyboard into the grid. */
  focus(): void {
    if (this.#state.selection === null && this.#rows.length > 0) this.select(at(0, 0));
    this.#root.focus({ preventScroll: true });
  }

  /** Other rows, as after another filter: from the top. */
  setRows(rows: Rows): void {
    this.#unsubscribe();
    this.#rows = rows;
    this.#places = new Map();
    this.#unsubscribe = rows.subscribe(() => this.#stir());
    this.#update({ selection: null, checked: new Set(), all: false, editing: null, length: rows.length });
    this.#scroll = { physical: 0, virtual: 0 };
    this.#scroller.scrollTop = 0;
    this.setLook(this.#look);
    this.#resize();
    this.draw();
  }

  /** Draws what is in sight, now. */
  draw(): void {
    if (this.#stirred) this.#follow();
    const { rowHeight } = this.#look;
    const length = this.#rows.length;
    const { virtual, physical } = this.#scroll;
    const { from, to } = rowsAt(virtual, this.#viewport, rowHeight, length, around);
    const { selection, checked, all } = this.#state;
    this.#painter.draw(from, to, virtual - physical, this.itemAt, {
      rectangle: selection === null || isSingle(selection) ? null : rectangleOf(selection),
      focus: selection?.focus ?? null,
      checked: (id) => all || checked.has(id),
      marked: this.#marks,
    });
    const focus = selection?.focus;
    if (focus !== undefined && focus.row >= from && focus.row < to)
      this.#root.setAttribute('aria-activedescendant', this.#painter.focusId);
    else this.#root.removeAttribute('aria-activedescendant');
    const { editing } = this.#state;
    const inSight = Array.from({ length: to - from }, (_, index) => from + index);
    this.#places = placesOf(this.#rows, [...inSight, focus?.row, selection?.anchor.row, editing?.cell.row]);
  }

  get #bounds(): Bounds {
    const page = Math.max(1, Math.floor(this.#viewport / this.#look.rowHeight) - 1);
    return { rows: this.#rows.length, columns: this.#look.columns.length, page };
  }

  get #extent(): Extent {
    return { total: this.#rows.length * this.#look.rowHeight, viewport: this.#viewport };
  }

  #update(part: Partial<GridState>): void {
    this.#state = { ...this.#state, ...part };
    for (const listener of this.#listeners) listener();
  }

  #stir(): void {
    this.#stirred = true;
    this.#later();
  }

  /** After rows came or went: the selection, the editor and what is in sight stay with their records. */
  #follow(): void {
    this.#stirred = false;
    const { selection, editing } = this.#state;
    const { rowHeight } = this.#look;
    const [places, rows] = [this.#places, this.#rows];
    const top = Math.ceil(this.#scroll.virtual / rowHeight);
    const shift = shiftOf(places, rows, top);
    // Who looks at the top of a list sees what comes in there.
    if (shift !== 0 && top > 0) {
      this.#resizeBody();
      const place = placeAt(this.#scroll.virtual + shift * rowHeight, this.#extent);
      this.#scroll = place;
      this.#set = place.physical;
      this.#scroller.scrollTop = place.physical;
    }
    const follows = selection === null ? null : selectionNow(places, rows, selection);
    if (follows !== null) this.#update({ selection: follows });
    if (editing === null) return;
    const cell = { ...editing.cell, row: rowNow(places, rows, editing.cell.row) };
    const { left, top: above } = this.#placeOf(cell);
    if (cell.row !== editing.cell.row || above !== editing.top || left !== editing.left)
      this.#update({ editing: { ...editing, cell, left, top: above } });
  }

  /** Rows came or changed: drawn once in the next frame. */
  #later(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#resize();
      this.draw();
    });
  }

  #measure(): void {
    const head = this.#scroller.querySelector('.hk-head');
    const foot = this.#scroller.querySelector('.hk-foot');
    this.#headHeight = head instanceof HTMLElement ? head.offsetHeight : 0;
    const footHeight = foot instanceof HTMLElement ? foot.offsetHeight : 0;
    this.#viewport = Math.max(0, this.#scroller.clientHeight - this.#headHeight - footHeight);
    this.#resize();
    this.#ask();
    this.draw();
  }

  /** The body is as tall as the rows, or as a browser can make it. */
  #resizeBody(): void {
    const height = `${elementHeight(this.#extent)}px`;
    if (this.#body.style.height !== height) this.#body.style.height = height;
  }

  #resize(): void {
    this.#resizeBody();
    if (this.#state.length !== this.#rows.length) this.#update({ length: this.#rows.length });
    this.#ask();
  }

  #ask(): void {
    const length = Math.max(this.#rows.length, 60);
    const { from, to } = rowsAt(this.#scroll.virtual, this.#viewport, this.#look.rowHeight, length, 2 * around);
    this.#rows.need(from, to, this.#down);
  }

  #onScroll(): void {
    const physical = this.#scroller.scrollTop;
    if (this.#set !== null && Math.abs(physical - this.#set) < 2) {
      // Our own doing: the element moved, not the rows.
      this.#scroll = { physical, virtual: this.#scroll.virtual };
      this.#set = null;
    } else {
      const before = this.#scroll.virtual;
      this.#scroll = scrolledTo(this.#scroll, physical, this.#extent);
      if (this.#scroll.virtual !== before) this.#down = this.#scroll.virtual > before;
    }
    this.#root.classList.toggle('shifted', this.#scroller.scrollLeft > 0);
    this.draw();
    this.#ask();
    clearTimeout(this.#settle);
    this.#settle = window.setTimeout(() => this.#goTo(this.#scroll.virtual), 200);
  }

  #goTo(virtual: number): void {
    const place = placeAt(virtual, this.#extent);
    if (Math.abs(place.physical - this.#scroller.scrollTop) < 2 && place.virtual === this.#scroll.virtual) return;
    this.#down = place.virtual >= this.#scroll.virtual;
    this.#scroll = place;
    this.#set = place.physical;
    this.#scroller.scrollTop = place.physical;
    this.draw();
    this.#ask();
  }

  #reveal({ row, column }: Cell): void {
    const { rowHeight, columns, frozen } = this.#look;
    const target = revealing(row, rowHeight, this.#scroll.virtual, this.#viewport);
    if (target !== this.#scroll.virtual) this.#goTo(target);
    if (column < frozen) return;
    const left = this.#lefts[column] ?? 0;
    const width = columns[column]?.width ?? 0;
    const fixed = columns.slice(0, frozen).reduce((sum, one) => sum + one.width, 0);
    const scroller = this.#scroller;
    const visible = scroller.clientWidth - 52;
    if (left - fixed < scroller.scrollLeft) scroller.scrollLeft = left - fixed;
    else if (left + width > scroller.scrollLeft + visible) scroller.scrollLeft = left + width - visible;
  }

  /** Where a cell stands within the body. */
  #placeOf({ row, column }: Cell): { readonly left: number; readonly top: number } {
    const offset = this.#scroll.virtual - this.#scroll.physical;
    const sticks = column < this.#look.frozen ? this.#scroller.scrollLeft : 0;
    return { left: 52 + (this.#lefts[column] ?? 0) + sticks, top: row * this.#look.rowHeight - offset };
  }

  #cellOf(target: EventTarget | null): Cell | null {
    if (!(target instanceof Element)) return null;
    const row = rowAt(target);
    const cell = target.closest('[data-column]');
    if (row === undefined || !(cell instanceof HTMLElement)) return null;
    return { row, column: Number(cell.dataset.column) };
  }

  #onPointerDown(event: PointerEvent): void {
    if (event.button !== 0 || this.#state.editing !== null) return;
    const cell = this.#cellOf(event.target);
    if (cell === null) return;
    const { selection } = this.#state;
    if (event.pointerType === 'mouse') this.#dragging = true;
    if (event.pointerType !== 'mouse' && cell.column === 0) return;
    const anchor = event.shiftKey && selection !== null ? selection.anchor : cell;
    this.select({ anchor, focus: cell }, false);
  }

  #onPointerMove(event: PointerEvent): void {
    const { selection } = this.#state;
    if (!this.#dragging || selection === null) return;
    const cell = this.#cellOf(event.target);
    if (cell === null || (cell.row === selection.focus.row && cell.column === selection.focus.column)) return;
    this.select({ anchor: selection.anchor, focus: cell }, false);
  }

  #onDoubleClick(event: MouseEvent): void {
    const cell = this.#cellOf(event.target);
    if (cell !== null) this.#enter();
  }

  #onClick(event: MouseEvent): void {
    if (!(event.target instanceof Element)) return;
    const row = rowAt(event.target);
    if (row === undefined) return;
    const item = this.#rows.item(row);
    if (item.kind === 'group') this.#host.toggleGroup(item.group.key);
    else if (event.target instanceof HTMLInputElement) this.#check(row, event.shiftKey);
    else if (item.kind === 'record') {
      const touched = event instanceof PointerEvent && event.pointerType !== 'mouse';
      const first = event.target.closest('[data-column="0"]') !== null;
      if (event.target.closest('.gutter') !== null || (touched && first)) this.#host.open(item.record);
    }
  }

  #check(row: number, through: boolean): void {
    const from = through && this.#lastChecked !== null ? this.#lastChecked : row;
    const checked = new Set(this.#state.checked);
    const item = this.#rows.item(row);
    const on = item.kind === 'record' && !checked.has(item.record.id);
    for (let index = Math.min(from, row); index <= Math.max(from, row); index++) {
      const one = this.#rows.item(index);
      if (one.kind !== 'record') continue;
      if (on) checked.add(one.record.id);
      else checked.delete(one.record.id);
    }
    this.#lastChecked = row;
    this.#update({ checked, all: false });
    this.draw();
  }

  #enter(): void {
    const focus = this.#state.selection?.focus;
    if (focus === undefined) return;
    const item = this.#rows.item(focus.row);
    if (item.kind === 'group') this.#host.toggleGroup(item.group.key);
    else if (item.kind === 'record' && !this.edit()) this.#host.open(item.record);
  }

  #onKey(event: KeyboardEvent): void {
    if (event.target !== this.#root || this.#state.editing !== null) return;
    if (this.#act(event)) event.preventDefault();
  }

  /** What a key does; false when it is left to the browser. */
  #act(event: KeyboardEvent): boolean {
    const control = event.ctrlKey || event.metaKey;
    const { selection } = this.#state;
    if (this.#rows.length === 0) return false;
    const move = moveOf(event.key, control);
    if (move !== null) {
      this.select(selection === null ? at(0, 0) : moveSelection(selection, move, this.#bounds, event.shiftKey));
      return true;
    }
    if (selection === null) return false;
    if (control) return this.#command(event, selection);
    switch (event.key) {
      case 'Tab': {
        const next = nextCell(selection, this.#bounds, event.shiftKey);
        if (next === null) return false;
        this.select(next);
        return true;
      }
      case 'Enter':
      case 'F2':
        this.#enter();
        return true;
      case 'Escape':
        this.select(at(selection.focus.row, selection.focus.column));
        this.uncheckAll();
        return true;
      case ' ': {
        if (event.shiftKey) this.#check(selection.focus.row, false);
        else this.#peek(selection.focus.row);
        return true;
      }
      case 'Delete':
      case 'Backspace':
        this.#host.clear(rectangleOf(selection));
        return true;
      default:
        // A letter, or the first key of an input method.
        if (event.key.length !== 1 && event.key !== 'Process') return false;
        return this.edit(event.key.length === 1 ? event.key : '');
    }
  }

  #peek(row: number): void {
    const item = this.#rows.item(row);
    if (item.kind === 'record') this.#host.peek(item.record);
    else if (item.kind === 'group') this.#host.toggleGroup(item.group.key);
  }

  #command(event: KeyboardEvent, selection: Selection): boolean {
    switch (event.key.toLowerCase()) {
      case 'a': {
        const { rows, columns } = this.#bounds;
        this.#update({ selection: { anchor: { row: 0, column: 0 }, focus: { row: rows - 1, column: columns - 1 } } });
        this.draw();
        return true;
      }
      case 'enter': {
        const item = this.#rows.item(selection.focus.row);
        if (item.kind === 'record') this.#host.open(item.record);
        return true;
      }
      case 'd':
        this.#host.fill(rectangleOf(selection));
        return true;
      case 'z':
        if (event.shiftKey) this.#host.redo();
        else this.#host.undo();
        return true;
      case 'y':
        this.#host.redo();
        return true;
      default:
        return false;
    }
  }
}
