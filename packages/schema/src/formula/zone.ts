// What clocks on the wall show at a moment, in a time zone.

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    weekday: 'short',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    hourCycle: 'h23',
    timeZone: zone,
  });
  formats.set(zone, made);
  return made;
}

/** The calendar and clock of a zone at microseconds since 1970, as a date in UTC, in whole seconds. */
export function wallClock(micros: bigint, zone: string): Date {
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = Number((micros - fraction) / 1_000_000n);
  return new Date((seconds + offsetAt(seconds, zone)) * 1000);
}

const aDay = 86_400;
const weekdays = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'];

/** Told by clock and weekday: dates before 1582 come in another calendar. */
function offsetAt(seconds: number, zone: string): number {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(seconds * 1000)
      .map(({ type, value }) => [type, value]),
  );
  const read = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type));
  const day = Math.floor(seconds / aDay);
  const weekday = weekdays.indexOf(parts.get('weekday') ?? '');
  const daysApart = ((((weekday - day + 3) % 7) + 7) % 7) - 3;
  return daysApart * aDay + (read('hour') * 60 + read('minute')) * 60 + read('second') - (seconds - day * aDay);
}
