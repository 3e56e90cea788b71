// How PostgreSQL's values arrive in JavaScript: exact numbers stay text, times become ISO 8601 text.
import pg from 'pg';

const oid = { date: 1082, time: 1083, timestamp: 1114, timestamptz: 1184, interval: 1186 } as const;
const arrayOid = {
  name: 1003,
  date: 1182,
  timestamp: 1115,
  timestamptz: 1185,
  interval: 1187,
  numeric: 1231,
  int8: 1016,
} as const;

// pg's list of types has no arrays, though it parses them.
const textArray: number = 1009;

type Parser = (text: string) => unknown;
const asIs: Parser = (text) => text;

/** `2026-01-02 03:04:05.6+00` → `2026-01-02T03:04:05.6+00:00`, the form that PostgreSQL's own JSON has. */
export function isoTime(text: string): string {
  const iso = text.replace(' ', 'T');
  return /[+-]\d\d$/.test(iso) ? `${iso}:00` : iso;
}

const parseTextArray: Parser = pg.types.getTypeParser(textArray, 'text');
const arrayOf =
  (parse: Parser): Parser =>
  (text) => {
    const items = parseTextArray(text);
    return Array.isArray(items) ? items.map((item) => (typeof item === 'string' ? parse(item) : item)) : items;
  };

const own = new Map<number, Parser>([
  [oid.date, asIs],
  [oid.time, asIs],
  [oid.interval, asIs],
  [oid.timestamp, isoTime],
  [oid.timestamptz, isoTime],
  [arrayOid.name, arrayOf(asIs)],
  [arrayOid.date, arrayOf(asIs)],
  [arrayOid.interval, arrayOf(asIs)],
  [arrayOid.numeric, arrayOf(asIs)],
  [arrayOid.int8, arrayOf(asIs)],
  [arrayOid.timestamp, arrayOf(isoTime)],
  [arrayOid.timestamptz, arrayOf(isoTime)],
]);

/**
 * numeric and int8 → string (cast a count to `int4` where a number is wanted), int2/int4/float → number, boolean,
 * bytea → Buffer, date/time/timestamp/timestamptz/interval → string, json/jsonb → parsed (select `column::text` to
 * pass JSON through untouched), arrays of these.
 */
export const types: pg.CustomTypesConfig = {
  getTypeParser: (id: number, format: 'text' | 'binary' = 'text') =>
    (format === 'text' && own.get(id)) || pg.types.getTypeParser(id, format),
};
