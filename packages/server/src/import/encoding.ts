// Bytes to text, with nothing lost: what can't be decoded stays in the text as marks that turn back into bytes.
//
// A byte that doesn't decode becomes the lone surrogate U+DC00 + byte, which no decoded text holds otherwise.
import { isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';

export type Encoding = 'utf-8' | 'gb18030' | 'utf-16le' | 'utf-16be';

const MARK = 0xdc00;
const MARKS = /[\udc00-\udcff]/gu;
const mark = (byte: number) => String.fromCharCode(MARK + byte);

/** Whether a text holds bytes that could not be decoded. */
export function hasMarks(text: string): boolean {
  return !text.isWellFormed();
}

/** The text as it is shown: U+FFFD for each byte that could not be decoded. */
export function withoutMarks(text: string): string {
  return text.replace(MARKS, '\ufffd');
}

const WINDOWS_1252 = new TextDecoder('windows-1252');
const GB18030_STRICT = new TextDecoder('gb18030', { fatal: true });

/** What the bytes probably meant: Chinese in GB18030 if all of it reads so, else Western letters (windows-1252). */
export function suggestText(text: string, encoding: Encoding): { text: string; encoding: 'gb18030' | 'windows-1252' } {
  const bytes = bytesOf(text, encoding);
  if (encoding === 'utf-8' && gb18030Share(bytes) > 0.9 && !bytes.includes(0)) {
    try {
      return { text: GB18030_STRICT.decode(bytes), encoding: 'gb18030' };
    } catch {
      // Not GB18030 after all.
    }
  }
  const western = text.replace(MARKS, (one) => {
    const byte = one.charCodeAt(0) - MARK;
    return byte === 0 ? '' : WINDOWS_1252.decode(Uint8Array.of(byte));
  });
  return { text: western, encoding: 'windows-1252' };
}

/** The bytes from which a text with marks was decoded. */
export function bytesOf(text: string, encoding: Encoding): Buffer {
  const pieces: Buffer[] = [];
  let from = 0;
  for (const found of text.matchAll(MARKS)) {
    pieces.push(encode(text.slice(from, found.index), encoding), Buffer.of(text.charCodeAt(found.index) - MARK));
    from = found.index + 1;
  }
  pieces.push(encode(text.slice(from), encoding));
  return Buffer.concat(pieces);
}

function encode(text: string, encoding: Encoding): Buffer {
  if (encoding === 'utf-8') return Buffer.from(text);
  if (encoding === 'gb18030') return iconv.encode(text, 'gb18030');
  const bytes = Buffer.from(text, 'utf16le');
  return encoding === 'utf-16be' ? bytes.swap16() : bytes;
}

/** The length of the valid UTF-8 character at `i`; 0 if there is none. */
function utf8Length(bytes: Uint8Array, i: number): number {
  const lead = bytes[i] ?? 0;
  if (lead < 0x80) return 1;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  return isUtf8(bytes.subarray(i, i + length)) ? length : 0;
}

/** The length of the GB18030 character at `i` by its form alone; 0 if there is none. */
function gb18030Length(bytes: Uint8Array, i: number): number {
  const [first = 0, second = 0, third = 0, fourth = 0] = bytes.subarray(i, i + 4);
  if (first < 0x80) return 1;
  if (first === 0x80 || first === 0xff) return 0;
  if (second >= 0x40 && second !== 0x7f && second !== 0xff) return 2;
  return second >= 0x30 && second <= 0x39 && third >= 0x81 && third <= 0xfe && fourth >= 0x30 && fourth <= 0x39 ? 4 : 0;
}

const gb = (bytes: Buffer) => iconv.decode(bytes, 'gb18030', { stripBOM: false });
const utf8 = (bytes: Buffer) => bytes.toString('utf8');
/** A pair of the right form may still stand for nothing. */
const gb18030Valid = (bytes: Buffer, i: number) => {
  const length = gb18030Length(bytes, i);
  return length > 1 && gb(bytes.subarray(i, i + length)).includes('\ufffd') ? 0 : length;
};

function decodeMarking(bytes: Buffer, lengthAt: typeof gb18030Valid, decode: (bytes: Buffer) => string): string {
  let text = '';
  let from = 0;
  for (let i = 0; i < bytes.length; ) {
    const length = bytes[i] === 0 ? 0 : lengthAt(bytes, i);
    i += length || 1;
    if (length > 0) continue;
    text += decode(bytes.subarray(from, i - 1)) + mark(bytes[i - 1] ?? 0);
    from = i;
  }
  return text + decode(bytes.subarray(from));
}

/** Calls `decode` for each line, so that one broken byte makes one line slow and not the whole chunk. */
function byLine(bytes: Buffer, decode: (line: Buffer) => string): string {
  let text = '';
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(0x0a, from) + 1 || bytes.length;
    text += decode(bytes.subarray(from, end));
    from = end;
  }
  return text;
}

function decodeUtf8(bytes: Buffer): string | undefined {
  return isUtf8(bytes) && !bytes.includes(0) ? utf8(bytes) : undefined;
}

function decodeGb18030(bytes: Buffer): string | undefined {
  const text = gb(bytes);
  return text.includes('\ufffd') || bytes.includes(0) ? undefined : text;
}

const LONE = /\p{Surrogate}|\0/gu;

function decodeUtf16(bytes: Buffer, bigEndian: boolean): string {
  const even = bytes.subarray(0, bytes.length & ~1);
  const text = (bigEndian ? Buffer.from(even).swap16() : even).toString('utf16le');
  const odd = bytes.length > even.length ? mark(bytes[even.length] ?? 0) : '';
  if (text.isWellFormed() && !text.includes('\0')) return text + odd;
  const marked = text.replace(LONE, (unit) => {
    const high = mark(unit.charCodeAt(0) >> 8);
    const low = mark(unit.charCodeAt(0) & 0xff);
    return bigEndian ? high + low : low + high;
  });
  return marked + odd;
}

/** Decodes whole characters. A NUL can't be stored, so it counts as a byte that doesn't decode. */
function decodeWhole(bytes: Buffer, encoding: Encoding): string {
  switch (encoding) {
    case 'utf-8':
      return decodeUtf8(bytes) ?? byLine(bytes, (line) => decodeUtf8(line) ?? decodeMarking(line, utf8Length, utf8));
    case 'gb18030':
      return (
        decodeGb18030(bytes) ?? byLine(bytes, (line) => decodeGb18030(line) ?? decodeMarking(line, gb18030Valid, gb))
      );
    default:
      return decodeUtf16(bytes, encoding === 'utf-16be');
  }
}

/** How many of the bytes are whole characters; the rest waits for the next chunk. */
function wholeLength(bytes: Buffer, encoding: Encoding): number {
  if (encoding === 'gb18030') {
    // No character holds a line feed except itself, so the count can begin there.
    let i = bytes.lastIndexOf(0x0a) + 1;
    while (i < bytes.length) {
      const length = gb18030Length(bytes, i) || 1;
      const mayGrow = i + 4 > bytes.length && (bytes[i] ?? 0) > 0x80;
      if (i + length > bytes.length || (length === 1 && mayGrow)) break;
      i += length;
    }
    return i;
  }
  if (encoding === 'utf-8') {
    for (let back = 1; back <= 3 && back <= bytes.length; back++) {
      const byte = bytes[bytes.length - back] ?? 0;
      if (byte < 0x80) break;
      if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? bytes.length - back : bytes.length;
    }
    return bytes.length;
  }
  const even = bytes.length & ~1;
  const high = bytes[encoding === 'utf-16be' ? even - 2 : even - 1] ?? 0;
  return even >= 2 && high >= 0xd8 && high <= 0xdb ? even - 2 : even;
}

/** How much of the non-ASCII bytes are what GB18030 has and others don't, from 0 to 1. */
function gb18030Share(bytes: Uint8Array): number {
  let common = 0;
  let all = 0;
  for (let i = 0; i < bytes.length; ) {
    const length = gb18030Length(bytes, i) || 1;
    const lead = bytes[i] ?? 0;
    const trail = bytes[i + 1] ?? 0;
    if (lead >= 0x80) {
      all += length;
      // Four bytes are a form of GB18030 alone. Of the pairs, those of GB 2312 count, which are two high bytes:
      // Western letters stand alone between ASCII letters.
      if (length === 4 || (length === 2 && lead >= 0xa1 && lead <= 0xf7 && trail >= 0xa1)) common += length;
    }
    i += length;
  }
  return all === 0 ? 0 : common / all;
}

/** How much of the non-ASCII bytes are UTF-8, from 0 to 1. */
function utf8Share(bytes: Uint8Array): number {
  let valid = 0;
  let all = 0;
  for (let i = 0; i < bytes.length; ) {
    const length = utf8Length(bytes, i);
    if ((bytes[i] ?? 0) >= 0x80) {
      all += length || 1;
      valid += length;
    }
    i += length || 1;
  }
  return all === 0 ? 1 : valid / all;
}

const BOMS: readonly (readonly [Encoding, Buffer])[] = [
  ['utf-8', Buffer.of(0xef, 0xbb, 0xbf)],
  ['utf-16le', Buffer.of(0xff, 0xfe)],
  ['utf-16be', Buffer.of(0xfe, 0xff)],
  ['gb18030', Buffer.of(0x84, 0x31, 0x95, 0x33)],
];

/** UTF-16 without a mark at its beginning: signs, digits and line ends leave zeros, all in every second place. */
function looksLikeUtf16(sample: Buffer): Encoding | undefined {
  const zeros = [0, 0];
  for (const [i, byte] of sample.entries()) if (byte === 0) zeros[i & 1] = (zeros[i & 1] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  const encoding = odd > 20 * even ? 'utf-16le' : even > 20 * odd ? 'utf-16be' : undefined;
  if (encoding === undefined || even + odd < sample.length / 50) return undefined;
  const text = decodeUtf16(sample.subarray(0, wholeLength(sample, encoding)), encoding === 'utf-16be');
  return /[\r\n]/.test(text) && !hasMarks(text) ? encoding : undefined;
}

const SAMPLE = 65_536;

/**
 * Decodes a file chunk by chunk and finds out its encoding: by its byte order mark, by the zeros of UTF-16, else by
 * the first 64 KB from the first non-ASCII byte on. UTF-8 with some broken bytes stays UTF-8.
 */
export class TextReader {
  /** What is known so far; ASCII alone counts as UTF-8. */
  encoding: Encoding = 'utf-8';
  private settled = false;
  private started = false;
  private rest: Buffer = Buffer.alloc(0);

  /** The text of the characters that are whole. Bytes are held back until the encoding is sure. */
  push(chunk: Uint8Array): string {
    this.rest = this.rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.rest, chunk]);
    return this.take(false);
  }

  end(): string {
    return this.take(true);
  }

  private take(last: boolean): string {
    if (!this.started && !this.start(last)) return '';
    if (!this.settled) {
      const high = this.rest.findIndex((byte) => byte >= 0x80);
      if (high < 0) return this.cut(this.rest.length);
      if (!last && this.rest.length - high < SAMPLE) return this.cut(high);
      const sample = this.rest.subarray(high, high + SAMPLE);
      const whole = last ? sample : sample.subarray(0, sample.lastIndexOf(0x0a) + 1 || sample.length);
      if (utf8Share(whole) < 0.9 && gb18030Share(whole) > 0.7) this.encoding = 'gb18030';
      this.settled = true;
    }
    return this.cut(last ? this.rest.length : wholeLength(this.rest, this.encoding));
  }

  private start(last: boolean): boolean {
    if (!last && this.rest.length < 4096) return false;
    this.started = true;
    const bom = BOMS.find(([, bytes]) => this.rest.subarray(0, bytes.length).equals(bytes));
    const encoding = bom?.[0] ?? looksLikeUtf16(this.rest.subarray(0, SAMPLE));
    if (bom) this.rest = this.rest.subarray(bom[1].length);
    if (encoding) this.encoding = encoding;
    this.settled = encoding !== undefined;
    return true;
  }

  private cut(length: number): string {
    const text = decodeWhole(this.rest.subarray(0, length), this.encoding);
    this.rest = this.rest.subarray(length);
    return text;
  }
}
