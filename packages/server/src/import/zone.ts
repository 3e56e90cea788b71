// Clock times of a zone to instants and back, with the offset written out.

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset', year: 'numeric' });
  formatters.set(timeZone, made);
  return made;
}

const QUARTER = 900_000;
const offsets = new Map<string, number>();
const OFFSETS_LIMIT = 20_000;

/** Minutes east of Greenwich at an instant. Seconds of old local mean times are dropped. */
function offsetAt(instant: number, timeZone: string): number {
  // No zone changes within a quarter of an hour.
  const key = `${Math.floor(instant / QUARTER)} ${timeZone}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  const name =
    formatter(timeZone)
      .formatToParts(instant)
      .find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign = '+', hours = '0', minutes = '0'] = /GMT([+-])(\d\d):(\d\d)/.exec(name) ?? [];
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
  if (offsets.size >= OFFSETS_LIMIT) offsets.clear();
  offsets.set(key, offset);
  return offset;
}

function written(offset: number): string {
  const size = Math.abs(offset);
  const [hours, minutes] = [Math.floor(size / 60), size % 60].map((part) => String(part).padStart(2, '0'));
  return `${offset < 0 ? '-' : '+'}${hours}:${minutes}`;
}

/** The instant (milliseconds since 1970) at which clocks in Greenwich show 2026-01-05 and 15:04:05. */
export function utc(date: string, clock: string): number {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  const [hour = 0, minute = 0, second = 0] = clock.split(':').map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/**
 * 2026-01-05, 15:04:05.5 → 2026-01-05T15:04:05.5+08:00. A time that the clocks skip moves on by the gap; of one that
 * comes twice, the first is meant.
 */
export function atInZone(date: string, clock: string, timeZone: string): string {
  const [seconds = '', fraction] = clock.split('.');
  const local = utc(date, seconds);
  const before = offsetAt(local - 86_400_000, timeZone);
  const first = local - before * 60_000;
  const offset = offsetAt(first, timeZone);
  if (offset === before) return `${date}T${clock}${written(offset)}`;
  const second = local - offset * 60_000;
  if (offsetAt(second, timeZone) === offset) return `${date}T${clock}${written(offset)}`;
  return inZone(first, timeZone, fraction).at;
}

/** An instant (milliseconds since 1970) as it is written in a zone; `fraction` replaces the seconds' own digits. */
export function inZone(
  instant: number,
  timeZone: string,
  fraction?: string,
): { readonly date: string; readonly at: string } {
  const offset = offsetAt(instant, timeZone);
  const local = new Date(instant + offset * 60_000).toISOString();
  const own = local.slice(20, 23).replace(/0+$/, '');
  const digits = fraction ?? own;
  return { date: local.slice(0, 10), at: local.slice(0, 19) + (digits && `.${digits}`) + written(offset) };
}
