import { problem } from '@huike/schema';
import type { Origin } from '../access/actor.ts';
import { appendEvent } from '../changes/append.ts';
import { type Queryable, sql } from '../database/index.ts';
import { type Account, accountByEmail, passwordIsDue } from './credentials.ts';
import { capabilitiesOf, dutiesOf, type Roles } from './duties.ts';
import { type Attempt, countAttempt, forgiveAttempt, rewardAttempt } from './lockout.ts';
import { peopleActor, userInLog } from './log.ts';
import { verifyPassword } from './passwords.ts';
import { bytes, moveVersion, type Pending, type People, time } from './people.ts';
import { type Policy, policyOf } from './policy.ts';
import { digest } from './secrets.ts';
import { type OpenedSession, openSession } from './sessions.ts';
import { useSecondFactor } from './totp.ts';

export interface SignInRequest {
  readonly email: string;
  readonly password: string;
  /** A one-time or recovery code. */
  readonly otp?: string;
}

export interface SignedIn {
  /** Its `token` is the cookie's value. With `pending` steps it is good for those only. */
  readonly session: OpenedSession;
  readonly user: {
    readonly id: string;
    readonly name: string;
    readonly email: string;
    readonly roles: readonly string[];
  };
}

/**
 * Signs in by password. Throws `auth.failed` (one answer in the same time, whether the user is unknown, disabled or
 * mistyped), `auth.otpRequired` when the password is right and a code is missing, `auth.locked` after too many failures.
 */
export async function signIn(people: People, request: SignInRequest, origin: Origin): Promise<SignedIn> {
  const { database, secrets } = people;
  const catalog = people.catalog();
  const policy = policyOf(catalog.company.profile);
  const now = people.now();
  const fail = (reason: FailureReason) => logFailure(database, request.email, reason, origin);
  const who = { email: request.email, ip: origin.ip };
  const attempt = await countAttempt(database, policy.lockout, who, now, () => fail('locked'));

  const account = await accountByEmail(database, request.email);
  const right = await verifyPassword(account?.active ? account.hash : null, request.password);
  if (account === null || !right) {
    await fail('password');
    throw problem('auth.failed');
  }
  if (account.hasSecondFactor) {
    if (request.otp === undefined || request.otp === '') {
      await forgiveAttempt(database, attempt);
      throw problem('auth.otpRequired');
    }
    if ((await useSecondFactor(database, secrets, account.userId, request.otp, now)) === null) {
      await fail('code');
      throw problem('auth.failed');
    }
  }
  const pending = pendingFor(account, policy, catalog.roles, 'password', now);
  return admit(people, account, { policy, pending, method: 'password', attempt, origin });
}

type FailureReason = 'password' | 'code' | 'locked';
type Method = 'password' | 'oidc';

/** What a sign-in leaves to be done. */
export function pendingFor(account: Account, policy: Policy, roles: Roles, method: Method, now: Date): Pending[] {
  const pending: Pending[] = [];
  if (needsSecondFactor(account, policy, roles)) {
    if (!account.hasSecondFactor) pending.push('enrol');
    else if (method !== 'password') pending.push('otp');
  }
  if (method === 'password' && passwordIsDue(account, policy.password, now)) pending.push('password');
  return pending;
}

/** Whether the policy asks a second factor of someone with these roles. */
export function needsSecondFactor(user: { readonly roles: readonly string[] }, policy: Policy, roles: Roles): boolean {
  return policy.secondFactor === 'administrators' && dutiesOf(capabilitiesOf(roles, user.roles)).size > 0;
}

interface Admission {
  readonly policy: Policy;
  readonly pending: readonly Pending[];
  readonly method: Method;
  readonly attempt: Attempt | null;
  readonly origin: Origin;
}

/** Opens the session of someone who showed who he is. */
export async function admit(people: People, account: Account, admission: Admission): Promise<SignedIn> {
  const { policy, pending, method, attempt, origin } = admission;
  const { userId, name, email, roles } = account;
  const now = people.now();
  const session = await people.database.transaction(async (tx) => {
    const { ip, userAgent } = origin;
    const opened = await openSession(tx, policy.session, now, { userId, pending, ip, userAgent });
    if (attempt !== null) await rewardAttempt(tx, attempt, now);
    await tx.execute(
      sql`insert into huike.last_active (user_id, at) values (${sql.value(userId)}, ${time(now)}) on conflict (user_id) do update set at = excluded.at`,
    );
    await appendEvent(tx, userInLog(userId, origin), {
      type: 'signIn',
      data: { method, session: opened.id, pending: [...pending] },
    });
    return opened;
  });
  // A user's limit of sessions may have ended others.
  if (policy.session.concurrent !== null) people.watch.expire();
  return { session, user: { id: userId, name, email, roles } };
}

/** Ends the session of a cookie. One that has ended already is no error. */
export async function signOut(people: People, token: string, origin: Origin): Promise<void> {
  await people.database.transaction(async (tx) => {
    const [ended] = await tx.query<{ id: string; userId: string }>(
      sql`delete from huike.session where hash = ${bytes(digest(token))} returning id, user_id as "userId"`,
    );
    if (ended === undefined) return;
    await appendEvent(tx, userInLog(ended.userId, origin), { type: 'signOut', data: { session: ended.id } });
    await moveVersion(tx, 'sessions');
  });
  people.watch.expire();
}

/** What was typed may be a password in the wrong field: only what looks like an e-mail is logged. */
async function logFailure(database: Queryable, email: string, reason: FailureReason, origin: Origin): Promise<void> {
  const shown = email.length <= 254 && /^\S+@\S+\.\S+$/.test(email) ? email : null;
  const data = { email: shown, reason, ip: origin.ip, userAgent: origin.userAgent, request: origin.requestId };
  await appendEvent(database, peopleActor, { type: 'signInFailed', data });
}
