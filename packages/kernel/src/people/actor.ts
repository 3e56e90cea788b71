import { problem } from '@huike/schema';
import type { Origin, UserActor } from '../access/actor.ts';
import type { Company } from '../catalog/types.ts';
import type { Queryable } from '../database/index.ts';
import { maySeeAs } from './duties.ts';
import {
  type Pending,
  type People,
  policyNow,
  type Session,
  type SessionEntry,
  type TokenEntry,
  type UserFacts,
} from './people.ts';
import { digest } from './secrets.ts';
import { isToken } from './token-text.ts';

// From a cookie or a bearer token to the actor: one indexed query, and none while the process knows the answer. The
// query brings the user, the departments below and above, and the version that all of it belongs to.

/**
 * A session with everything done has an actor; one with pending steps has none, and may do those steps only. `seenBy`
 * is who really asks, when the actor is another whose eyes the session has: such a session reads, and does nothing else.
 */
export type Resolved =
  | {
      readonly state: 'complete';
      readonly session: Session;
      readonly actor: UserActor;
      readonly seenBy: UserActor | null;
    }
  | { readonly state: 'pending'; readonly session: Session };

/** Seen and used are written once a minute at most. */
const touchMs = 60_000;

// `who` finds the user by the credential; these add the rest. Departments above count even when deleted: an outside
// organisation stays one.
const withDepartments = `,
down as (
  select department as id from who where department is not null
  union select d.id from data.department d join down on d.parent = down.id where d."deletedAt" is null
),
up as (
  select d.id, d.parent, d.external from data.department d join who on d.id = who.department
  union select d.id, d.parent, d.external from data.department d join up on d.id = up.parent
)
select who.*, array(select id from down)::text[] as tree, array(select id from up)::text[] as path,
  coalesce((select bool_or(external) from up), false) as external,
  (select sum(version) from huike.people_version)::text as version
from who`;

const userColumns = `u.id as "userId", coalesce(u.roles, '{}') as roles, u.department, u.language, u."timeZone"`;
const signsIn = `u.active and u."deletedAt" is null`;

const bySession = `
with recursive who as (
  select ${userColumns}, s.id as "sessionId", s.pending, s.sees_as as "seesAs",
    extract(epoch from s.seen_at)::float8 * 1000 as "seenAt", extract(epoch from s.expires_at)::float8 * 1000 as "expiresAt"
  from huike.session s join data."user" u on u.id = s.user_id where s.hash = $1 and ${signsIn}
)${withDepartments}`;

const byToken = `
with recursive who as (
  select ${userColumns}, t.scopes, coalesce(extract(epoch from t.used_at)::float8 * 1000, 0) as "usedAt",
    coalesce(extract(epoch from t.expires_at)::float8 * 1000, 'infinity') as "expiresAt"
  from huike.token t join data."user" u on u.id = t.user_id where t.hash = $1 and ${signsIn}
)${withDepartments}`;

const byUser = `
with recursive who as (select ${userColumns} from data."user" u where u.id = $1 and ${signsIn})${withDepartments}`;

interface UserRow {
  readonly userId: string;
  readonly roles: string[];
  readonly department: string | null;
  readonly tree: string[];
  readonly path: string[];
  readonly external: boolean;
  readonly language: UserActor['language'] | null;
  readonly timeZone: string | null;
  readonly version: string;
}

interface SessionRow extends UserRow {
  readonly sessionId: string;
  readonly pending: Pending[];
  readonly seesAs: string | null;
  readonly seenAt: number;
  readonly expiresAt: number;
}

interface TokenRow extends UserRow {
  readonly scopes: string[];
  readonly usedAt: number;
  readonly expiresAt: number;
}

function factsOf(row: UserRow): UserFacts {
  const { userId, roles, department, external, language, timeZone } = row;
  const departments = { department, departmentTree: row.tree, departmentPath: row.path };
  return { version: BigInt(row.version), userId, roles, ...departments, external, language, timeZone };
}

function actorOf(facts: UserFacts, company: Company, tokenScopes: readonly string[] | null, origin: Origin): UserActor {
  return {
    kind: 'user',
    id: facts.userId,
    roles: facts.roles,
    department: facts.department,
    departmentTree: facts.departmentTree,
    departmentPath: facts.departmentPath,
    external: facts.external,
    tokenScopes,
    timeZone: facts.timeZone ?? company.timeZone,
    language: facts.language ?? company.language,
    origin,
  };
}

/**
 * Who a session's cookie stands for; null when it has ended, was revoked, or its user may not sign in any more. Throws
 * `seeAs.over` while it has the eyes of another whom its user may not see as any more.
 */
export async function resolveSession(people: People, token: string, origin: Origin): Promise<Resolved | null> {
  const hash = digest(token);
  const key = hash.toString('base64');
  const read = () => readSession(people.database, hash);
  const idleMs = policyNow(people).session.idleMinutes * 60_000;
  const now = people.now().getTime();
  const ended = (entry: SessionEntry) => now >= entry.expiresAt || now - entry.seenAt >= idleMs;
  let entry = await people.sessions.get(key, read);
  // Another process may have seen it since.
  if (entry !== null && ended(entry)) entry = await people.sessions.reload(key, read);
  if (entry === null || ended(entry)) return null;
  if (now - entry.seenAt >= touchMs) {
    await touch(people, 'update huike.session set seen_at = $2 where hash = $1 and seen_at < $2', hash);
    people.sessions.put(key, { ...entry, seenAt: now });
  }
  const { session } = entry;
  if (session.pending.length > 0) return { state: 'pending', session };
  const { company, roles } = people.catalog();
  const own = actorOf(entry, company, null, origin);
  if (entry.seesAs === null) return { state: 'complete', session, actor: own, seenBy: null };
  const { facts } = entry.seesAs;
  const seen = facts === null ? null : actorOf(facts, company, null, origin);
  if (seen === null || !maySeeAs(roles, policyNow(people), own, seen)) throw problem('seeAs.over');
  return { state: 'complete', session, actor: seen, seenBy: own };
}

/** Who a personal token stands for; null when it isn't one, has ended, or its user may not sign in any more. */
export async function resolveToken(people: People, token: string, origin: Origin): Promise<UserActor | null> {
  if (!isToken('hk_', token)) return null;
  const hash = digest(token);
  const key = hash.toString('base64');
  const now = people.now().getTime();
  const entry = await people.tokens.get(key, () => readToken(people.database, hash));
  if (entry === null || now >= entry.expiresAt) return null;
  if (now - entry.usedAt >= touchMs) {
    await touch(people, 'update huike.token set used_at = $2, used_ip = $3 where hash = $1', hash, origin.ip);
    people.tokens.put(key, { ...entry, usedAt: now });
  }
  return actorOf(entry, people.catalog().company, entry.scopes, origin);
}

/** The actor that a user is: for work done in the user's name. Null when the user may not sign in. */
export async function actorForUser(people: People, userId: string, origin: Origin): Promise<UserActor | null> {
  const facts = await readUser(people.database, userId);
  return facts === null ? null : actorOf(facts, people.catalog().company, null, origin);
}

/** The actor of a session with nothing pending. Throws `auth.required` and `auth.pending`. */
export function requireActor(resolved: Resolved | null): UserActor {
  if (resolved === null) throw problem('auth.required');
  if (resolved.state === 'pending') throw problem('auth.pending');
  return resolved.actor;
}

async function readSession(database: Queryable, hash: Buffer): Promise<SessionEntry | null> {
  const [row] = await database.queryText<SessionRow>(bySession, [hash], 'people.bySession');
  if (row === undefined) return null;
  const session = { id: row.sessionId, userId: row.userId, pending: row.pending };
  const seesAs = row.seesAs === null ? null : { facts: await readUser(database, row.seesAs) };
  return { ...factsOf(row), session, seenAt: row.seenAt, expiresAt: row.expiresAt, seesAs };
}

async function readUser(database: Queryable, userId: string): Promise<UserFacts | null> {
  const [row] = await database.queryText<UserRow>(byUser, [userId], 'people.byUser');
  return row === undefined ? null : factsOf(row);
}

async function readToken(database: Queryable, hash: Buffer): Promise<TokenEntry | null> {
  const [row] = await database.queryText<TokenRow>(byToken, [hash], 'people.byToken');
  if (row === undefined) return null;
  return { ...factsOf(row), scopes: row.scopes, usedAt: row.usedAt, expiresAt: row.expiresAt };
}

function touch(people: People, text: string, hash: Buffer, ...more: (string | null)[]): Promise<object[]> {
  return people.database.queryText(text, [hash, people.now().toISOString(), ...more], `people.touch.${more.length}`);
}
