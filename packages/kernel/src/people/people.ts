import type { Command } from '@huike/schema';
import type { Actor, UserActor } from '../access/actor.ts';
import type { Catalog } from '../catalog/types.ts';
import { type Database, type Queryable, type SQL, sql } from '../database/index.ts';
import { type Policy, policyOf } from './policy.ts';
import type { Secrets } from './secrets.ts';
import { VersionedCache, VersionWatch } from './versions.ts';

/** What must still be done before a session is one: a one-time code, enrolling a second factor, a new password. */
export const pendingSteps = ['otp', 'enrol', 'password'] as const;
export type Pending = (typeof pendingSteps)[number];

export interface Session {
  readonly id: string;
  readonly userId: string;
  readonly pending: readonly Pending[];
}

/** What an actor is made of. */
export interface UserFacts {
  readonly version: bigint;
  readonly userId: string;
  readonly roles: readonly string[];
  readonly department: string | null;
  readonly departmentTree: readonly string[];
  readonly departmentPath: readonly string[];
  readonly external: boolean;
  readonly language: UserActor['language'] | null;
  readonly timeZone: string | null;
}

export interface SessionEntry extends UserFacts {
  readonly session: Session;
  readonly seenAt: number;
  readonly expiresAt: number;
  /** Whose eyes the session has; `facts` null when that user may not sign in any more. */
  readonly seesAs: { readonly facts: UserFacts | null } | null;
}

export interface TokenEntry extends UserFacts {
  readonly scopes: readonly string[];
  readonly usedAt: number;
  readonly expiresAt: number;
}

/** What everything about people works with. One for each process. */
export interface People {
  readonly database: Database;
  readonly secrets: Secrets;
  /** The metadata as it stands. */
  readonly catalog: () => Catalog;
  readonly write: WriteRecords;
  readonly now: () => Date;
  readonly watch: VersionWatch;
  readonly sessions: VersionedCache<SessionEntry>;
  readonly tokens: VersionedCache<TokenEntry>;
}

/** The one way to write records: `write` with everything but who and what. */
export type WriteRecords = (actor: Actor, commands: readonly Command[]) => Promise<readonly { readonly id: string }[]>;

export interface PeopleParts {
  readonly database: Database;
  readonly secrets: Secrets;
  readonly catalog: () => Catalog;
  readonly write: WriteRecords;
  readonly now?: () => Date;
}

export function openPeople(parts: PeopleParts): People {
  const now = parts.now ?? (() => new Date());
  const watch = new VersionWatch(() => readVersion(parts.database), now);
  return { ...parts, now, watch, sessions: new VersionedCache(watch), tokens: new VersionedCache(watch) };
}

/** The rules that hold now. */
export function policyNow(people: People): Policy {
  return policyOf(people.catalog().company.profile);
}

async function readVersion(database: Queryable): Promise<bigint> {
  const text = 'select sum(version)::text as version from huike.people_version';
  const [row] = await database.queryText<{ version: string }>(text, [], 'people.version');
  return BigInt(row?.version ?? 0);
}

/**
 * Tells every process, from the commit on, that what it knows of actors is old. `people` stays locked until then: who
 * changes users or departments does so one after the other, and sees what the one before did.
 */
export async function moveVersion(tx: Queryable, kind: 'people' | 'sessions'): Promise<void> {
  await tx.execute(sql`update huike.people_version set version = version + 1 where kind = ${sql.value(kind)}`);
}

/** Bytes as a value in SQL. */
export function bytes(buffer: Buffer): SQL {
  return sql`decode(${sql.value(buffer.toString('hex'))}, 'hex')`;
}

/** A time as a value in SQL. */
export function time(date: Date): SQL {
  return sql`${sql.value(date.toISOString())}::timestamptz`;
}
