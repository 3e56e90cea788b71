// A formula of ten operators over many records, against the SQL that a person would write for it.
import { checkFormula, type FormulaFieldType, parseFormula } from '@huike/schema';
import { type SQL, sql } from '../../packages/kernel/src/database/sql.ts';
import { formulaSql } from '../../packages/kernel/src/fields/formula-sql.ts';
import type { Bench } from '../lib/bench.ts';
import { median } from '../lib/median.ts';
import { figure, number } from '../lib/report.ts';
import { createTenant, openKernel } from '../lib/tenant.ts';

const fields: Readonly<Record<string, FormulaFieldType>> = { fee: 'number', rate: 'number', name: 'text', due: 'date' };
const expression = 'IF(fee > 100, ROUND(fee * rate * 0.95 + fee / 8 - rate * 2, 2), 0) + LEN(UPPER(name)) + MONTH(due)';
const byHand = sql`case when fee > 100 then round(fee * rate * 0.95 + fee / 8 - rate * 2, 2) else 0 end + length(upper(name)) + extract(month from due)`;

export const formula: Bench = {
  name: 'formula',
  async run({ size, cluster }) {
    await createTenant(cluster, 'formula');
    try {
      await using kernel = await openKernel(cluster, 'formula', 1);
      const { db } = kernel;
      const rows = size.rows(1_000_000);
      await db.execute(
        sql`create table public.sample as select (n % 1000 + 0.5)::numeric as fee, (n % 77 + 1)::numeric / 8 as rate, 'a' || n as name, date '2026-01-01' + n % 300 as due from generate_series(1, ${sql.value(rows)}::int) n`,
      );
      const typed = checkFormula(parseFormula(expression), (path) => fields[path] ?? null);
      const nobody = { today: sql`null`, now: sql`null`, user: sql`null` };
      const ours = formulaSql(typed, (path) => sql.identifier(path), nobody);
      const taken = async (value: SQL) => {
        const begun = performance.now();
        await db.query(sql`select count(${value}) from public.sample`);
        return performance.now() - begun;
      };
      const times: { readonly hand: number; readonly ours: number }[] = [];
      for (let round = 0; round < 5; round++) times.push({ hand: await taken(byHand), ours: await taken(ours) });
      const [floor, formula] = [median(times.map(({ hand }) => hand)), median(times.map(({ ours }) => ours))];
      const ratio = formula / floor;
      const what = `a formula of ten operators over ${number(rows)} records: ${number(formula)} ms, by hand ${number(floor)} ms`;
      return [figure(what, `${ratio.toFixed(2)} ×`, { aim: '≤ 1.5 ×', met: ratio <= 1.5 })];
    } finally {
      await cluster.drop('formula');
    }
  },
};
