import { spoken } from '../words/index.ts';

// Times in a viewer's zone. A formatter is dear to make, so each is made once.

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const locale = spoken() === 'en' ? 'en-GB' : 'zh-CN';
  const key = `${locale} ${zone} ${JSON.stringify(options)}`;
  const known = formatters.get(key) ?? new Intl.DateTimeFormat(locale, { ...options, timeZone: zone });
  formatters.set(key, known);
  return known;
}

const yearOf = (at: Date, zone: string) => formatter(zone, { year: 'numeric' }).format(at);

/** A moment to the minute; the year only where it isn't this one. */
export function timeText(iso: string, zone: string, now = new Date()): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  const isThisYear = yearOf(at, zone) === yearOf(now, zone);
  return formatter(zone, {
    ...(isThisYear ? {} : { year: 'numeric' }),
    month: spoken() === 'en' ? 'short' : 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(at);
}

/** A moment in full, to show where one points at it. */
export function fullTime(iso: string, zone: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  return formatter(zone, { dateStyle: 'full', timeStyle: 'long' }).format(at);
}

/** A calendar day, which has no zone. */
export function dateText(date: string): string {
  const at = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(at.getTime())) return date;
  return formatter('UTC', { year: 'numeric', month: spoken() === 'en' ? 'short' : 'long', day: 'numeric' }).format(at);
}

/** How long ago, in words: 3 分钟前. */
export function agoText(iso: string, now = Date.now()): string {
  const seconds = (new Date(iso).getTime() - now) / 1000;
  const units: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
    ['year', 31_536_000],
    ['month', 2_592_000],
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
  ];
  const words = new Intl.RelativeTimeFormat(spoken() === 'en' ? 'en' : 'zh-CN', { numeric: 'auto' });
  for (const [unit, length] of units)
    if (Math.abs(seconds) >= length) return words.format(Math.trunc(seconds / length), unit);
  return words.format(0, 'minute');
}

/** The wall clock of a moment in a zone, as an input of type datetime-local takes it. */
export function localInput(iso: string, zone: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return '';
  const parts = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'short',
  }).format(at);
  return parts.replace(' ', 'T');
}

/** The moment of a wall clock in a zone. Where the clock is set back the earlier one is meant. */
export function fromLocalInput(local: string, zone: string): string | null {
  if (!/^\d{4,}-\d\d-\d\dT\d\d:\d\d/.test(local)) return null;
  const wall = Date.parse(`${local.slice(0, 16)}:00Z`);
  if (Number.isNaN(wall)) return null;
  const shift = (at: number) => Date.parse(`${localInput(new Date(at).toISOString(), zone)}:00Z`) - at;
  const first = wall - shift(wall);
  const second = wall - shift(first);
  return new Date(Math.min(...[first, second].filter((at) => at + shift(at) === wall), second)).toISOString();
}
