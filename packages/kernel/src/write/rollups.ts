// Rollups are columns of the parent, kept exact in the transaction of the detail's write. Counts and sums move by the
// difference: what the details contributed is taken away before they change, what they contribute is added after.
// A least or greatest value is compared with what comes, and recomputed where something went.

import { accessOf } from '../access/index.ts';
import type { Catalog, CatalogField, CatalogObject } from '../catalog/types.ts';
import type { Queryable } from '../database/index.ts';
import { type SQL, sql } from '../database/sql.ts';
import { columnName } from '../evolve/table.ts';
import { filterSql } from '../filter/compile.ts';
import { parseConstantFilter } from '../filter/tree.ts';
import { type RollupGroup, reads, rollupGroups } from './rollup-groups.ts';
import { columnAt, dataTable, param, runPlan } from './statement.ts';
import type { Work } from './types.ts';

/** The details of one group whose contribution changes, and the parents that they left or stay at. */
export interface Touched {
  readonly group: RollupGroup;
  readonly details: ReadonlySet<string>;
  /** Parents of the details as they were. */
  readonly left: ReadonlySet<string>;
}

/** Takes away what the details contribute: before they are written. Sums of sums first. */
export function subtract(db: Queryable, work: Work, touched: readonly Touched[]): Promise<unknown>[] {
  return [...touched]
    .reverse()
    .filter(({ group, left }) => left.size > 0 && moving(group).length > 0)
    .map(({ group, details }) =>
      runPlan(db, work, `subtract ${group.name}`, () => moveBy(work.catalog, group, '-'), [[...details]]),
    );
}

/** Adds what the details contribute now, and recomputes what can't be moved: after they are written. */
export function add(db: Queryable, work: Work, touched: readonly Touched[]): Promise<unknown>[] {
  return touched.flatMap(({ group, details, left }) => [
    runPlan(db, work, `add ${group.name}`, () => moveBy(work.catalog, group, '+'), [[...details]]),
    ...(left.size === 0 || extremes(group).length === 0
      ? []
      : [
          runPlan(db, work, `extremes ${group.name}`, () => recompute(work.catalog, group, extremes(group)), [
            [...left],
          ]),
        ]),
  ]);
}

const functionOf = ({ definition }: CatalogField) => (definition?.type === 'rollup' ? definition.fn : 'count');
const isExtreme = (rollup: CatalogField) => functionOf(rollup) === 'min' || functionOf(rollup) === 'max';
const extremes = (group: RollupGroup) => group.rollups.filter(isExtreme);
const moving = (group: RollupGroup) => group.rollups.filter((rollup) => !isExtreme(rollup));

/** One statement that adds or takes away the contributions of some details to all rollups of a group. */
function moveBy(catalog: Catalog, group: RollupGroup, sign: '+' | '-'): SQL {
  const [t, p, d] = [sql.identifier('t'), sql.identifier('p'), sql.identifier('d')];
  const rollups = sign === '+' ? group.rollups : moving(group);
  const parts = rollups.flatMap((rollup, i) => contribution(catalog, group, rollup, i, t));
  const sets = rollups.flatMap((rollup, i) => moved(rollup, i, p, d, sign));
  const via = columnAt(t, group.via.column);
  return sql`
update ${dataTable(group.parent.table)} ${p} set ${sql.join(sets, ', ')} from (
  select ${via} as parent, ${sql.join(parts, ', ')} from ${dataTable(group.detail.table)} ${t}
  where ${t}."id" = any(${param(0)}::uuid[]) and ${t}."deletedAt" is null and ${via} is not null group by 1
) ${d} where ${p}."id" = ${d}.parent`;
}

/** What the details of one parent come to, as columns n{i} and v{i}. */
function contribution(catalog: Catalog, group: RollupGroup, rollup: CatalogField, i: number, t: SQL): SQL[] {
  const { definition } = rollup;
  const matching = filterOf(catalog, group.detail, rollup, t);
  const filtered = matching === null ? sql.blank : sql` filter (where ${matching})`;
  const value = measured(group.detail, rollup, t);
  const [n, v] = [sql.identifier(`n${i}`), sql.identifier(`v${i}`)];
  if (value === null || definition?.type !== 'rollup') return [sql`count(*)${filtered} as ${n}`];
  switch (definition.fn) {
    case 'avg':
      return [sql`count(${value})${filtered} as ${n}`, sql`coalesce(sum(${exact(value)})${filtered}, 0) as ${v}`];
    case 'min':
      return [sql`min(${value})${filtered} as ${v}`];
    case 'max':
      return [sql`max(${value})${filtered} as ${v}`];
    default:
      return [sql`coalesce(sum(${exact(value)})${filtered}, 0) as ${v}`];
  }
}

/** By way of text, so that adding a double and taking it away leaves nothing. */
const exact = (value: SQL): SQL => sql`${value}::text::numeric`;

function moved(rollup: CatalogField, i: number, p: SQL, d: SQL, sign: '+' | '-'): SQL[] {
  const [n, v] = [sql`${d}.${sql.identifier(`n${i}`)}`, sql`${d}.${sql.identifier(`v${i}`)}`];
  const name = (suffix: string) => sql.identifier(columnName(rollup, suffix));
  const by = (suffix: string, what: SQL) => {
    const before = sql`coalesce(${columnAt(p, columnName(rollup, suffix))}, 0)`;
    return sign === '+' ? sql`${before} + ${what}` : sql`${before} - ${what}`;
  };
  switch (functionOf(rollup)) {
    case 'count':
      return [sql`${name('')} = ${by('', n)}`];
    case 'sum':
      return [sql`${name('')} = trim_scale(${by('', v)})`];
    case 'avg':
      return [
        sql`${name('count')} = ${by('count', n)}`,
        sql`${name('sum')} = trim_scale(${by('sum', v)})`,
        sql`${name('')} = ${average(by('sum', v), by('count', n))}`,
      ];
    case 'min':
      return [sql`${name('')} = least(${columnAt(p, rollup.column)}, ${v})`];
    case 'max':
      return [sql`${name('')} = greatest(${columnAt(p, rollup.column)}, ${v})`];
  }
}

const average = (sum: SQL, count: SQL): SQL => sql`trim_scale(round((${sum}) / nullif(${count}, 0), 12))`;

/** Some rollups of a group anew from all details, for the parents of `param(0)`; null stands for all of them. */
function recompute(catalog: Catalog, group: RollupGroup, rollups: readonly CatalogField[]): SQL {
  const [t, p, d] = [sql.identifier('t'), sql.identifier('p'), sql.identifier('d')];
  const parts = rollups.flatMap((rollup, i) => contribution(catalog, group, rollup, i, t));
  const sets = rollups.flatMap((rollup, i) => wholes(rollup, i, d));
  const via = columnAt(t, group.via.column);
  const table = dataTable(group.parent.table);
  return sql`
update ${table} ${p} set ${sql.join(sets, ', ')} from ${table} q cross join lateral (
  select ${sql.join(parts, ', ')} from ${dataTable(group.detail.table)} ${t}
  where ${via} = q."id" and ${t}."deletedAt" is null
) ${d} where ${p}."id" = q."id" and (${param(0)}::uuid[] is null or q."id" = any(${param(0)}::uuid[]))`;
}

function wholes(rollup: CatalogField, i: number, d: SQL): SQL[] {
  const [n, v] = [sql`${d}.${sql.identifier(`n${i}`)}`, sql`${d}.${sql.identifier(`v${i}`)}`];
  const name = (suffix: string) => sql.identifier(columnName(rollup, suffix));
  switch (functionOf(rollup)) {
    case 'count':
      return [sql`${name('')} = ${n}`];
    case 'sum':
      return [sql`${name('')} = trim_scale(${v})`];
    case 'avg':
      return [
        sql`${name('count')} = ${n}`,
        sql`${name('sum')} = trim_scale(${v})`,
        sql`${name('')} = ${average(v, n)}`,
      ];
    default:
      return [sql`${name('')} = ${v}`];
  }
}

function measured(detail: CatalogObject, { definition }: CatalogField, t: SQL): SQL | null {
  if (definition?.type !== 'rollup' || definition.fn === 'count' || definition.of === undefined) return null;
  const of = detail.fields.get(definition.of);
  return of?.handler.comparable?.expression(of, t) ?? null;
}

/** A rollup counts records whoever looks: its filter is meant with full rights. */
function filterOf(catalog: Catalog, detail: CatalogObject, { definition }: CatalogField, t: SQL): SQL | null {
  if (definition?.type !== 'rollup' || definition.filter === undefined) return null;
  const access = accessOf(catalog, { kind: 'system', name: 'setup' });
  const object = access.object(detail.name);
  return object === null ? null : filterSql(access, object, parseConstantFilter(definition.filter), t);
}

/**
 * Computes an object's rollups anew, of some of its records or of all: for a rollup that was just declared. Then those
 * that read them.
 */
export async function recomputeRollups(
  db: Queryable,
  work: Pick<Work, 'access' | 'actor' | 'catalog' | 'now' | 'timeZone'>,
  parent: CatalogObject,
  ids: readonly string[] | null = null,
): Promise<void> {
  for (const group of rollupGroups(work.catalog)) {
    if (group.parent !== parent) continue;
    await runPlan(db, work, `recompute ${group.name}`, () => recompute(work.catalog, group, group.rollups), [ids]);
  }
}

/**
 * The groups to keep for some details, in the order in which they must be: for a group whose rollups another reads, the
 * parents are details of that one.
 */
export interface Effect {
  readonly detail: CatalogObject;
  readonly id: string;
  /** Names of fields that change; null when the record comes or goes. */
  readonly fields: ReadonlySet<string> | null;
  /** The parent before and after, by relation. */
  readonly parents: (via: CatalogField) => { readonly before: string | null; readonly after: string | null };
}

/** `parentOf` tells the parent of a record that isn't written itself, as the database has it. */
export function touchedBy(
  catalog: Catalog,
  effects: readonly Effect[],
  parentOf: (object: CatalogObject, id: string, via: CatalogField) => string | null,
): Touched[] {
  const all: (Touched & { readonly met: ReadonlySet<string> })[] = [];
  const written = new Map(effects.map((effect) => [`${effect.detail.name} ${effect.id}`, effect]));
  for (const group of rollupGroups(catalog)) {
    const [details, left, met] = [new Set<string>(), new Set<string>(), new Set<string>()];
    const touch = (id: string, before: string | null, after: string | null) => {
      if (before === null && after === null) return;
      details.add(id);
      if (before !== null) left.add(before);
      for (const parent of [before, after]) if (parent !== null) met.add(parent);
    };
    for (const effect of effects) {
      if (effect.detail !== group.detail) continue;
      if (effect.fields !== null && ![...effect.fields].some((field) => group.inputs.has(field))) continue;
      const { before, after } = effect.parents(group.via);
      touch(effect.id, before, after);
    }
    for (const other of all) {
      if (!reads(group, other.group)) continue;
      for (const id of other.met) {
        const effect = written.get(`${group.detail.name} ${id}`);
        const parent = effect === undefined ? parentOf(group.detail, id, group.via) : null;
        const ends = effect?.parents(group.via) ?? { before: parent, after: parent };
        touch(id, ends.before, ends.after);
      }
    }
    if (details.size > 0) all.push({ group, details, left, met });
  }
  return all;
}
