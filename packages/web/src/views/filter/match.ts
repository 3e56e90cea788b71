import type { Condition, Filter } from '@huike/schema';
import type { RecordData } from '../../data/api.ts';
import { valueAt } from '../../grid/columns.ts';
import { isEmpty } from '../../grid/text.ts';
import { isSpan } from './model.ts';

// Whether a record that is on the screen meets a filter: for colours. What only the server can tell is no.

export interface Clock {
  readonly now: Date;
  readonly timeZone: string;
}

export function matches(filter: Filter, record: RecordData, clock: Clock): boolean {
  if ('and' in filter) return filter.and.every((part) => matches(part, record, clock));
  if ('or' in filter) return filter.or.some((part) => matches(part, record, clock));
  if ('not' in filter) return !matches(filter.not, record, clock);
  return meets(filter, record, clock);
}

function meets({ field, op, value }: Condition, record: RecordData, clock: Clock): boolean {
  const own = plain(valueAt(record, field));
  if (op === 'empty') return isEmpty(own);
  if (op === 'notEmpty') return !isEmpty(own);
  if (op === 'ne') return !meets({ field, op: 'eq', ...given(value) }, record, clock);
  if (op === 'notIn') return !meets({ field, op: 'in', ...given(value) }, record, clock);
  if (isEmpty(own)) return false;
  switch (op) {
    case 'eq':
      return compare(own, value) === 0;
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte': {
      const order = compare(own, value);
      return (
        order !== null && (op === 'lt' ? order < 0 : op === 'lte' ? order <= 0 : op === 'gt' ? order > 0 : order >= 0)
      );
    }
    case 'between': {
      if (!Array.isArray(value)) return false;
      const [from, to] = [compare(own, value[0]), compare(own, value[1])];
      return from !== null && to !== null && from >= 0 && to <= 0;
    }
    case 'in':
      if (!Array.isArray(value)) return false;
      return Array.isArray(own) ? own.some((one) => value.includes(one)) : value.some((one) => compare(own, one) === 0);
    case 'contains':
      return Array.isArray(own) ? own.some((one) => one === value) : lower(own).includes(lower(value));
    case 'startsWith':
      return lower(own).startsWith(lower(value));
    case 'endsWith':
      return lower(own).endsWith(lower(value));
    case 'within':
      return isSpan(value) && inSpan(String(own), value, clock);
    default:
      return false;
  }
}

const given = (value: Condition['value']) => (value === undefined ? {} : { value });
const lower = (value: unknown) => String(value).toLowerCase();

/** Related records by their id, money by its amount. */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  if ('amount' in value) return value.amount;
  return 'id' in value ? value.id : value;
}

const numeric = /^-?\d+(\.\d+)?$/;
const instant = /^\d{4}-\d\d-\d\dT/;

function compare(one: unknown, other: unknown): number | null {
  if (typeof one === 'boolean' || typeof other === 'boolean') return one === other ? 0 : 1;
  if (one === null || other === null || other === undefined) return null;
  const [left, right] = [String(one), String(other)];
  if (numeric.test(left) && numeric.test(right)) return Math.sign(Number(left) - Number(right));
  if (instant.test(left) && instant.test(right)) return Math.sign(Date.parse(left) - Date.parse(right));
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The day of an instant, or of now, where the viewer is. */
function dayIn(at: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(at);
}

function inSpan(value: string, span: NonNullable<Condition['value']>, { now, timeZone }: Clock): boolean {
  if (!isSpan(span)) return false;
  const day = instant.test(value) ? dayIn(new Date(value), timeZone) : value.slice(0, 10);
  const [from, until] = daysOf(span, dayIn(now, timeZone));
  return day >= from && day < until;
}

/** The first day of a span and the one behind its last, as the server counts them. */
export function daysOf(span: NonNullable<Condition['value']>, today: string): readonly [string, string] {
  if (!isSpan(span)) return [today, today];
  const at = new Date(`${today}T00:00:00Z`);
  const day = (date: Date) => date.toISOString().slice(0, 10);
  const moved = (unit: string, start: Date, count: number) => {
    const next = new Date(start);
    if (unit === 'day') next.setUTCDate(next.getUTCDate() + count);
    else if (unit === 'week') next.setUTCDate(next.getUTCDate() + 7 * count);
    else if (unit === 'month') next.setUTCMonth(next.getUTCMonth() + count);
    else if (unit === 'quarter') next.setUTCMonth(next.getUTCMonth() + 3 * count);
    else next.setUTCFullYear(next.getUTCFullYear() + count);
    return next;
  };
  const startOf = (unit: string) => {
    const [year, month] = [at.getUTCFullYear(), at.getUTCMonth()];
    if (unit === 'week') return moved('day', at, -((at.getUTCDay() + 6) % 7));
    if (unit === 'month') return new Date(Date.UTC(year, month, 1));
    if (unit === 'quarter') return new Date(Date.UTC(year, month - (month % 3), 1));
    if (unit === 'year') return new Date(Date.UTC(year, 0, 1));
    return at;
  };
  if ('this' in span) {
    const start = startOf(span.this);
    return [day(start), day(moved(span.this, start, 1))];
  }
  const start = startOf(span.unit);
  if ('last' in span) return [day(moved(span.unit, start, 1 - span.last)), day(moved('day', at, 1))];
  const next = moved(span.unit, start, 1);
  return [day(next), day(moved(span.unit, next, span.next))];
}
