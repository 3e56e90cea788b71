import { type SQL, sql } from '../../database/sql.ts';
import { power } from './operators.ts';
import { finished, list, named, none, one, quotient, startingWith, type ToSql, two, within } from './parts.ts';

/** To a multiple of a step: `isAway` tells of a rest that isn't zero whether the next one away from zero is taken. */
function multiple(value: SQL, step: SQL, isAway: (value: SQL, step: SQL, rest: SQL) => SQL): SQL {
  return named([value, step], (v, s) =>
    named([sql`div(${v}, ${s})`, sql`${v} % ${s}`, sql`sign(${v}) * sign(${s})`], (times, rest, direction) =>
      within(sql`${s} * (${times} + case when ${rest} <> 0 and ${isAway(v, s, rest)} then ${direction} else 0 end)`),
    ),
  );
}

/** With a step that isn't zero; a positive number and a negative step go together to nothing. */
const stepped = (value: SQL, step: SQL, made: (value: SQL, step: SQL) => SQL) =>
  named(
    [value, step],
    (v, s) => sql`case when ${v} > 0 and ${s} < 0 then null else ${made(v, sql`nullif(${s}, 0)`)} end`,
  );

const ceiling = (value: SQL, step: SQL) =>
  named([value, step], (v, s) => {
    const up = stepped(v, s, (a, b) => multiple(a, b, (x, y) => sql`sign(${x}) = sign(${y})`));
    return sql`case when ${s} = 0 and ${v} is not null then 0::numeric else ${up} end`;
  });
const floor = (value: SQL, step: SQL) =>
  stepped(value, step, (a, b) => multiple(a, b, (x, y) => sql`sign(${x}) <> sign(${y})`));
const mround = (value: SQL, step: SQL) =>
  named([value, step], (v, s) => {
    const near = multiple(v, sql`nullif(${s}, 0)`, (_, y, rest) => sql`abs(${rest}) * 2 >= abs(${y})`);
    return sql`case when ${v} * ${s} = 0 then 0::numeric when ${v} * ${s} > 0 then ${near} end`;
  });

const mod = (value: SQL, by: SQL) =>
  named([value, by], (a, b) =>
    named(
      [sql`${a} % nullif(${b}, 0)`],
      (rest) => sql`case when sign(${rest}) * sign(${b}) < 0 then ${rest} + ${b} else ${rest} end`,
    ),
  );

const roundUp = (value: SQL, places: SQL) =>
  named([value], (a) => {
    const down = sql`trunc(${a}, (${places})::int)`;
    return sql`(${down} + case when ${down} = ${a} then 0 else sign(${a}) * power(10::numeric, - (${places})::numeric) end)`;
  });

const odd = (value: SQL) =>
  named([value], (a) => sql`case when ${a} < 0 then -1 else 1 end * (ceil((abs(${a}) + 1) / 2) * 2 - 1)`);

/** Of a name, since it stands there twice. */
const ln = (value: SQL) => sql`ln(case when ${value} > 0 then ${value} end)`;
/** With more digits than are kept, since the logarithm of a base near 1 is small. */
const log = (value: SQL, base: SQL) =>
  named([sql`round(${startingWith(value)}, 120)`, sql`round(${startingWith(base)}, 120)`], (a, b) =>
    finished(sql`${ln(a)} / nullif(${ln(b)}, 0)`),
  );

const exp = (value: SQL) =>
  named(
    [value],
    (a) =>
      sql`case when ${a} > 93.5 then null when ${a} < -93.5 then 0::numeric else ${finished(sql`exp(${startingWith(a)})`)} end`,
  );

const sum = (args: readonly SQL[]) =>
  sql`(${sql.join(
    args.map((arg) => sql`coalesce(${arg}, 0)`),
    ' + ',
  )})`;

const average: ToSql = (args) => {
  const value = sql.identifier(Symbol('n'));
  const items = sql`unnest(array[${list(args)}]::numeric[]) as ${value}`;
  return sql`(select ${quotient(sql`sum(${value})`, sql`count(${value})::numeric`)} from ${items})`;
};

const product: ToSql = (args) =>
  named(args, (...names) => {
    const [first = none, ...more] = names;
    const start = within(sql`round(coalesce(${first}, 1), 20)`);
    const times = more.reduce((a, b) => within(sql`round(${a} * coalesce(${b}, 1), 20)`), start);
    return sql`case when num_nonnulls(${list(names)}) = 0 then 0::numeric else ${times} end`;
  });

const truncated = two((a, places) => sql`trunc(${a}, (${places})::int)`);

export const numberSql = {
  round: two((a, places) => sql`round(${a}, (${places})::int)`),
  roundUp: two(roundUp),
  roundDown: truncated,
  trunc: truncated,
  int: one((a) => sql`floor(${a})`),
  ceiling: two(ceiling),
  floor: two(floor),
  mround: two(mround),
  even: one((a) => named([a], (v) => sql`sign(${v}) * ceil(abs(${v}) / 2) * 2`)),
  odd: one(odd),
  abs: one((a) => sql`abs(${a})`),
  sign: one((a) => sql`sign(${a})`),
  mod: two(mod),
  quotient: two((a, b) => within(sql`div(${a}, nullif(${b}, 0))`)),
  gcd: two((a, b) => sql`gcd(trunc(${a}), trunc(${b}))`),
  powerOf: two(power),
  sqrt: one((a) => named([startingWith(a)], (v) => finished(sql`sqrt(case when ${v} >= 0 then ${v} end)`))),
  exp: one(exp),
  ln: one((a) => named([startingWith(a)], (v) => finished(ln(v)))),
  log10: one((a) => log(a, sql`10::numeric`)),
  log: two(log),
  pi: () => sql`3.14159265358979323846::numeric`,
  min: (args) => sql`least(${list(args)})`,
  max: (args) => sql`greatest(${list(args)})`,
  sum,
  average,
  count: (args) => sql`num_nonnulls(${list(args)})::numeric`,
  product,
} as const satisfies Record<string, ToSql>;
