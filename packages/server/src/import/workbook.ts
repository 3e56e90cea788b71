// The small parts of an .xlsx: which sheets there are, which formats are dates, the texts that cells share.
import type { Readable } from 'node:stream';
import { problem } from '@huike/schema';
import { SaxesParser } from 'saxes';

/** Calls back for each element by its local name (some programs write x:row for row). Entities of a DTD stay unread. */
export interface XmlVisitor {
  open?(name: string, attributes: Readonly<Record<string, string>>): void;
  text?(text: string): void;
  close?(name: string): void;
}

const TOLERATED = /disallowed character|malformed character entity|undefined entity/;
const localName = (name: string) => name.slice(name.indexOf(':') + 1);

/** Pushes a part of the workbook through the visitor; `turn` runs after each chunk. */
export async function* readXml(stream: Readable, visitor: XmlVisitor): AsyncGenerator<void> {
  const parser = new SaxesParser({ xmlns: false as const, position: false });
  parser.on('opentag', ({ name, attributes }) => visitor.open?.(localName(name), attributes));
  parser.on('text', (text) => visitor.text?.(text));
  parser.on('cdata', (text) => visitor.text?.(text));
  parser.on('closetag', ({ name }) => visitor.close?.(localName(name)));
  parser.on('error', (error) => {
    // Signs that XML doesn't allow stay in the text as they are written.
    if (!TOLERATED.test(error.message)) throw problem('import.notTable', { detail: error.message });
  });
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    parser.write(decoder.decode(chunk, { stream: true }));
    yield;
  }
  parser.close();
}

async function visitXml(stream: Readable, visitor: XmlVisitor): Promise<void> {
  for await (const _ of readXml(stream, visitor)) {
    // The visitor gathers.
  }
}

export interface SheetEntry {
  readonly name: string;
  readonly relation: string;
  readonly hidden: boolean;
}

export async function readSheets(stream: Readable): Promise<{ sheets: SheetEntry[]; date1904: boolean }> {
  const sheets: SheetEntry[] = [];
  let date1904 = false;
  await visitXml(stream, {
    open(name, attributes) {
      if (name === 'workbookPr') date1904 = ['1', 'true'].includes(attributes.date1904 ?? '');
      if (name !== 'sheet') return;
      const relation = Object.entries(attributes).find(([key]) => key !== 'sheetId' && localName(key) === 'id')?.[1];
      const hidden = attributes.state !== undefined && attributes.state !== 'visible';
      if (relation !== undefined) sheets.push({ name: attributes.name ?? '', relation, hidden });
    },
  });
  return { sheets, date1904 };
}

/** Relation id → its type's last word and its target. */
export async function readRelations(stream: Readable): Promise<Map<string, { type: string; target: string }>> {
  const relations = new Map<string, { type: string; target: string }>();
  await visitXml(stream, {
    open(name, attributes) {
      if (name !== 'Relationship') return;
      const type = (attributes.Type ?? '').split('/').at(-1) ?? '';
      relations.set(attributes.Id ?? '', { type, target: attributes.Target ?? '' });
    },
  });
  return relations;
}

export type NumberFormat = 'number' | 'percent' | 'date' | 'dateTime' | 'time';

const BUILT_IN = new Map<number, NumberFormat>([
  [9, 'percent'],
  [10, 'percent'],
  ...[14, 15, 16, 17, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58].map((id): [number, NumberFormat] => [
    id,
    'date',
  ]),
  ...[18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56].map((id): [number, NumberFormat] => [id, 'time']),
  [22, 'dateTime'],
]);

/** What a number format makes of a number. Elapsed times ([h]:mm) stay numbers. */
export function formatOf(code: string): NumberFormat {
  const [first = ''] = code.split(';');
  if (/\[[hms]+\]/i.test(first)) return 'number';
  const signs = first.replace(/"[^"]*"|\\.|_.|\*.|\[[^\]]*\]/g, '').toLowerCase();
  const withoutHalves = signs.replace(/am\/pm|a\/p|上午\/下午/g, '');
  const hasTime = /[hs]/.test(withoutHalves);
  const hasDate = /[yd]|m/.test(hasTime ? withoutHalves.replace(/h+[^a-z]*m+|m+[^a-z]*s+/g, '') : withoutHalves);
  if (/general/.test(signs) || !(hasDate || hasTime)) return signs.includes('%') ? 'percent' : 'number';
  return hasDate ? (hasTime ? 'dateTime' : 'date') : 'time';
}

/** The format of each cell style, by its index. */
export async function readStyles(stream: Readable): Promise<readonly NumberFormat[]> {
  const own = new Map<number, NumberFormat>();
  const styles: NumberFormat[] = [];
  let inCells = false;
  await visitXml(stream, {
    open(name, attributes) {
      if (name === 'numFmt') own.set(Number(attributes.numFmtId), formatOf(attributes.formatCode ?? ''));
      else if (name === 'cellXfs') inCells = true;
      else if (name === 'xf' && inCells) {
        const id = Number(attributes.numFmtId ?? 0);
        styles.push(own.get(id) ?? BUILT_IN.get(id) ?? 'number');
      }
    },
    close(name) {
      if (name === 'cellXfs') inCells = false;
    },
  });
  return styles;
}

const ESCAPED = /_x([0-9a-fA-F]{4})_/g;

/** Excel writes signs that XML lacks as _x000D_. NUL, which can't be stored, is shown as U+FFFD. */
export function unescapeText(text: string): string {
  if (!text.includes('_x')) return text;
  const plain = text.replace(ESCAPED, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return plain.replaceAll('\0', '\ufffd').toWellFormed();
}

/** Gathers the text of <si> or <is>: all its runs, without phonetic hints. */
export class TextGatherer {
  private parts = '';
  private phonetic = false;
  private inText = false;

  open(name: string): void {
    if (name === 'rPh') this.phonetic = true;
    else if (name === 't') this.inText = !this.phonetic;
  }
  text(text: string): void {
    if (this.inText) this.parts += text;
  }
  close(name: string): void {
    if (name === 'rPh') this.phonetic = false;
    else if (name === 't') this.inText = false;
  }
  take(): string {
    const text = unescapeText(this.parts);
    this.parts = '';
    return text;
  }
}

/** All texts that cells refer to by their index: the one part of a workbook that is held in memory. */
export async function readSharedTexts(stream: Readable): Promise<readonly string[]> {
  const texts: string[] = [];
  const gatherer = new TextGatherer();
  await visitXml(stream, {
    open: (name) => gatherer.open(name),
    text: (text) => gatherer.text(text),
    close(name) {
      gatherer.close(name);
      if (name === 'si') texts.push(gatherer.take());
    },
  });
  return texts;
}
