// The one write path. A write is read from top to bottom: commands become rows, rows are locked, admitted, completed
// and compared with what is stored; then everything that follows is sent in one go and committed.
import { type Command, newId } from '@huike/schema';
import { type Actor, accessOf } from '../access/index.ts';
import type { Catalog } from '../catalog/types.ts';
import type { Queryable, Tx } from '../database/index.ts';
import { zoneOf } from '../filter/slots.ts';
import { admit } from './admit.ts';
import { again } from './again.ts';
import { compare } from './compare.ts';
import { complete, refuseMissing } from './complete.ts';
import { Conflict, conflictIn, explain, refuseDoubles, throwConflict } from './conflicts.ts';
import { giveDefaults } from './defaults.ts';
import { refuseReferred } from './discover.ts';
import { Failures } from './failures.ts';
import { admitFiles } from './files.ts';
import { admitOwners, validate } from './finish.ts';
import { compareLinks } from './links.ts';
import { lock } from './lock.ts';
import { numberApart, numberWithin } from './numbers.ts';
import { inRounds } from './partial.ts';
import { plan } from './plan.ts';
import { resolve } from './resolve.ts';
import { revert } from './revert.ts';
import { type Decided, send, sendAlone, standsAlone } from './send.ts';
import { takeForHooks } from './taken.ts';
import type { Refused, Work, WriteContext, WriteOptions, Written } from './types.ts';

/**
 * Does all commands or none, in one transaction. Answers one result for each, in order.
 *
 * Throws a Problem with everything that is wrong: `write.invalid` for values, or the first of what is refused
 * otherwise (`object.unknown`, `record.unknown`, `access.denied`, `access.fieldDenied`, `write.version`,
 * `write.conflict`, `write.restricted`), each with a path `/{index}/…` among its issues.
 */
export function write(
  context: WriteContext,
  actor: Actor,
  commands: readonly Command[],
  options: WriteOptions = {},
): Promise<Written[]> {
  return writeLeft(context, actor, commands, options);
}

/** The same as a part of a transaction that `transact` opened. */
export async function writeIn(
  tx: Tx,
  context: WriteContext,
  actor: Actor,
  commands: readonly Command[],
  options: WriteOptions = {},
): Promise<Written[]> {
  try {
    return await writeLeftIn(tx, context, actor, commands, options);
  } catch (error) {
    if (error instanceof Conflict) throwConflict(error);
    throw error;
  }
}

/**
 * Does the commands that can be done, in one transaction, and tells of each other one why not. A command that refers to
 * one that fails, fails too.
 */
export function writePartial(
  context: WriteContext,
  actor: Actor,
  commands: readonly Command[],
  options: WriteOptions = {},
): Promise<(Written | Refused)[]> {
  return inRounds(commands, (left) => writeLeft(context, actor, left, options));
}

/** The same as a part of a transaction that `transact` opened. */
export function writePartialIn(
  tx: Tx,
  context: WriteContext,
  actor: Actor,
  commands: readonly Command[],
  options: WriteOptions = {},
): Promise<(Written | Refused)[]> {
  return inRounds(commands, (left) =>
    tx
      .savepoint(() => writeLeftIn(tx, context, actor, left, options))
      .catch((error: unknown) => (error instanceof Conflict ? explain(tx, error) : Promise.reject(error))),
  );
}

/** Commands of which some were taken out: their places stay. */
type Left = readonly (Command | undefined)[];

async function writeLeft(
  context: WriteContext,
  actor: Actor,
  commands: Left,
  options: WriteOptions,
): Promise<Written[]> {
  const taken = await takeForHooks(context, commands);
  return again(context, async (catalog, once) => {
    const work = begin(context, catalog, actor, options);
    try {
      await understand(context.db, work, commands, taken);
      if (work.failures.none) await numberApart(work);
      if (standsAlone(work, options)) {
        await performAlone(work);
        return results(work);
      }
      // The last statements go out together with the commit.
      return await once(async (tx) => {
        await perform(tx, work, options);
        return results(work);
      });
    } catch (error) {
      const conflict = conflictIn(work, error);
      if (conflict instanceof Conflict) return explain(context.db, conflict);
      throw conflict;
    }
  });
}

async function writeLeftIn(
  tx: Tx,
  context: WriteContext,
  actor: Actor,
  commands: Left,
  options: WriteOptions,
): Promise<Written[]> {
  const taken = await takeForHooks(context, commands);
  const work = begin(context, context.catalogs.current(), actor, options);
  try {
    await understand(tx, work, commands, taken);
    await Promise.all(await perform(tx, work, options));
    return results(work);
  } catch (error) {
    throw conflictIn(work, error);
  }
}

function begin(context: WriteContext, catalog: Catalog, actor: Actor, options: WriteOptions): Work {
  return {
    context,
    catalog,
    actor,
    access: accessOf(catalog, actor),
    now: context.now(),
    timeZone: zoneOf(actor, catalog),
    batch: newId(),
    onBehalf: options.onBehalf ?? null,
    failures: new Failures(),
    rows: [],
    top: [],
  };
}

/** What the commands mean: which records, which fields, which values. Nothing is locked yet. */
async function understand(
  db: Queryable,
  work: Work,
  commands: Left,
  taken: ReadonlyMap<number, unknown>,
): Promise<void> {
  plan(work, commands);
  for (const [index, prepared] of taken) {
    const row = work.top[index];
    if (row !== undefined) row.prepared = prepared;
  }
  await resolve(db, work);
  await revert(db, work);
  giveDefaults(work);
}

/** Locks, checks and works out what is to be written. Throws all that is wrong. */
async function decide(db: Queryable, work: Work, rules: () => Promise<void>): Promise<Decided> {
  const locks = await lock(db, work);
  admit(work, locks);
  await Promise.all([refuseReferred(db, work), admitFiles(db, work)]);
  const links = await compareLinks(db, work);
  if (work.failures.none) await numberWithin(db, work);
  complete(work, locks);
  refuseMissing(work);
  compare(work, links);
  admitOwners(work, locks);
  refuseDoubles(work);
  await rules();
  work.failures.throwIfAny();
  return { locks, links };
}

async function perform(tx: Tx, work: Work, options: WriteOptions): Promise<Promise<unknown>[]> {
  const decided = await decide(tx, work, () => validate(tx, work));
  return send(tx, work, decided, options);
}

async function performAlone(work: Work): Promise<void> {
  const { db } = work.context;
  await decide(db, work, async () => {});
  await sendAlone(db, work);
}

function results(work: Work): Written[] {
  return work.top.flatMap((row, index): Written[] => {
    if (row === undefined) return [];
    const version = Number((row.dirty ? row.after : row.before)?.version ?? 0);
    return [{ index, id: row.id, op: row.dirty ? row.op : 'none', version }];
  });
}

export { transact } from './again.ts';
export type * from './types.ts';
