import { randomBytes } from 'node:crypto';
import { newId } from '@huike/schema';
import { type Queryable, sql } from '../database/index.ts';
import { bytes, moveVersion, type Pending, type People, type Session, time } from './people.ts';
import type { Policy } from './policy.ts';
import { digest } from './secrets.ts';

// Sessions: 256 random bits in a cookie, their digest in the database. Actor and expiry are looked up in actor.ts.

export interface NewSession {
  readonly userId: string;
  readonly pending: readonly Pending[];
  readonly ip: string | null;
  readonly userAgent: string | null;
}

export interface OpenedSession extends Session {
  /** The cookie's value; it can't be had again. */
  readonly token: string;
  readonly expiresAt: Date;
}

/** Opens a session; where the policy limits how many, the user's oldest end. */
export async function openSession(
  tx: Queryable,
  policy: Policy['session'],
  now: Date,
  session: NewSession,
): Promise<OpenedSession> {
  const { userId, pending, ip, userAgent } = session;
  const token = randomBytes(32).toString('base64url');
  const id = newId();
  const expiresAt = new Date(now.getTime() + policy.absoluteHours * 3_600_000);
  if (policy.concurrent !== null) {
    // One sign-in of a user at a time counts the others.
    await tx.query(sql`select 1 from data."user" where id = ${sql.value(userId)} for no key update`);
  }
  await tx.execute(
    sql`insert into huike.session (hash, id, user_id, pending, created_at, seen_at, expires_at, ip, user_agent) values (${bytes(digest(token))}, ${sql.value(id)}, ${sql.value(userId)}, ${sql.value([...pending])}, ${time(now)}, ${time(now)}, ${time(expiresAt)}, ${sql.value(ip)}, ${sql.value(userAgent?.slice(0, 500) ?? null)})`,
  );
  if (policy.concurrent !== null) {
    const ended = await tx.execute(
      sql`delete from huike.session where user_id = ${sql.value(userId)} and id not in (select id from huike.session where user_id = ${sql.value(userId)} order by created_at desc, id desc limit ${sql.value(policy.concurrent)})`,
    );
    if (ended > 0) await moveVersion(tx, 'sessions');
  }
  return { id, userId, pending, token, expiresAt };
}

/** One step is done: the session goes on with the others. */
export async function completeStep(tx: Queryable, session: Session, steps: readonly Pending[]): Promise<Session> {
  const pending = session.pending.filter((step) => !steps.includes(step));
  await tx.execute(
    sql`update huike.session set pending = ${sql.value([...pending])} where id = ${sql.value(session.id)}`,
  );
  await moveVersion(tx, 'sessions');
  return { ...session, pending };
}

/** Ends all sessions of the users, but for one. How many ended. */
export async function endSessions(
  tx: Queryable,
  userIds: readonly string[],
  butFor: string | null = null,
): Promise<number> {
  const ended = await tx.execute(
    sql`delete from huike.session where user_id = any(${sql.value([...userIds])}::uuid[]) and id is distinct from ${sql.value(butFor)}::uuid`,
  );
  if (ended > 0) await moveVersion(tx, 'sessions');
  return ended;
}

export interface SessionInfo {
  readonly id: string;
  readonly createdAt: string;
  readonly seenAt: string;
  readonly expiresAt: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly complete: boolean;
}

/** The sessions of a user that haven't ended, the one seen last first. */
export async function listSessions(people: People, userId: string): Promise<SessionInfo[]> {
  return people.database.query<SessionInfo>(
    sql`select id, created_at as "createdAt", seen_at as "seenAt", expires_at as "expiresAt", ip, user_agent as "userAgent", pending = '{}' as complete from huike.session where user_id = ${sql.value(userId)} and expires_at > ${time(people.now())} order by seen_at desc, id`,
  );
}

/** Ends one session of the user. Whether there was one. */
export async function revokeSession(people: People, userId: string, id: string): Promise<boolean> {
  const ended = await people.database.transaction(async (tx) => {
    const count = await tx.execute(
      sql`delete from huike.session where user_id = ${sql.value(userId)} and id = ${sql.value(id)}`,
    );
    if (count > 0) await moveVersion(tx, 'sessions');
    return count;
  });
  people.watch.expire();
  return ended > 0;
}

/** Ends all sessions of the user but the one that asks. How many ended. */
export async function revokeOtherSessions(people: People, session: Session): Promise<number> {
  const ended = await people.database.transaction((tx) => endSessions(tx, [session.userId], session.id));
  people.watch.expire();
  return ended;
}
