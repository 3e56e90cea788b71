// What a file is, by its content. What the sender says of it doesn't count, but for the name where several kinds of
// document look alike inside; and no name makes a file one that browsers run.
import { fileTypeFromBuffer } from 'file-type';

/** So many bytes from the beginning are looked at. */
export const headSize = 4100;

const office: Record<string, string> = {
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
};
const oldOffice: Record<string, string> = {
  doc: 'application/msword',
  xls: 'application/vnd.ms-excel',
  ppt: 'application/vnd.ms-powerpoint',
};
const textual: Record<string, string> = { csv: 'text/csv', json: 'application/json', md: 'text/markdown' };

/** A media type; of text with its charset, as in `text/csv; charset=gb18030`. `head` is the file's first bytes. */
export async function typeOf(head: Buffer, name: string): Promise<string> {
  const ending = /\.([a-z0-9]{1,5})$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  const found = await fileTypeFromBuffer(head).catch(() => undefined);
  if (found && found.mime !== 'application/xml') {
    if (found.mime === 'application/zip') return office[ending] ?? found.mime;
    if (found.mime === 'application/x-cfb') return oldOffice[ending] ?? found.mime;
    return found.mime;
  }
  const text = decode(head);
  if (!text) return 'application/octet-stream';
  const active = markup(text.content);
  if (active) return active;
  return `${found?.mime ?? textual[ending] ?? 'text/plain'}; charset=${text.charset}`;
}

const drawing = /<svg[\s>:]|<!doctype\s+svg/i;
const page = /<(!doctype\s+html|html|script|iframe)\b|xmlns\s*=\s*["']http:\/\/www\.w3\.org\/1999\/xhtml/i;
const tag =
  /<(head|body|meta|style|link|object|embed|form|img|a|div|p|table|title|base|template|video|audio|input|button)\b/i;

/** HTML and SVG wherever they begin: comments, blanks or other words may come before. */
function markup(text: string): string | undefined {
  const isXml = /^\s*<\?xml\b/.test(text);
  if (drawing.test(text)) return 'image/svg+xml';
  if (page.test(text) || (!isXml && tag.test(text))) return 'text/html';
  return isXml ? 'application/xml' : undefined;
}

function decode(head: Buffer): { content: string; charset: string } | undefined {
  const marked =
    head[0] === 0xff && head[1] === 0xfe ? 'utf-16le' : head[0] === 0xfe && head[1] === 0xff ? 'utf-16be' : undefined;
  for (const charset of marked ? [marked] : ['utf-8', 'gb18030']) {
    try {
      // `stream`: a character cut in two at the end of the head isn't a fault.
      const content = new TextDecoder(charset, { fatal: true }).decode(head, { stream: true });
      if (/[^\P{Cc}\t\n\v\f\r]/u.test(content)) return undefined;
      return { content, charset };
    } catch {
      // not this one
    }
  }
  return undefined;
}
