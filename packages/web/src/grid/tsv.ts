// The clipboard's table, as spreadsheets write and read it: tabs between cells, a line a row, and quotes around cells
// that hold a tab, a line break or a quote.

/** Reads a table. The line break that spreadsheets put at the end makes no row. */
export function parseTable(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  const source = text.replace(/\r\n?/g, '\n').replace(/\n$/, '');
  if (source === '') return text === '' ? [] : [['']];
  while (at <= source.length) {
    const [cell, end] = source[at] === '"' ? quoted(source, at) : plain(source, at);
    row.push(cell);
    at = end + 1;
    if (source[end] === '\t') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

/** A cell up to the tab or line break, and where that stands. */
function plain(source: string, at: number): [string, number] {
  let end = at;
  while (end < source.length && source[end] !== '\t' && source[end] !== '\n') end++;
  return [source.slice(at, end), end];
}

/** A cell in quotes; one whose quotes don't close just before a tab or line break only happens to begin with one. */
function quoted(source: string, at: number): [string, number] {
  let cell = '';
  for (let index = at + 1; index < source.length; index++) {
    if (source[index] !== '"') cell += source[index];
    else if (source[index + 1] === '"') {
      cell += '"';
      index++;
    } else {
      const next = source[index + 1];
      return next === undefined || next === '\t' || next === '\n' ? [cell, index + 1] : plain(source, at);
    }
  }
  return plain(source, at);
}

/** Writes a table that spreadsheets read back cell by cell. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => row.map(quote).join('\t')).join('\r\n');
}

function quote(cell: string): string {
  return /[\t\r\n]|^"/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** The cells that a pasted table fills: a single cell fills the whole selection, a table repeats where it fits evenly. */
export function spread(
  table: readonly (readonly string[])[],
  rows: number,
  columns: number,
): readonly (readonly string[])[] {
  const tall = table.length;
  const wide = Math.max(0, ...table.map((row) => row.length));
  if (tall === 0 || wide === 0) return [];
  const height = rows > tall && rows % tall === 0 ? rows : tall;
  const width = columns > wide && columns % wide === 0 ? columns : wide;
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => table[y % tall]?.[x % wide] ?? ''),
  );
}
