import {
  type App,
  type Check,
  checkState,
  cleanReferences,
  type Items,
  type Kind,
  type MetadataDocument,
  type MetadataState,
  problem,
  type Removal,
  rawState,
  typedState,
} from '@huike/schema';
import type { Actor } from '../access/actor.ts';
import type { Source } from '../catalog/resolve.ts';
import type { Database, Queryable, Tx } from '../database/index.ts';
import { type SQL, sql } from '../database/sql.ts';
import { restoreNothing } from './aside.ts';
import { goneOf } from './assign.ts';
import { catalogIssues } from './check.ts';
import { filled } from './filled.ts';
import type { Plan, PlanConflict } from './plan.ts';
import { type Proposal, prepare } from './prepare.ts';
import { type Applied, type EvolveOptions, evolve, planOf, shippedByKernel } from './run.ts';
import { mergeShipped, type Shipped, shippedItems } from './shipped.ts';

// Apps: declarations that are shipped, installed, edited by the customer, and shipped anew.

/** The app whose declarations are the kernel's own: it can't be uninstalled, and its objects not redefined. */
export const kernelApp = 'kernel';

/**
 * Installs an app, or upgrades it by three-way merge: what the customer edited stays, what the app changed elsewhere
 * arrives; clashes are in the plan and in `metadataClashes`. Throws `metadata.invalid` when the app's declarations are
 * wrong, and as `applyMetadata` does.
 */
export async function installApp(db: Database, actor: Actor, app: App): Promise<Applied> {
  // What the merge left to the customer, of the attempt that came through.
  let conflicts: readonly PlanConflict[] = [];
  const propose = async (source: Source, queryable: Queryable): Promise<Proposal> => {
    const proposal = await installed(source, queryable, app);
    conflicts = proposal.conflicts;
    return proposal;
  };
  const options: EvolveOptions = {
    document: app.metadata,
    app: app.name,
    also: (tx) => remember(tx, app, conflicts),
  };
  return evolve(db, actor, propose, options);
}

/** What `installApp` would do. */
export async function planApp(db: Queryable, app: App): Promise<Plan> {
  return planOf(db, (source, queryable) => installed(source, queryable, app));
}

async function installed(source: Source, db: Queryable, app: App): Promise<Proposal> {
  const shipped = await shippedApps(db);
  const before = shippedItems(shipped.get(app.name) ?? {});
  const others = [...shipped].filter(([name]) => name !== app.name).map(([, document]) => shippedItems(document));
  const raw = rawState(source.state);
  const merged = await mergeShipped(
    { before: before.items, now: itemsOf(app.metadata), others: others.map(({ items }) => items), current: raw },
    (object, field) => filled(db, source, object, field),
  );
  const typed = typedState(merged.state, raw, source.state);
  const proposal = cleaned(source.state, typed, []);
  const check = checkOf(source.state, proposal, await shippedByKernel(db, app));
  refuse(checkState(check));
  const whole = { ...proposal, restore: restoreNothing, conflicts: merged.conflicts };
  refuse(catalogIssues(prepare(source, whole), check.place));
  return whole;
}

function itemsOf(document: MetadataDocument): Shipped {
  const { items, issues } = shippedItems(document);
  refuse(issues);
  return items;
}

function refuse(issues: Parameters<typeof problem>[2] & object): void {
  if (issues.length > 0) throw problem('metadata.invalid', { count: issues.length }, issues);
}

function checkOf(current: MetadataState, next: Pick<Proposal, 'state' | 'removed'>, builtIn: MetadataDocument): Check {
  return {
    current,
    ...next,
    place: (kind, name, path) => `/${kind}/${name}${path}`,
    given: () => true,
    options: { builtIn, lenient: true },
  };
}

/** The state without references to what it doesn't have any more. */
export function cleaned(current: MetadataState, state: MetadataState, removed: readonly Removal[]) {
  const gone = goneOf(current, state, removed);
  const isEmpty = gone.objects.size === 0 && gone.fields.size === 0;
  return { state: isEmpty ? state : cleanReferences(current, state), removed };
}

async function shippedApps(db: Queryable): Promise<ReadonlyMap<string, MetadataDocument>> {
  const rows = await db.query<{ name: string; shipped: MetadataDocument }>(sql`select name, shipped from huike.app`);
  return new Map(rows.map(({ name, shipped }) => [name, shipped]));
}

const json = (value: unknown): SQL => sql`${sql.value(JSON.stringify(value ?? null))}::jsonb`;

async function remember(tx: Tx, app: App, conflicts: readonly PlanConflict[]): Promise<void> {
  await tx.execute(
    sql`insert into huike.app (name, version, label, shipped) values (${sql.value(app.name)}, ${sql.value(app.version)}, ${json(app.label)}, ${json(app.metadata)}) on conflict (name) do update set version = excluded.version, label = excluded.label, shipped = excluded.shipped, installed_at = now()`,
  );
  const rows = conflicts.map(({ kind, name, path, shipped, kept }) => ({ kind, name, path, shipped, kept }));
  if (rows.length === 0) return;
  await tx.execute(
    sql`insert into huike.metadata_clash (app, kind, name, path, shipped, kept) select ${sql.value(app.name)}, kind, name, path, shipped, kept from jsonb_to_recordset(${json(rows)}) as c(kind text, name text, path text[], shipped jsonb, kept jsonb) on conflict (app, kind, name, path) do update set shipped = excluded.shipped, kept = excluded.kept, at = now()`,
  );
}

export interface InstalledApp {
  readonly name: string;
  readonly version: string;
  readonly label: App['label'];
  readonly installedAt: string;
}

/** The apps that are installed, in the order of their names. */
export async function installedApps(db: Queryable): Promise<readonly InstalledApp[]> {
  return db.query<InstalledApp>(
    sql`select name, version, label, installed_at as "installedAt" from huike.app order by name`,
  );
}

/**
 * Uninstalls an app: what it brought goes, with the data in it, which can be restored for 30 days. What another app
 * ships too stays. Throws `metadata.invalid` where something else still needs it.
 */
export async function uninstallApp(db: Database, actor: Actor, name: string): Promise<Applied> {
  const options: EvolveOptions = {
    document: { uninstall: name },
    app: name,
    also: async (tx) => {
      await tx.execute(sql`delete from huike.app where name = ${sql.value(name)}`);
      await tx.execute(sql`delete from huike.metadata_clash where app = ${sql.value(name)}`);
    },
  };
  return evolve(db, actor, (source, queryable) => uninstalled(source, queryable, name), options);
}

/** What `uninstallApp` would do. */
export async function planUninstall(db: Queryable, name: string): Promise<Plan> {
  return planOf(db, (source, queryable) => uninstalled(source, queryable, name));
}

async function uninstalled(source: Source, db: Queryable, name: string): Promise<Proposal> {
  if (name === kernelApp)
    throw problem('metadata.invalid', { count: 1 }, [{ path: '', code: 'metadata.builtIn', params: { name } }]);
  const shipped = await shippedApps(db);
  const own = shippedItems(shipped.get(name) ?? {}).items;
  const others = [...shipped].filter(([app]) => app !== name).map(([, document]) => shippedItems(document).items);
  const state = withoutShipped(source.state, own, others);
  const proposal = cleaned(source.state, state, []);
  refuse(checkState({ ...checkOf(source.state, proposal, await shippedByKernel(db)), given: () => false }));
  return { ...proposal, restore: restoreNothing, conflicts: [] };
}

function withoutShipped(state: MetadataState, own: Shipped, others: readonly Shipped[]): MetadataState {
  const shippedElsewhere = (kind: Kind, name: string) => others.filter((items) => items.get(kind)?.has(name));
  const kept = <K extends Kind>(kind: K): ReadonlyMap<string, Items[K]> => {
    const items: ReadonlyMap<string, Items[K]> = state[kind];
    return new Map([...items].filter(([name]) => !own.get(kind)?.has(name) || shippedElsewhere(kind, name).length > 0));
  };
  const objects = new Map(
    [...kept('objects')].map(([name, object]) => {
      const mine = names(own.get('objects')?.get(name)?.fields);
      const theirs = shippedElsewhere('objects', name).flatMap((items) =>
        names(items.get('objects')?.get(name)?.fields),
      );
      const fields = object.fields?.filter((field) => !mine.includes(field.name) || theirs.includes(field.name));
      return [name, fields?.length === object.fields?.length || fields === undefined ? object : { ...object, fields }];
    }),
  );
  return {
    settings: state.settings,
    optionSets: kept('optionSets'),
    identifierKinds: kept('identifierKinds'),
    objects,
    roles: kept('roles'),
    sharingRules: kept('sharingRules'),
    views: kept('views'),
    layouts: kept('layouts'),
    menus: kept('menus'),
    flows: kept('flows'),
  };
}

function names(fields: unknown): readonly string[] {
  return Array.isArray(fields) ? fields.map((field: { readonly name?: unknown }) => String(field.name)) : [];
}
