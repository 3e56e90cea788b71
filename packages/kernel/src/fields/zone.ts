// Wall-clock time in a time zone and instants, by the zone rules that Node carries.

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
      timeZone: zone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  return format;
}

/** Milliseconds since the epoch of a UTC wall clock; years 0–99 mean themselves. */
export function utcMilliseconds(year: number, month: number, day: number, hour = 0, minute = 0, second = 0): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.setUTCHours(hour, minute, second);
}

/** How far the zone's clock is ahead of UTC at an instant, in milliseconds. */
function offsetAt(instant: number, zone: string): number {
  const parts: Record<string, number> = {};
  let ancient = false;
  for (const { type, value } of formatOf(zone).formatToParts(instant)) {
    if (type === 'era') ancient = value.startsWith('B');
    else parts[type] = Number(value);
  }
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const wall = utcMilliseconds(ancient ? 1 - year : year, month, day, hour, minute, second);
  return wall - Math.floor(instant / 1000) * 1000;
}

const aDay = 86_400_000;
const steady = new Map<string, number | null>();

/** The offset that holds from the day before a UTC day to the day after it, or null when it changes. Remembered. */
function steadyOffset(day: number, zone: string): number | null {
  const key = `${zone} ${day}`;
  let offset = steady.get(key);
  if (offset === undefined) {
    const [before, after] = [offsetAt((day - 1) * aDay, zone), offsetAt((day + 2) * aDay, zone)];
    offset = before === after ? before : null;
    if (steady.size >= 10_000) steady.clear();
    steady.set(key, offset);
  }
  return offset;
}

/**
 * The instant at which the zone's clock shows a wall-clock time (milliseconds as if it were UTC). A time that comes
 * twice means the first; one that is skipped moves on by what was skipped.
 */
export function instantOf(wall: number, zone: string): number {
  const offset = steadyOffset(Math.floor(wall / aDay), zone);
  if (offset !== null) return wall - offset;
  const [before, after] = [offsetAt(wall - aDay, zone), offsetAt(wall + aDay, zone)];
  if (before === after || offsetAt(wall - before, zone) === before) return wall - before;
  return offsetAt(wall - after, zone) === after ? wall - after : wall - before;
}

/** The calendar day `YYYY-MM-DD` that the zone's clock shows at an instant. */
export function dayOf(instant: Date, zone: string): string {
  const time = instant.getTime();
  const offset = steadyOffset(Math.floor(time / aDay), zone) ?? offsetAt(time, zone);
  return new Date(time + offset).toISOString().slice(0, 10);
}
