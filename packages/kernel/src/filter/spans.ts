import { type DaySpan, daySpan, type Json } from '@huike/schema';
import { dayOf } from '../fields/index.ts';

/** The days that a relative value means at a moment, in a time zone; see `daySpan`. */
export function spanOf(value: Json, now: Date, timeZone: string): DaySpan | null {
  return daySpan(value, dayOf(now, timeZone));
}
