import { type SQL, sql } from '../../database/sql.ts';
import { cast, dayAt, dayIndex, named, none, one, quotient, type SqlEnv, type ToSql, two, whole } from './parts.ts';

// The calendar. Months are counted from January of year 0, days from the first of year 1, which was a Monday.

const three =
  (fn: (a: SQL, b: SQL, c: SQL) => SQL): ToSql =>
  ([a = none, b = none, c = none]) =>
    fn(a, b, c);

/** The first of a month; null outside of years 1–9999. `month` is a name. */
function firstOf(month: SQL): SQL {
  return sql`case when ${month} between 12 and 119999 then make_date(${month} / 12, ${month} % 12 + 1, 1) end`;
}

const monthOf = (day: SQL) => sql`(extract(year from ${day}) * 12 + extract(month from ${day}) - 1)::int`;

const date = three((year, month, day) =>
  named([sql`${whole(year)} * 12 + ${whole(month)} - 1`, whole(day)], (m, d) =>
    named([firstOf(m)], (first) => dayAt(sql`${dayIndex(first)} + ${d} - 1`)),
  ),
);

const inMonths = (day: SQL, by: SQL) => sql`(${day} + make_interval(months => ${by}))::date`;

const sameDay = two((day, months) =>
  named(
    [day, whole(months)],
    (d, by) => sql`case when ${monthOf(d)} + ${by} between 12 and 119999 then ${inMonths(d, by)} end`,
  ),
);

const endOfMonth = two((day, months) =>
  named([day, whole(months)], (d, by) =>
    named([sql`${monthOf(d)} + ${by}`], (m) => sql`(${firstOf(m)} + interval '1 month' - interval '1 day')::date`),
  ),
);

const isoDay = (day: SQL) => sql`extract(isodow from ${day})`;

/** The number of a weekday where weeks begin on another than Monday. */
const from = (first: SQL, day: SQL) => sql`((${day} - ${first} + 7) % 7 + 1)`;

const weekday = two((day, kind) =>
  named(
    [isoDay(day), whole(kind)],
    (d, type) =>
      sql`case when ${type} = 1 then ${d} % 7 + 1 when ${type} = 2 then ${d} when ${type} = 3 then ${d} - 1 when ${type} between 11 and 17 then ${from(sql`(${type} - 10)`, d)} end`,
  ),
);

const weekNumber = two((day, kind) =>
  named([day, whole(kind)], (d, type) => {
    const first = sql`case when ${type} = 1 then 7 when ${type} = 2 then 1 when ${type} between 11 and 17 then ${type} - 10 end`;
    const passed = sql`(extract(doy from ${d}) - 1)`;
    const january = from(sql`(${first})`, sql`(${isoDay(d)} - ${passed} % 7 + 7)`);
    return sql`case when ${type} = 21 then extract(week from ${d}) else floor((${passed} + ${january} - 1) / 7) + 1 end`;
  }),
);

const dateDifference = three((start, end, unit) =>
  named([start, end, sql`upper(${unit})`], (a, b, u) => {
    const shorter = sql`case when extract(day from ${b}) < extract(day from ${a}) then 1 else 0 end`;
    return named([sql`${monthOf(b)} - ${monthOf(a)} - ${shorter}`], (months) => {
      const since = (by: SQL) => sql`${b} - ${inMonths(a, by)}`;
      return sql`case when ${a} <= ${b} then case ${u} when 'D' then ${b} - ${a} when 'M' then ${months} when 'Y' then ${months} / 12 when 'YM' then ${months} % 12 when 'MD' then ${since(months)} when 'YD' then ${since(sql`${months} / 12 * 12`)} end end::numeric`;
    });
  }),
);

const days360 = three((start, end, european) =>
  named([start, end, sql`coalesce(${european}, false)`], (a, b, isEuropean) => {
    const lastOfFebruary = sql`extract(month from ${a}) = 2 and extract(day from ${a} + 1) = 1`;
    const first = sql`case when not ${isEuropean} and ${lastOfFebruary} then 30 else least(extract(day from ${a}), 30) end`;
    return named([first], (f) => {
      const last = sql`extract(day from ${b})`;
      const to = sql`case when ${isEuropean} or ${f} = 30 then least(${last}, 30) else ${last} end`;
      return sql`(case when ${a} is not null and ${b} is not null then (${monthOf(b)} - ${monthOf(a)}) * 30 + ${to} - ${f} end)`;
    });
  }),
);

const index = (day: SQL) => sql`(${day} - date '0001-01-01')`;
const workdaysBefore = (days: SQL) => sql`(5 * (${days} / 7) + least(${days} % 7, 5))`;

const networkDays = two((start, end) =>
  named([index(start), index(end)], (a, b) => {
    const forth = sql`${workdaysBefore(sql`(${b} + 1)`)} - ${workdaysBefore(a)}`;
    const back = sql`${workdaysBefore(b)} - ${workdaysBefore(sql`(${a} + 1)`)}`;
    return sql`(case when ${a} <= ${b} then ${forth} when ${a} > ${b} then ${back} end)::numeric`;
  }),
);

const workday = two((start, count) =>
  named([start, whole(count)], (day, by) => {
    const at = index(day);
    const target = sql`case when ${by} > 0 then ${workdaysBefore(sql`(${at} + 1)`)} + ${by} - 1 else ${workdaysBefore(at)} + ${by} end`;
    return named(
      [target],
      (t) =>
        // Before the first day there is nothing, so that truncation is as good as a floor.
        sql`case when ${by} = 0 then ${day} when ${t} >= 0 then ${dayAt(sql`(7 * (${t} / 5) + ${t} % 5)`)} end`,
    );
  }),
);

const dateValue = one((text) => {
  const pattern = sql.literal('^ *([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日? *$');
  return named([sql`regexp_match(${text}, ${pattern})`], (m) =>
    named([sql`${m}[1]::int * 12 + ${m}[2]::int - 1`, sql`${m}[2]::int`, sql`${m}[3]::int`], (month, inYear, day) =>
      named([firstOf(month)], (first) => {
        const last = sql`extract(day from ${first} + interval '1 month' - interval '1 day')`;
        return sql`case when ${inYear} between 1 and 12 and ${day} between 1 and ${last} then ${first} + (${day} - 1) end`;
      }),
    ),
  );
});

const timeValue = one((text) => {
  const pattern = sql.literal('^ *([0-9]{1,2})[:：时]([0-9]{1,2})([:：分]([0-9]{1,2})秒?)?分? *$');
  return named([sql`regexp_match(${text}, ${pattern})`], (m) =>
    named([sql`${m}[1]::int`, sql`${m}[2]::int`, sql`coalesce(${m}[4]::int, 0)`], (hour, minute, second) => {
      const share = quotient(sql`(${hour} * 3600 + ${minute} * 60 + ${second})::numeric`, sql`86400::numeric`);
      return sql`case when ${hour} < 24 and ${minute} < 60 and ${second} < 60 then ${share} end`;
    }),
  );
});

const time = three((hour, minute, second) =>
  named(
    [sql`${whole(hour)}::bigint * 3600 + ${whole(minute)}::bigint * 60 + ${whole(second)}`],
    (s) => sql`case when ${s} >= 0 then ${quotient(sql`(${s} % 86400)::numeric`, sql`86400::numeric`)} end`,
  ),
);

const defaultZone = sql`'Asia/Shanghai'`;
const wallClock = (moment: SQL, { zone = defaultZone }: SqlEnv) => sql`(${moment} at time zone ${zone})`;

const clock =
  (part: SQL): ToSql =>
  ([moment = none], env) =>
    sql`trunc(extract(${part} from ${wallClock(moment, env)}))`;

/** A time of the calendar, where it has a year that calendars show. */
const shown = (moment: SQL, env: SqlEnv, body: (clock: SQL) => SQL) =>
  named(
    [wallClock(moment, env)],
    (at) => sql`case when extract(year from ${at}) between 1 and 9999 then ${body(at)} end`,
  );

export const datesSql = {
  today: (_, env) => cast(env.today, 'date'),
  now: (_, env) => cast(env.now, 'dateTime'),
  user: (_, env) => cast(env.user, 'id'),
  date,
  year: one((a) => sql`extract(year from ${a})`),
  quarter: one((a) => sql`extract(quarter from ${a})`),
  month: one((a) => sql`extract(month from ${a})`),
  day: one((a) => sql`extract(day from ${a})`),
  hour: clock(sql`hour`),
  minute: clock(sql`minute`),
  second: clock(sql`second`),
  weekday,
  weekNumber,
  isoWeek: one((a) => sql`extract(week from ${a})`),
  sameDay,
  endOfMonth,
  dateDifference,
  days: two((end, start) => sql`(${end} - ${start})::numeric`),
  days360,
  networkDays,
  workday,
  dateValue,
  timeDate: one((a) => a),
  timeValue,
  time,
  dayOf: ([moment = none], env) => shown(moment, env, (at) => sql`(${at})::date`),
  formatDate: two((a, format) => sql`(to_char(${a}, ${format}) collate "C")`),
  formatTime: ([moment = none, format = none], env) =>
    shown(moment, env, (at) => sql`(to_char(${at}, ${format}) collate "C")`),
} as const satisfies Record<string, ToSql>;
