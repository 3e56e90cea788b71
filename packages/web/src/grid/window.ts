// Which rows of a long list are in sight. A browser can't make an element as tall as a million rows, so beyond a
// height the element stays as it is and stands for the taller, virtual one: a small scroll moves as far in both, a
// large one (the bar dragged, a page jumped to) moves in proportion.

/** The tallest element that every browser and zoom can make, with room to spare. */
export const tallest = 4_000_000;

export interface Scroll {
  /** Where the element is scrolled to. */
  readonly physical: number;
  /** What stands at the top of the viewport, in pixels of the virtual height. */
  readonly virtual: number;
}

export interface Extent {
  /** Rows × height, however tall. */
  readonly total: number;
  readonly viewport: number;
}

export function elementHeight({ total }: Extent): number {
  return Math.min(total, tallest);
}

const most = ({ total, viewport }: Extent) => Math.max(0, total - viewport);
const mostPhysical = (extent: Extent) => Math.max(0, elementHeight(extent) - extent.viewport);

function within(value: number, limit: number): number {
  return Math.max(0, Math.min(value, limit));
}

/** After the element was scrolled by a person to `physical`. */
export function scrolledTo(before: Scroll, physical: number, extent: Extent): Scroll {
  if (extent.total <= tallest) return { physical, virtual: within(physical, most(extent)) };
  if (physical <= 0) return { physical, virtual: 0 };
  if (physical >= mostPhysical(extent) - 1) return { physical, virtual: most(extent) };
  const delta = physical - before.physical;
  const near = Math.abs(delta) <= 2 * extent.viewport;
  const virtual = near ? before.virtual + delta : (physical / mostPhysical(extent)) * most(extent);
  return { physical, virtual: within(virtual, most(extent)) };
}

/** The place of the element that stands for a virtual one: for jumps, and to settle after small scrolls drifted. */
export function placeAt(virtual: number, extent: Extent): Scroll {
  const place = within(virtual, most(extent));
  if (extent.total <= tallest) return { physical: place, virtual: place };
  return { physical: Math.round((place / most(extent)) * mostPhysical(extent)), virtual: place };
}

export interface Range {
  readonly from: number;
  /** Behind the last. */
  readonly to: number;
}

/** The rows to draw: those in sight and some before and after. */
export function rowsAt(virtual: number, viewport: number, rowHeight: number, count: number, around: number): Range {
  const from = Math.max(0, Math.floor(virtual / rowHeight) - around);
  const to = Math.min(count, Math.ceil((virtual + viewport) / rowHeight) + around);
  return { from: Math.min(from, to), to };
}

/** The virtual place nearest to the one of now at which a row is wholly in sight. */
export function revealing(row: number, rowHeight: number, virtual: number, viewport: number): number {
  const top = row * rowHeight;
  if (top < virtual) return top;
  return top + rowHeight > virtual + viewport ? top + rowHeight - viewport : virtual;
}
