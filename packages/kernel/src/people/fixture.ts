import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, type Grant, type MetadataDocument, newId, type Role } from '@huike/schema';
import type { Actor, Origin, UserActor } from '../access/actor.ts';
import { loadCatalog } from '../catalog/index.ts';
import type { Catalog } from '../catalog/types.ts';
import { type Database, sql, type Tx } from '../database/index.ts';
import { applyMetadata, installAll } from '../evolve/index.ts';
import { type WriteContext, write } from '../write/index.ts';
import { actorForUser } from './actor.ts';
import { storePasswords } from './credentials.ts';
import { peopleHooks } from './hooks.ts';
import { hashPassword } from './passwords.ts';
import { openPeople, type People } from './people.ts';
import { secretsFrom } from './secrets.ts';

// For tests: a company with people in it, and a clock that stands until it is moved.

export const password = 'vexing otter 41';
const setup = { kind: 'system', name: 'setup' } as const;

export interface NewUser {
  readonly name?: string;
  readonly email?: string;
  readonly roles?: readonly string[];
  readonly department?: string | null;
  readonly active?: boolean;
  readonly password?: string | null;
}

export interface Company {
  readonly people: People;
  /** The same database seen by another server process. */
  readonly other: People;
  readonly setProfile: (profile: Catalog['company']['profile']) => Promise<void>;
  readonly addUser: (user?: NewUser) => Promise<{ readonly id: string; readonly email: string }>;
  readonly addDepartment: (parent?: string | null, external?: boolean) => Promise<string>;
  /** The actor that a user is. */
  readonly actorOf: (userId: string) => Promise<UserActor>;
  readonly events: () => Promise<
    { readonly type: string; readonly actor: string; readonly ip: string | null; readonly data: unknown }[]
  >;
  readonly pass: (span: { readonly seconds?: number; readonly minutes?: number; readonly days?: number }) => void;
}

const keeps: Grant = { read: 'all', create: true, update: 'all', delete: 'all', transfer: 'all' };
const onPeople = { user: keeps, department: keeps, position: keeps };
const roles: readonly Role[] = [
  { name: 'rep' },
  { name: 'clerk', objects: onPeople, capabilities: ['people'] },
  // Everything on the records, nothing besides.
  { name: 'meddler', objects: onPeople },
];

export const origin: Origin = { ip: '192.0.2.1', userAgent: 'test', requestId: null };

/** A company without people, on a database of its own. */
export async function openCompany(database: Database, metadata: MetadataDocument = {}): Promise<Company> {
  let time = Date.parse('2026-03-02T09:00:00Z');
  await installAll(database);
  await applyMetadata(database, setup, { ...metadata, roles });
  let catalog = await loadCatalog(database);
  const secrets = secretsFrom(randomBytes(32));
  const parts = {
    database,
    secrets,
    catalog: () => catalog,
    now: () => new Date(time),
    write: (actor: Actor, commands: readonly Command[]) => write(context, actor, commands),
  };
  const people = openPeople(parts);
  const reload = async () => {
    catalog = await loadCatalog(database);
    return catalog;
  };
  const context: WriteContext = {
    db: database,
    catalogs: { current: () => catalog, reload },
    now: parts.now,
    hooks: peopleHooks(people),
    validators: [],
    committed: () => {},
  };
  // The cost of a hash is paid once: most tests don't look at it.
  const usual = await hashPassword(password);

  return {
    people,
    other: openPeople(parts),
    async setProfile(profile) {
      await applyMetadata(database, setup, { settings: [{ name: 'company', profile }] });
      await reload();
    },
    async addUser(user = {}) {
      const id = newId();
      const email = user.email ?? `${id.slice(-12)}@example.com`;
      const department = user.department ?? null;
      await database.execute(
        sql`insert into data."user" (id, version, owner, department, "createdAt", "updatedAt", name, email, roles, active)
        values (${sql.value(id)}, 1, ${sql.value(id)}, ${sql.value(department)}, now(), now(), ${sql.value(user.name ?? 'Li Na')}, ${sql.value(email)}, ${sql.value([...(user.roles ?? ['rep'])])}, ${sql.value(user.active ?? true)})`,
      );
      if (user.password !== null) {
        const hash = user.password === undefined ? usual : await hashPassword(user.password);
        await storePasswords(database, [{ userId: id, hash, mustChange: false }], new Date(time));
      }
      return { id, email };
    },
    async addDepartment(parent = null, external = false) {
      const id = newId();
      await database.execute(
        sql`insert into data.department (id, version, department, "createdAt", "updatedAt", name, parent, external)
        values (${sql.value(id)}, 1, ${sql.value(id)}, now(), now(), 'D', ${sql.value(parent)}, ${sql.value(external)})`,
      );
      return id;
    },
    async actorOf(userId) {
      const actor = await actorForUser(people, userId, origin);
      if (actor === null) throw new Error('no such user');
      return actor;
    },
    events: () =>
      database.query(
        sql`select op as type, actor, ip, data from huike.change_pending where kind = 'event' and op not like 'metadata%' order by n`,
      ),
    pass({ seconds = 0, minutes = 0, days = 0 }) {
      time += ((days * 24 * 60 + minutes) * 60 + seconds) * 1000;
    },
  };
}

/**
 * Lets several do their work up to the point where all of them wait for the row that `holds` locks, then lets go: the
 * closest that two can come. Those that don't wait for it are done by then.
 */
export async function allAtOnce<T>(
  database: Database,
  holds: (tx: Tx) => Promise<unknown>,
  works: readonly (() => Promise<T>)[],
): Promise<PromiseSettledResult<T>[]> {
  let settled = 0;
  let results: Promise<PromiseSettledResult<T>[]> = Promise.resolve([]);
  await database.transaction(async (tx) => {
    await holds(tx);
    results = Promise.allSettled(works.map((work) => work().finally(() => settled++)));
    for (;;) {
      // Within a transaction this view doesn't move.
      const [row] = await database.query<{ count: number }>(
        sql`select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      if ((row?.count ?? 0) + settled >= works.length) return;
      await sleep(5);
    }
  });
  return results;
}

/** Holds what every write asks last: by then, all that it checks is checked. */
export const holdWrites = (tx: Tx) => tx.query(sql`lock table huike.metadata_version in access exclusive mode`);
