// From the text of a cell to the value that is written: by the type of its field, as the column was settled.
import { type CatalogField, optionsOf } from '@huike/kernel';
import { Decimal, isId, isJsonObject, type Json, type Option } from '@huike/schema';
import { parseDate, type SettledDates, settleDates } from './dates.ts';
import { parseBoolean, parseNumber, type SettledNumbers } from './numbers.ts';
import type { RowProblem } from './rows.ts';
import type { Scene, Target } from './targets.ts';

/** A related record that is still to be found. */
export interface Wanted {
  /** The record of this id, or the one whose field has the text. */
  readonly by: CatalogField | 'id';
  readonly text: string;
}

export type Converted =
  | { readonly value: Json }
  | { readonly wanted: readonly Wanted[]; readonly many: boolean }
  | { readonly problem: RowProblem };

/** Reads a cell that isn't blank. */
export type Convert = (text: string) => Converted;

/** What is known of a column before its cells are read. */
export interface ColumnFacts {
  readonly dates?: SettledDates;
  readonly numbers?: SettledNumbers;
  /** The zone of times that name none. */
  readonly timeZone: string;
}

const isDecimal = ({ type }: CatalogField) => type === 'decimal' || type === 'number' || type === 'percent';

/** What must be settled for a column before it can be read. */
export function settles({ field, part }: Target): 'dates' | 'numbers' | null {
  if (field.type === 'date' || field.type === 'dateTime') return 'dates';
  if (field.type === 'money') return part === null ? 'numbers' : null;
  return isDecimal(field) ? 'numbers' : null;
}

/** How the cells of a column are read. */
export function converterOf(scene: Scene, target: Target, facts: ColumnFacts): Convert {
  const { field, part } = target;
  if (part !== null) return partConverter(part);
  switch (field.type) {
    case 'date':
    case 'dateTime':
      return dateConverter(field.type, facts);
    case 'number':
    case 'decimal':
    case 'percent':
    case 'money':
      return numberConverter(field.type, facts.numbers);
    case 'boolean':
      return parseBoolean;
    case 'option':
    case 'options':
      return optionConverter(field.type, optionsOf(field, scene.catalog));
    case 'cascade':
      return cascadeConverter(field);
    case 'geo':
      return placeConverter;
    case 'user':
    case 'department':
    case 'relation':
    case 'relations':
      return relationConverter(target);
    default:
      return plain;
  }
}

const plain: Convert = (text) => ({ value: text });

function dateConverter(type: 'date' | 'dateTime', { dates = settleDates([]), timeZone }: ColumnFacts): Convert {
  return (text) => {
    const read = parseDate(text, dates, timeZone);
    return 'problem' in read ? read : { value: type === 'date' ? read.date : read.at };
  };
}

function numberConverter(
  type: 'number' | 'decimal' | 'percent' | 'money',
  settled: SettledNumbers | undefined,
): Convert {
  return (text) => {
    const read = parseNumber(text, settled);
    if ('problem' in read) return read;
    const { value, percent, currency } = read;
    if (type === 'money') return { value: currency === undefined ? value : { amount: value, currency } };
    // 12 % is 12 in a field of per cents, and 0.12 in any other.
    const exact = percent && type !== 'percent' ? new Decimal(value).div(100).toFixed() : value;
    return { value: type === 'number' ? Number(exact) : exact };
  };
}

/** Choices are told apart without regard to case, width and blanks. */
const foldChoice = (text: string) => text.normalize('NFKC').toLowerCase().replace(/\s+/g, '');

function choicesOf(options: readonly Option[]): ReadonlyMap<string, string> {
  const choices = new Map<string, string>();
  // A value wins over another's label.
  for (const { value, label } of options)
    for (const name of [label.zh, label.en]) choices.set(foldChoice(name), choices.get(foldChoice(name)) ?? value);
  for (const { value } of options) choices.set(foldChoice(value), value);
  return choices;
}

const separators = /[、，,;；|\n]+/;

const piecesOf = (text: string) =>
  text
    .split(separators)
    .map((piece) => piece.trim())
    .filter(Boolean);

function optionConverter(type: 'option' | 'options', options: readonly Option[]): Convert {
  const choices = choicesOf(options);
  return (text) => {
    const whole = choices.get(foldChoice(text));
    if (whole !== undefined) return { value: type === 'option' ? whole : [whole] };
    const pieces = type === 'option' ? [text] : piecesOf(text);
    const unknown = pieces.find((piece) => !choices.has(foldChoice(piece)));
    if (unknown !== undefined) return { problem: { code: 'value.option', params: { value: unknown.slice(0, 60) } } };
    return { value: pieces.map((piece) => choices.get(foldChoice(piece)) ?? piece) };
  };
}

function cascadeConverter({ definition }: CatalogField): Convert {
  const tree: readonly unknown[] = definition?.type === 'cascade' ? definition.tree : [];
  return (text) => {
    const steps = text.split(/\s*[/>›\\→]\s*/).filter(Boolean);
    const path: string[] = [];
    let level = tree;
    for (const step of steps) {
      const found = level.find((node) => calledSo(node, foldChoice(step)));
      if (!isJsonObject(found) || typeof found.value !== 'string')
        return { problem: { code: 'value.option', params: { value: text.slice(0, 60) } } };
      path.push(found.value);
      level = Array.isArray(found.children) ? found.children : [];
    }
    return { value: path };
  };
}

function calledSo(node: unknown, folded: string): boolean {
  if (!isJsonObject(node)) return false;
  const label = isJsonObject(node.label) ? [node.label.zh, node.label.en] : [];
  return [node.value, ...label].some((name) => typeof name === 'string' && foldChoice(name) === folded);
}

function partConverter(part: string): Convert {
  if (part === 'lng' || part === 'lat') {
    return (text) => {
      const degrees = Number(text.normalize('NFKC'));
      return Number.isFinite(degrees) ? { value: degrees } : { problem: noPlace(text) };
    };
  }
  if (part !== 'currency') return plain;
  // 人民币 and RMB are CNY; what isn't known is left for the write to judge.
  return (text) => {
    const read = parseNumber(`1 ${text}`);
    return { value: 'problem' in read ? text : (read.currency ?? text) };
  };
}

const noPlace = (text: string): RowProblem => ({ code: 'import.place', params: { text: text.slice(0, 60) } });

const placeConverter: Convert = (text) => {
  const [lng, lat, ...more] = text
    .normalize('NFKC')
    .split(/[,;\s]+/)
    .map(Number);
  const isPlace = lng !== undefined && lat !== undefined && more.length === 0 && Number.isFinite(lng + lat);
  return isPlace ? { value: { lng, lat } } : { problem: noPlace(text) };
};

function relationConverter({ field, by }: Target): Convert {
  const email = field.target?.fields.get('email');
  const wanted = (text: string): Wanted => {
    const id = text.toLowerCase();
    if (isId(id)) return { by: 'id', text: id };
    // People are called by their name or by their e-mail.
    if (email !== undefined && by === field.target?.title && text.includes('@')) return { by: email, text };
    return { by: by ?? 'id', text };
  };
  if (field.type !== 'relations') return (text) => ({ wanted: [wanted(text)], many: false });
  return (text) => ({ wanted: [...new Set(piecesOf(text))].map(wanted), many: true });
}
