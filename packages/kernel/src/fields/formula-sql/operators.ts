import { type SQL, sql } from '../../database/sql.ts';
import {
  concat,
  dayAt,
  dayIndex,
  finished,
  largestPower,
  named,
  one,
  quotient,
  seconds,
  shown,
  startingWith,
  type ToSql,
  two,
  within,
} from './parts.ts';

/** Looked at as doubles first: what is beyond every number, or nothing, isn't worked out. */
export function power(base: SQL, exponent: SQL): SQL {
  return named([startingWith(base), exponent], (b, by) => {
    const size = sql`(ln(abs(${b})::float8) * (${by})::float8)`;
    const value = sql`case when ${b} < 0 and ${by} % 2 <> 0 then - power(abs(${b}), ${startingWith(by)}) else power(abs(${b}), ${startingWith(by)}) end`;
    return sql`case when abs(${by}) > ${largestPower} then null when ${b} = 0 then case when ${by} > 0 then 0::numeric end when ${b} < 0 and ${by} <> trunc(${by}) then null when ${size} > 93.5 then null when ${size} < -93.5 then 0::numeric else ${finished(value)} end`;
  });
}

export const operatorsSql = {
  add: two((a, b) => sql`(${a} + ${b})`),
  addDays: two((day, days) => dayAt(sql`${dayIndex(day)} + trunc(${days})`)),
  subtract: two((a, b) => sql`(${a} - ${b})`),
  subtractDays: two((day, days) => dayAt(sql`${dayIndex(day)} - trunc(${days})`)),
  daysBetween: two((a, b) => sql`(${a} - ${b})::numeric`),
  timeBetween: two((a, b) => quotient(sql`${seconds(a)} - ${seconds(b)}`, sql`86400::numeric`)),
  multiply: two((a, b) => within(sql`round(${a} * ${b}, 20)`)),
  divide: two(quotient),
  power: two(power),
  remainder: two((a, b) => sql`(${a} % nullif(${b}, 0))`),
  percent: one((a) => within(sql`round(${a} * 0.01, 20)`)),
  negate: one((a) => sql`(- ${a})`),
  equal: two((a, b) => sql`(${a} is not distinct from ${b})`),
  unequal: two((a, b) => sql`(${a} is distinct from ${b})`),
  less: two((a, b) => sql`coalesce(${a} < ${b}, false)`),
  atMost: two((a, b) => sql`coalesce(${a} <= ${b}, false)`),
  more: two((a, b) => sql`coalesce(${a} > ${b}, false)`),
  atLeast: two((a, b) => sql`coalesce(${a} >= ${b}, false)`),
  join: concat,
  numberText: one((a) => sql`(${shown(a)}::text collate "C")`),
  booleanText: one((a) => sql`((${a})::text collate "C")`),
  dateText: one((a) => sql`(to_char(${a}, 'YYYY-MM-DD') collate "C")`),
  idText: one((a) => sql`((${a})::text collate "C")`),
} as const satisfies Record<string, ToSql>;
