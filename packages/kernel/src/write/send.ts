// Sending what was decided. Usually several statements in one go; a write that only adds records, or only changes some
// of one object, is a single one.
import type { CatalogField } from '../catalog/types.ts';
import { appendChanges, appendSql, appendValues, type Batch, type NewChange } from '../changes/index.ts';
import { copyFrom } from '../database/copy.ts';
import type { Queryable, Tx } from '../database/index.ts';
import { sql } from '../database/sql.ts';
import { enqueue } from '../jobs/index.ts';
import { whenCommitted } from './again.ts';
import { changedFields } from './compare.ts';
import { parentGiven } from './discover.ts';
import { givesFiles, writeFileLinks } from './files.ts';
import { hooksAfter, runHooks } from './finish.ts';
import { type LinkChange, writeLinks } from './links.ts';
import { type Locks, targetsOf } from './lock.ts';
import { groupsOf } from './rollup-groups.ts';
import { add, subtract, type Touched, touchedBy } from './rollups.ts';
import { type Stored, shapeOf } from './shape.ts';
import { param, run, type Statement, together } from './statement.ts';
import { copyMany, inserts, updates } from './store.ts';
import type { Row, Work, WriteOptions } from './types.ts';

/** What the work does, in the end. */
export interface Decided {
  readonly locks: Locks;
  readonly links: ReadonlyMap<Row, readonly LinkChange[]>;
}

/**
 * Sends everything, the check of the metadata's version last. The statements that it returns are on their way and need
 * not be waited for: the transaction minds their failures.
 */
export async function send(tx: Tx, work: Work, decided: Decided, options: WriteOptions): Promise<Promise<unknown>[]> {
  const dirty = work.rows.filter((row) => row.dirty);
  const touched = touchedRollups(work, decided.locks, dirty);
  if (dirty.length > 0) whenCommitted(tx, work.context.committed);
  const jobs = options.jobs ?? [];
  const plain = touched.length === 0 && decided.links.size === 0 && jobs.length === 0 && isPlain(work, dirty);
  const sent = plain ? [run(tx, work, allInOne(work, dirty))] : await sendParts(tx, work, decided, touched, jobs);
  for (const statement of sent) statement.catch(() => {});
  return sent;
}

async function sendParts(
  tx: Tx,
  work: Work,
  { links }: Decided,
  touched: readonly Touched[],
  jobs: NonNullable<WriteOptions['jobs']>,
): Promise<Promise<unknown>[]> {
  const dirty = work.rows.filter((row) => row.dirty);
  const sent = [...subtract(tx, work, touched), ...updates(work).map((one) => run(tx, work, one))];
  await copyMany(tx, work);
  sent.push(...inserts(work).map((one) => run(tx, work, one)));
  sent.push(...writeLinks(tx, work, links), ...writeFileLinks(tx, work));
  const logged = appendChanges(tx, batchOf(work), dirty.map(changeOf));
  if (dirty.length >= copyFrom) await logged;
  sent.push(logged, ...add(tx, work, touched), enqueue(tx, jobs));
  for (const statement of sent) statement.catch(() => {});
  await runHooks(tx, work);
  for (const fn of hooksAfter(work)) whenCommitted(tx, fn);
  sent.push(run(tx, work, expectation(work)));
  return sent;
}

/** Whether nothing but rows of their own tables is written, in any order. */
function isPlain(work: Work, dirty: readonly Row[]): boolean {
  if (dirty.length === 0 || dirty.length >= copyFrom || work.rows.some(isMinded)) return false;
  return dirty.every((row) => row.op === 'create') || updates(work).length + inserts(work).length === 1;

  function isMinded(row: Row): boolean {
    return givesFiles(row) || work.context.hooks.has(row.object.name);
  }
}

/** The rows, their changes and the check of the metadata's version in one statement. */
function allInOne(work: Work, dirty: readonly Row[]): Statement {
  const log: Statement = {
    key: 'log',
    compile: (at) => appendSql((place) => param(at + place)),
    values: appendValues(batchOf(work), dirty.map(changeOf)),
  };
  return together([...updates(work), ...inserts(work), log], expectation(work));
}

function expectation(work: Work): Statement {
  return {
    key: 'expect',
    compile: (at) => sql`select huike.expect_metadata(${param(at)})`,
    values: [work.catalog.version],
  };
}

/** Whether a work adds records that lean on nothing: then it needs no transaction but that of its one statement. */
export function standsAlone(work: Work, options: WriteOptions): boolean {
  const { context, catalog, rows } = work;
  if ((options.jobs ?? []).length > 0 || context.validators.length > 0) return false;
  if (rows.length === 0 || rows.length >= copyFrom) return false;
  return rows.every(
    (row) =>
      row.op === 'create' &&
      !context.hooks.has(row.object.name) &&
      !givesFiles(row) &&
      targetsOf(row).every(({ field }) => row.defaulted.has(field) && field.type !== 'relation') &&
      groupsOf(catalog, row.object).every((group) => parentGiven(row, group) === null) &&
      shapeOf(row.object).numbered.every((field) => field.column in row.numbers),
  );
}

/** Writes a work that stands alone. */
export async function sendAlone(db: Queryable, work: Work): Promise<void> {
  await run(db, work, allInOne(work, work.rows));
  work.context.committed();
}

function batchOf(work: Work): Batch {
  return { id: work.batch, actor: work.actor, onBehalf: work.onBehalf, at: work.now };
}

function changeOf(row: Row): NewChange {
  return {
    op: row.op,
    object: row.object.id,
    record: row.id,
    version: Number(row.after.version),
    data: row.difference,
  };
}

function touchedRollups(work: Work, locks: Locks, dirty: readonly Row[]): Touched[] {
  const effects = dirty.map((row) => ({
    detail: row.object,
    id: row.id,
    fields: row.op === 'update' && !row.revive ? changedFields(row) : null,
    parents: (via: CatalogField) => ({ before: parentIn(row.before, via), after: parentIn(row.after, via) }),
  }));
  return touchedBy(work.catalog, effects, (object, id, via) => parentIn(locks.get(object, id)?.stored ?? null, via));
}

/** A record counts where its relation points, while it lives. */
function parentIn(row: Readonly<Stored> | null, via: CatalogField): string | null {
  const id = row === null || (row.deletedAt ?? null) !== null ? null : (row[via.column] ?? null);
  return typeof id === 'string' ? id : null;
}
