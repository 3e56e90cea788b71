// What is written into the cells of an exported table, whatever the format.
import { inZone } from '../import/zone.ts';

/** Numbers as plain decimal strings, dates as 2026-01-05, times as ISO 8601 with an offset. */
export type CellValue = string | number | boolean | null | undefined;

export interface ExportColumn {
  readonly label: string;
  readonly kind: 'text' | 'number' | 'boolean' | 'date' | 'dateTime';
}

export type ExportRows = AsyncIterable<readonly CellValue[]>;

// Signs with which a spreadsheet begins a formula, also in full width; a guard in front is guarded once more.
const RISKY = /^'*[=+\-@\t\r\n＝＋－＠]/;
const HARMLESS = /^-?\d+(?:\.\d+)?%?$|^\+\d{6,15}$/;
const GUARDED = /^'+[=+\-@\t\r\n＝＋－＠]/;

/** Whether a spreadsheet might take the text for a formula. Plain numbers and phones such as +8613800138000 are safe. */
export function isRisky(text: string): boolean {
  return RISKY.test(text) && !HARMLESS.test(text);
}

/** The text with ' in front where a spreadsheet might take it for a formula. */
export function guard(text: string): string {
  return isRisky(text) ? `'${text}` : text;
}

/** Takes back what `guard` did. */
export function unguard(text: string): string {
  return GUARDED.test(text) ? text.slice(1) : text;
}

export const NUMBER = /^-?\d+(?:\.\d+)?$/;
const DATE = /^\d{4}-\d\d-\d\d$/;
const INSTANT = /^(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,6}))?\d*(Z|[+-]\d\d:?\d\d)$/;

/** 2026-01-05 and 15:04:05 (with the written fraction of a second) in the zone; undefined if it is no instant. */
export function clockIn(value: string, timeZone: string): { readonly date: string; readonly time: string } | undefined {
  const [, clock, fraction = '', offset] = INSTANT.exec(value) ?? [];
  if (clock === undefined || !isDate(clock.slice(0, 10))) return undefined;
  const instant = new Date(clock + offset).getTime();
  if (Number.isNaN(instant)) return undefined;
  const { date, at } = inZone(instant, timeZone, fraction.replace(/0+$/, ''));
  return { date, time: at.slice(11, -6) };
}

export function isDate(value: string): boolean {
  if (!DATE.test(value)) return false;
  const date = new Date(value);
  // 30 February would become 2 March.
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
}
