import { problem } from '@huike/schema';

// Where a page ended: the sort values of its last record, as text. It holds nothing that the page didn't show or sort by.

export interface Cursor {
  readonly sort: string;
  readonly after: readonly (string | null)[];
}

export function encodeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify([cursor.sort, ...cursor.after]), 'utf8').toString('base64url');
}

/** As long as the sort values of a record may be. */
const longest = 50_000;

/** Reads a cursor that a caller sent back. Throws `query.cursor` unless it has this sort and number of values. */
export function decodeCursor(text: string, sort: string, keys: number): readonly (string | null)[] {
  try {
    const read: unknown = JSON.parse(Buffer.from(text.slice(0, longest), 'base64url').toString('utf8'));
    if (Array.isArray(read)) {
      const [of, ...after] = read;
      if (of === sort && after.length === keys && after.every(isText)) return after;
    }
  } catch {
    // told below
  }
  throw problem('query.cursor');
}

function isText(value: unknown): value is string | null {
  return value === null || (typeof value === 'string' && value.isWellFormed() && !value.includes('\0'));
}
