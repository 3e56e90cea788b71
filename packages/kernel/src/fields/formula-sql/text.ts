import { type SQL, sql } from '../../database/sql.ts';
import { concat, count, keptText, list, named, none, one, type ToSql, two, within } from './parts.ts';

// Texts collate "C": lower, upper and initcap change only A–Z.

const limit = sql`100000`;
const filled = (text: SQL) => sql`coalesce(${text}, '')`;
const from = (start: SQL) => sql`nullif(${count(start)}, 0)`;

const three =
  (fn: (a: SQL, b: SQL, c: SQL) => SQL): ToSql =>
  ([a = none, b = none, c = none]) =>
    fn(a, b, c);

const replace: ToSql = ([text = none, start = none, length = none, put = none]) =>
  keptText(sql`overlay(${filled(text)} placing ${filled(put)} from ${from(start)} for ${count(length)})`);

/** Nothing where it would be longer than a text may be. */
const substitute = three((text, old, put) =>
  named([text, filled(old), filled(put)], (t, o, p) => {
    const times = sql`(length(${t}) - length(replace(${t}, ${o}, ''))) / nullif(length(${o}), 0)`;
    const length = sql`length(${t}) + coalesce(${times}, 0)::bigint * (length(${p}) - length(${o}))`;
    return sql`case when ${length} <= ${limit} then ${keptText(sql`replace(${t}, ${o}, ${p})`)} end`;
  }),
);

const substituteNth: ToSql = ([text = none, old = none, put = none, nth = none]) =>
  named([text, filled(old), filled(put), sql`case when ${nth} >= 1 then 1 end * ${count(nth)}`], (t, o, p, n) =>
    named([sql`case when ${o} = '' then array[${t}] else string_to_array(${t}, ${o}) end`], (parts) => {
      const before = sql`array_to_string(${parts}[1:${n}], ${o})`;
      const after = sql`array_to_string(${parts}[${n} + 1:], ${o})`;
      return sql`case when ${t} is null or ${n} is null then null when ${n} >= cardinality(${parts}) then ${t} else ${keptText(sql`(${before} || ${p} || ${after})`)} end`;
    }),
  );

const find = (fold: (text: SQL) => SQL) =>
  three((sought, text, start) =>
    named(
      [from(start)],
      (at) => sql`(nullif(strpos(substr(${fold(text)}, ${at}), ${fold(sought)}), 0) + ${at} - 1)::numeric`,
    ),
  );

const repeat = two((text, times) =>
  named(
    [text, sql`case when ${times} is not null then 1 end * ${count(times)}`],
    (t, n) => sql`case when length(${t})::bigint * ${n} <= ${limit} then ${keptText(sql`repeat(${t}, ${n})`)} end`,
  ),
);

const textJoin: ToSql = ([separator = none, ignoresEmpty = none, ...texts]) =>
  named([filled(separator), ignoresEmpty, ...texts], (s, ignores, ...parts) => {
    const all = sql`concat_ws(${s}, ${list(parts.map(filled))})`;
    return keptText(sql`(case when ${ignores} then concat_ws(${s}, ${list(parts)}) else ${all} end collate "C")`);
  });

const value = one((text) =>
  named([sql`replace(${text}, ',', '')`], (t) => {
    const digits = sql`btrim(${t}, ' %')::numeric`;
    const scaled = sql`${digits} * case when ${t} like '%\\%%' then 0.01 else 1 end`;
    return sql`case when ${t} ~ '^ *[+-]?[0-9]{1,40}([.][0-9]{1,20})?%? *$' then ${within(sql`round(${scaled}, 20)`)} end`;
  }),
);

const character = one((code) =>
  named([sql`trunc(${code})`], (n) => {
    const exists = sql`${n} between 1 and 1114111 and not ${n} between 55296 and 57343`;
    return sql`case when ${exists} then chr(${n}::int) collate "C" end`;
  }),
);

const code = one((text) => sql`ascii(${text})::numeric`);

const plain = Array.from({ length: 94 }, (_, index) => String.fromCharCode(0x21 + index)).join('');
const wide = Array.from({ length: 94 }, (_, index) => String.fromCharCode(0xff01 + index)).join('');
const plainForms = sql.literal(`${plain} `);
const wideForms = sql.literal(`${wide}\u3000`);

const formatNumber = two((number, format) => {
  const scaled = sql`${number} * case when right(${format}, 1) = '%' then 100 else 1 end`;
  return sql`(to_char(${scaled}, ${format}) collate "C")`;
});

export const textSql = {
  concat,
  concatenate: concat,
  textJoin,
  length: one((a) => sql`coalesce(length(${a}), 0)::numeric`),
  upper: one((a) => sql`upper(${a})`),
  lower: one((a) => sql`lower(${a})`),
  proper: one((a) => sql`initcap(${a})`),
  trim: one((a) => keptText(sql`regexp_replace(btrim(${a}, ' '), ' +', ' ', 'g')`)),
  clean: one((a) => keptText(sql`regexp_replace(${a}, '[\\u0001-\\u001f]+', '', 'g')`)),
  narrow: one((a) => sql`translate(${a}, ${wideForms}, ${plainForms})`),
  wide: one((a) => sql`translate(${a}, ${plainForms}, ${wideForms})`),
  left: two((a, n) => keptText(sql`left(${a}, ${count(n)})`)),
  right: two((a, n) => keptText(sql`right(${a}, ${count(n)})`)),
  mid: three((a, start, n) => keptText(sql`substr(${a}, ${from(start)}, ${count(n)})`)),
  replace,
  substitute,
  substituteNth,
  find: find((text) => text),
  search: find((text) => sql`lower(${text})`),
  exact: two((a, b) => sql`(${a} is not distinct from ${b})`),
  contains: two((a, b) => sql`coalesce(strpos(lower(${a}), lower(${b})) > 0, false)`),
  startsWith: two((a, b) => sql`coalesce(starts_with(lower(${a}), lower(${b})), false)`),
  endsWith: two((a, b) =>
    named([b], (end) => sql`coalesce(right(lower(${a}), length(${end})) = lower(${end}), false)`),
  ),
  repeat,
  value,
  char: character,
  unichar: character,
  code,
  unicode: code,
  formatNumber,
} as const satisfies Record<string, ToSql>;
