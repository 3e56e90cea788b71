import { problem } from '@huike/schema';
import type { Actor } from '../access/actor.ts';
import { sql } from '../database/index.ts';
import { accountById } from './credentials.ts';
import { capabilitiesOf } from './duties.ts';
import { type People, policyNow, type Session, time } from './people.ts';
import { needsSecondFactor } from './signin.ts';

// How users stand with their sign-in: for those who look after people, and for each user of the own.

/** Nothing of it can be used to sign in. */
export interface SignInState {
  readonly id: string;
  /** The last sign-in or request; null: never. */
  readonly lastSeenAt: string | null;
  readonly sessions: number;
  readonly hasPassword: boolean;
  /** A new password is due at the next sign-in. */
  readonly mustChange: boolean;
  readonly secondFactor: boolean;
}

/** How each of the users stands. Throws `access.denied`. */
export async function signInStates(people: People, actor: Actor, userIds: readonly string[]): Promise<SignInState[]> {
  if (actor.kind === 'user' && (actor.external || !capabilitiesOf(people.catalog().roles, actor.roles).has('people')))
    throw problem('access.denied');
  return people.database.query<SignInState>(sql`
    select u.id, greatest(a.at, s.seen) as "lastSeenAt", coalesce(s.count, 0) as sessions,
      c.hash is not null as "hasPassword", coalesce(c.must_change, false) as "mustChange",
      t.confirmed_at is not null as "secondFactor"
    from data."user" u
    left join huike.last_active a on a.user_id = u.id
    left join huike.credential c on c.user_id = u.id
    left join huike.totp t on t.user_id = u.id
    left join lateral (
      select count(*)::int as count, max(seen_at) as seen from huike.session
      where user_id = u.id and expires_at > ${time(people.now())}
    ) s on true
    where u.id = any(${sql.value([...userIds])}::uuid[]) and u."deletedAt" is null`);
}

export interface SecondFactorState {
  readonly on: boolean;
  /** Recovery codes that weren't used yet. */
  readonly recoveryCodes: number;
  /** The policy asks for it: it can't be taken off. */
  readonly required: boolean;
}

/** How the session's user stands with the second factor. */
export async function secondFactorState(people: People, session: Session): Promise<SecondFactorState> {
  const account = await accountById(people.database, session.userId);
  if (account === null) throw problem('auth.required');
  const [row] = await people.database.query<{ count: number }>(
    sql`select count(*)::int as count from huike.recovery_code where user_id = ${sql.value(session.userId)}`,
  );
  const required = needsSecondFactor(account, policyNow(people), people.catalog().roles);
  return { on: account.hasSecondFactor, recoveryCodes: row?.count ?? 0, required };
}
