import { problem } from '@huike/schema';
import type { CatalogField, CatalogObject } from '../catalog/types.ts';
import type { Queryable } from '../database/index.ts';
import { type SQL, sql } from '../database/sql.ts';
import { optionsOf } from '../fields/index.ts';
import type { PlanStep } from './plan.ts';
import type { Prepared } from './prepare.ts';

// Questions to the records before a change: would values lose their meaning?

/** Steps that lose what records hold, which the document doesn't ask for by name. Throws `metadata.currency`. */
export async function lossSteps(db: Queryable, prepared: Prepared): Promise<PlanStep[]> {
  await refuseCurrencyChange(db, prepared);
  const questions = [...prepared.after.objects.values()].flatMap((object) => {
    const was = prepared.before.objects.get(object.name);
    return was === undefined || was.id !== object.id ? [] : optionQuestions(prepared, was, object);
  });
  const steps: PlanStep[] = [];
  for (const { field, values, used } of questions) {
    const [row] = await db.query<{ used: boolean }>(used);
    if (row?.used !== true) continue;
    const list = values.join(', ');
    steps.push({
      kind: 'field',
      object: field.object.name,
      name: field.name,
      action: 'update',
      impact: 'losesData',
      unasked: true,
      detail: {
        zh: `仍有记录使用被移除的选项：${list}（改为“停用”可保留）`,
        en: `Records still have options that are removed: ${list} (retire them to keep them)`,
      },
    });
  }
  return steps;
}

function optionQuestions(prepared: Prepared, was: CatalogObject, object: CatalogObject) {
  return [...object.fields.values()].flatMap((field) => {
    const old = was.fields.get(field.name);
    if (old === undefined || old.tag !== field.tag) return [];
    if (old.type !== 'option' && old.type !== 'options') return [];
    if (field.type !== 'option' && field.type !== 'options') return [];
    const kept = new Set(optionsOf(field, prepared.after).map(({ value }) => value));
    const values = optionsOf(old, prepared.before).flatMap(({ value }) => (kept.has(value) ? [] : [value]));
    return values.length === 0 ? [] : [{ field, values, used: used(old, values) }];
  });
}

function used(field: CatalogField, values: readonly string[]): SQL {
  const column = sql.identifier(field.column);
  const table = sql.identifier('data', field.object.table);
  const list = sql`${sql.value([...values])}::text[]`;
  const test = field.type === 'options' ? sql`${column} && ${list}` : sql`${column} = any(${list})`;
  return sql`select exists (select 1 from ${table} where ${test}) as used`;
}

/** What every amount is worth in the company's currency was kept at its write. */
async function refuseCurrencyChange(db: Queryable, { before, after }: Prepared): Promise<void> {
  if (before.company.currency === after.company.currency) return;
  for (const object of before.objects.values()) {
    const amounts = [...object.fields.values()].filter((field) => field.type === 'money');
    if (amounts.length === 0) continue;
    const any = sql.join(
      amounts.map((field) => sql`${sql.identifier(field.column)} is not null`),
      ' or ',
    );
    const table = sql.identifier('data', object.table);
    const [row] = await db.query<{ used: boolean }>(sql`select exists (select 1 from ${table} where ${any}) as used`);
    if (row?.used === true) throw problem('metadata.currency');
  }
}
