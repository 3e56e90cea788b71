// How a file is handed to a browser: it can't become a page of ours.

// Everything else is saved, never shown: HTML and SVG run scripts; PDF isn't shown inside a sandbox anyway.
const shown = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'text/plain']);

/** `inline` or `attachment`, with the name in both spellings of RFC 6266. */
export function disposition(type: string, name: string): string {
  const bare = type.split(';')[0]?.trim().toLowerCase() ?? '';
  const plain = name.replace(/[^\x20-\x7e]/gu, '_').replace(/["\\%]/g, '_');
  const encoded = encodeURIComponent(name.toWellFormed()).replace(
    /['()*!]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${shown.has(bare) ? 'inline' : 'attachment'}; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

/** All headers of a download but its length and range. */
export function fileHeaders(file: { readonly type: string; readonly name: string }): Record<string, string> {
  return {
    'content-type': file.type,
    'content-disposition': disposition(file.type, file.name),
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'private, no-cache',
    'accept-ranges': 'bytes',
  };
}

/** The bytes `start` to `end`, both included. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * Reads a Range header for a file of `size` bytes; null: the whole file (no header, several ranges, or not
 * understood); `outside`: answer 416.
 */
export function parseRange(header: string | undefined, size: number): Range | null | 'outside' {
  const found = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '');
  const [, from = '', to = ''] = found ?? [];
  if (from === '' && to === '') return null;
  if (from === '') {
    const last = Math.min(Number(to), size);
    return last === 0 ? 'outside' : { start: size - last, end: size - 1 };
  }
  if (to !== '' && Number(to) < Number(from)) return null;
  if (Number(from) >= size) return 'outside';
  return { start: Number(from), end: to === '' ? size - 1 : Math.min(Number(to), size - 1) };
}
