import { setTimeout as sleep } from 'node:timers/promises';
import {
  type App,
  isJsonObject,
  type JsonObject,
  type MetadataDocument,
  Problem,
  problem,
  validateDocument,
} from '@huike/schema';
import type { Actor } from '../access/actor.ts';
import { metadataChannel } from '../catalog/holder.ts';
import { loadSource } from '../catalog/load.ts';
import type { Source } from '../catalog/resolve.ts';
import type { Catalog } from '../catalog/types.ts';
import { actorName, appendEvent } from '../changes/index.ts';
import { type Database, errorCode, failPoint, type Queryable, type Tx } from '../database/index.ts';
import { sql } from '../database/sql.ts';
import { guardMetadata } from '../people/guard-metadata.ts';
import { restoreNothing } from './aside.ts';
import { catalogIssues } from './check.ts';
import { createIndex } from './ddl.ts';
import type { Plan, PlanStep } from './plan.ts';
import { type Prepared, type Proposal, prepare } from './prepare.ts';
import { lossSteps } from './probes.ts';
import { changedItems, storeAside, storeLog, storeState } from './store.ts';
import { withViewIndexes } from './views.ts';
import { largeTables, startWork } from './work.ts';

// A change of the metadata, from proposal to commit: one transaction, DDL and all.

export interface ApplyOptions {
  /** Losing data that the document doesn't name for deletion is meant. */
  readonly confirm?: boolean;
  /** Fails with `metadata.conflict` when the metadata is at another version. */
  readonly expectedVersion?: number;
}

export interface Applied {
  readonly version: number;
  readonly plan: Plan;
  readonly catalog: Catalog;
}

/** Makes the wanted state from the current one. Runs again when the metadata moved meanwhile. */
export type Propose = (source: Source, db: Queryable) => Promise<Proposal>;

/**
 * Brings the metadata to what a document declares. Throws `metadata.invalid` with all that is wrong,
 * `metadata.losesData` until confirmed, `metadata.conflict`, and `metadata.busy` when a table stays locked; nothing
 * is changed then. A document that changes nothing makes no version.
 */
export async function applyMetadata(
  db: Database,
  actor: Actor,
  document: unknown,
  options: ApplyOptions = {},
): Promise<Applied> {
  return evolve(db, actor, (source, tx) => proposalOf(source, tx, document), { ...options, document });
}

/** What `applyMetadata` would do. Throws `metadata.invalid`. */
export async function planMetadata(db: Queryable, document: unknown): Promise<Plan> {
  return planOf(db, (source, queryable) => proposalOf(source, queryable, document));
}

/** The plan of any proposal. */
export async function planOf(db: Queryable, propose: Propose): Promise<Plan> {
  const source = await loadSource(db);
  const prepared = prepare(source, await propose(source, db));
  return describe(source, prepared, await lossSteps(db, prepared));
}

async function proposalOf(source: Source, db: Queryable, document: unknown): Promise<Proposal> {
  const builtIn = await shippedByKernel(db);
  const validated = validateDocument(document, source.state, { builtIn });
  if (!validated.ok) throw problem('metadata.invalid', { count: validated.issues.length }, validated.issues);
  const proposal = { ...validated, restore: restoreNothing, conflicts: [] };
  const prepared = prepare(source, proposal);
  const issues = catalogIssues(prepared, validated.place);
  if (issues.length > 0) throw problem('metadata.invalid', { count: issues.length }, issues);
  if (proposal.state.views.size === 0 && source.state.views.size === 0) return proposal;
  const viewed = [...source.state.views.values(), ...proposal.state.views.values()].map((view) => view.object);
  const large = await largeTables(
    db,
    [...prepared.before.objects.values()].filter(({ name }) => viewed.includes(name)),
  );
  const names = [...prepared.before.objects.values()].filter(({ id }) => large.has(id)).map(({ name }) => name);
  const state = withViewIndexes(proposal.state, prepared.after, new Set(names), proposal.removed);
  return { ...proposal, state };
}

/** What the kernel declares: as it is installed, or as it is about to be. */
export async function shippedByKernel(db: Queryable, installing?: App): Promise<MetadataDocument> {
  if (installing?.name === 'kernel') return installing.metadata;
  const [row] = await db.query<{ shipped: MetadataDocument }>(sql`select shipped from huike.app where name = 'kernel'`);
  return row?.shipped ?? {};
}

const patience = 10_000;
const lockTimeout = 2_000;
/** A type change rewrites its table. */
const statementTimeout = 600_000;

export interface EvolveOptions extends ApplyOptions {
  /** As it is told in the history. */
  readonly document: unknown;
  readonly app?: string;
  /** Runs in the same transaction, even when nothing else changes. */
  readonly also?: (tx: Tx, version: number) => Promise<void>;
}

/** Runs a proposal to its end. */
export async function evolve(db: Database, actor: Actor, propose: Propose, options: EvolveOptions): Promise<Applied> {
  const end = performance.now() + patience;
  for (;;) {
    try {
      const applied = await db.transaction((tx) => run(tx, actor, propose, options), { lockTimeout, statementTimeout });
      failPoint('evolve.committed');
      return applied;
    } catch (error) {
      const busy = error instanceof Problem && error.code === 'write.busy';
      if (!busy) throw wordsFor(error);
      if (performance.now() > end) throw problem('metadata.busy');
      await sleep(50 + Math.random() * 100);
    }
  }
}

async function run(tx: Tx, actor: Actor, propose: Propose, options: EvolveOptions): Promise<Applied> {
  // Two who change the metadata go one after the other; the second sees what the first did.
  await tx.query(sql`select version from huike.metadata_version for update`);
  const source = await loadSource(tx);
  const expected = options.expectedVersion;
  if (expected !== undefined && expected !== source.version) throw problem('metadata.conflict');
  const prepared = prepare(source, await propose(source, tx));
  const plan = describe(source, prepared, await lossSteps(tx, prepared));
  if (plan.steps.length === 0) {
    await options.also?.(tx, source.version);
    return { version: source.version, plan, catalog: prepared.before };
  }
  refuseLoss(plan.steps, options.confirm ?? false);

  const version = source.version + 1;
  await lockTables(tx, prepared);
  await tx.pipeline([...prepared.statements, ...prepared.indexes.map(({ table, index }) => createIndex(table, index))]);
  failPoint('evolve.tables');
  await tx.pipeline([
    ...storeState(source, prepared, options.app ?? null),
    ...storeAside(prepared.aside, prepared.restored, version),
  ]);
  await guardMetadata(tx, prepared.before, prepared.after);
  await startWork(tx, prepared);
  failPoint('evolve.stored');
  await storeLog(tx, {
    version,
    actor: actorName(actor),
    app: options.app ?? null,
    document: options.document,
    plan: { steps: plan.steps, conflicts: plan.conflicts },
    items: changedItems(source.state, prepared.source.state),
  });
  await options.also?.(tx, version);
  await appendEvent(tx, actor, { type: 'metadata.applied', data: eventData(version, options.app, plan.steps) });
  await tx.pipeline([
    sql`update huike.metadata_version set version = ${sql.value(version)}::int`,
    sql`select pg_notify(${sql.value(metadataChannel)}, ${sql.value(String(version))})`,
  ]);
  failPoint('evolve.commit');
  // Indexes that the work left for later show as building.
  return { version, plan, catalog: prepared.after };
}

/** Shorter than PostgreSQL waits before it looks for a deadlock. */
const lockPatience = 150;

/**
 * Takes every table that changes, all or none. Writers and readers take the same tables in orders of their own, so
 * that each may hold what the other waits for: give up soon, let them pass, and try again in another order.
 */
async function lockTables(tx: Tx, prepared: Prepared): Promise<void> {
  const read = prepared.fills.flatMap(({ object, sources }) => [object, ...sources]).map(({ table }) => table);
  const there = [...prepared.before.objects.values()].map(({ table }) => table);
  const shared = new Set(read.filter((table) => there.includes(table) && !prepared.altered.includes(table)));
  const locks = [
    ...prepared.altered.map((table) => sql`lock table ${sql.identifier('data', table)} in access exclusive mode`),
    ...[...shared].map((table) => sql`lock table ${sql.identifier('data', table)} in share mode`),
  ];
  if (locks.length === 0) return;
  const shuffled = locks.map((lock) => ({ lock, at: Math.random() })).toSorted((a, b) => a.at - b.at);
  await tx.pipeline([
    sql`select set_config('lock_timeout', ${sql.value(String(lockPatience))}, true)`,
    ...shuffled.map(({ lock }) => lock),
    sql`select set_config('lock_timeout', ${sql.value(String(lockTimeout))}, true)`,
  ]);
}

function describe(source: Source, prepared: Prepared, loss: readonly PlanStep[]): Plan {
  const indexes = prepared.work.flatMap(({ object, indexes: made }) =>
    made.map((index) => createIndex(object.table, index)),
  );
  const statements = [
    ...prepared.statements,
    ...prepared.indexes.map(({ table, index }) => createIndex(table, index)),
    ...indexes,
  ];
  return {
    version: source.version,
    steps: [...prepared.steps, ...loss],
    conflicts: prepared.conflicts,
    statements: statements.map((statement) => sql.compile(statement).text),
  };
}

function refuseLoss(steps: readonly PlanStep[], confirmed: boolean): void {
  const unasked = confirmed ? [] : steps.filter((step) => step.unasked === true);
  if (unasked.length === 0) return;
  const what = unasked
    .map((step) => (step.object === undefined ? step.name : `${step.object}.${step.name}`))
    .join(', ');
  throw problem('metadata.losesData', { what });
}

const mostStepsInEvent = 200;

function eventData(version: number, app: string | undefined, steps: readonly PlanStep[]): JsonObject {
  const told = steps.slice(0, mostStepsInEvent).map(({ kind, object, name, action }) => ({
    kind,
    name,
    action,
    ...(object === undefined ? {} : { object }),
  }));
  return { version, steps: told, count: steps.length, ...(app === undefined ? {} : { app }) };
}

/** What PostgreSQL says of a change that it can't make, in the product's words. */
function wordsFor(error: unknown): unknown {
  const detail = isJsonObject(error) && typeof error.detail === 'string' ? error.detail : '';
  if (errorCode(error) === '23505') {
    const [, name = '', example = ''] = /^Key \((.*?)\)=\((.*)\) is duplicated/.exec(detail) ?? [];
    return problem('metadata.duplicateValues', { name: name.replaceAll('"', ''), example });
  }
  if (errorCode(error) === '54011') return problem('metadata.tooManyColumns');
  if (errorCode(error) === '53200') return problem('metadata.tooLarge');
  return error;
}
