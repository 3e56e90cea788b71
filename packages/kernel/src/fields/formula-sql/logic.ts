import { type SQL, sql } from '../../database/sql.ts';
import { list, named, none, one, type ToSql } from './parts.ts';

const truths = (args: readonly SQL[]) => args.map((arg) => sql`coalesce(${arg}, false)`);
const firstFilled: ToSql = (args) => sql`coalesce(${list(args)})`;
const filled = one((a) => sql`(${a} is not null)`);
const never: ToSql = () => sql`(false)`;

function* pairs(args: readonly SQL[]): Generator<readonly [SQL, SQL]> {
  for (let at = 0; at + 1 < args.length; at += 2) yield [args[at] ?? none, args[at + 1] ?? none];
}

const ifs: ToSql = (args) =>
  sql`case ${sql.join(
    [...pairs(args)].map(([condition, value]) => sql`when ${condition} then ${value}`),
    ' ',
  )} end`;

const choices: ToSql = ([sought = none, ...args]) =>
  named([sought], (key) => {
    const cases = [...pairs(args)].map(([one, value]) => sql`when ${key} is not distinct from ${one} then ${value}`);
    const otherwise = args.length % 2 === 1 ? (args.at(-1) ?? none) : none;
    return sql`case ${sql.join(cases, ' ')} else ${otherwise} end`;
  });

const choose: ToSql = ([index = none, ...values]) =>
  sql`case trunc(${index}) ${sql.join(
    values.map((value, at) => sql`when ${sql.literal(at + 1)} then ${value}`),
    ' ',
  )} end`;

export const logicSql = {
  if: ([condition = none, yes = none, no = none]) => sql`case when ${condition} then ${yes} else ${no} end`,
  ifs,
  switch: choices,
  choose,
  and: (args) => sql`(${sql.join(truths(args), ' and ')})`,
  or: (args) => sql`(${sql.join(truths(args), ' or ')})`,
  xor: (args) => truths(args).reduce((a, b) => sql`(${a} <> ${b})`),
  not: one((a) => sql`(not coalesce(${a}, false))`),
  true: () => sql`(true)`,
  false: never,
  isBlank: one((a) => sql`(${a} is null)`),
  isNumber: filled,
  isNoNumber: never,
  isText: filled,
  isNoText: never,
  isLogical: filled,
  isNoLogical: never,
  isEven: one((a) => sql`coalesce(trunc(${a}) % 2 = 0, false)`),
  isOdd: one((a) => sql`coalesce(trunc(${a}) % 2 <> 0, false)`),
  coalesce: firstFilled,
  ifError: firstFilled,
  ifBlank: firstFilled,
  countAll: (args) => sql`num_nonnulls(${list(args)})::numeric`,
  countBlank: (args) => sql`num_nulls(${list(args)})::numeric`,
} as const satisfies Record<string, ToSql>;
