import { problem } from '@huike/schema';
import type { Origin } from '../access/actor.ts';
import { appendEvent } from '../changes/append.ts';
import { type Account, accountById, newPassword, storePasswords } from './credentials.ts';
import { type Attempt, countAttempt, rewardAttempt } from './lockout.ts';
import { userInLog } from './log.ts';
import { verifyPassword } from './passwords.ts';
import { type People, policyNow, type Session } from './people.ts';
import { completeStep, endSessions } from './sessions.ts';
import { needsSecondFactor } from './signin.ts';
import {
  beginEnrolment,
  confirmEnrolment,
  type Enrolment,
  removeSecondFactor,
  renewRecoveryCodes,
  useSecondFactor,
} from './totp.ts';

// What users do about their own sign-in. Also the steps that a pending session still owes.

/**
 * Changes the own password and ends the other sessions. Throws `auth.failed` when the present one is wrong,
 * `auth.locked` after too many tries, `write.invalid` when the policy refuses the new one.
 */
export async function changePassword(
  people: People,
  session: Session,
  given: { readonly current: string; readonly next: string },
  origin: Origin,
): Promise<void> {
  const account = await accountOfSession(people, session);
  const policy = policyNow(people);
  const attempt = await countTry(people, account, origin);
  if (!(await verifyPassword(account.hash, given.current))) throw problem('auth.failed');
  const hash = await newPassword(account, policy.password, given.next);
  const now = people.now();
  await people.database.transaction(async (tx) => {
    await storePasswords(tx, [{ userId: account.userId, hash, mustChange: false }], now);
    await rewardAttempt(tx, attempt, now);
    await endSessions(tx, [account.userId], session.id);
    await completeStep(tx, session, ['password']);
    await appendEvent(tx, userInLog(account.userId, origin), { type: 'passwordChanged', data: {} });
  });
  people.watch.expire();
}

/** Begins to enrol a second factor. Throws `access.denied` when there is one. */
export async function enrolSecondFactor(people: People, session: Session): Promise<Enrolment> {
  return beginEnrolment(people.database, people.secrets, await accountOfSession(people, session));
}

/** The first code completes the enrolment: ten recovery codes, shown once. Throws `auth.code`. */
export async function confirmSecondFactor(
  people: People,
  session: Session,
  code: string,
  origin: Origin,
): Promise<readonly string[]> {
  const { userId } = session;
  const codes = await people.database.transaction(async (tx) => {
    const made = await confirmEnrolment(tx, people.secrets, userId, code, people.now());
    await completeStep(tx, session, ['enrol', 'otp']);
    await appendEvent(tx, userInLog(userId, origin), { type: 'secondFactorEnrolled', data: {} });
    return made;
  });
  people.watch.expire();
  return codes;
}

/** The one-time code that a session still owes. Throws `auth.code`, and `auth.locked` after too many. */
export async function verifySecondFactor(
  people: People,
  session: Session,
  code: string,
  origin: Origin,
): Promise<void> {
  await withCode(people, session, code, origin);
  await people.database.transaction((tx) => completeStep(tx, session, ['otp']));
  people.watch.expire();
}

/** Ten new recovery codes for a one-time code. Throws like `verifySecondFactor`. */
export async function newRecoveryCodes(
  people: People,
  session: Session,
  code: string,
  origin: Origin,
): Promise<readonly string[]> {
  await withCode(people, session, code, origin);
  return people.database.transaction(async (tx) => {
    await appendEvent(tx, userInLog(session.userId, origin), { type: 'recoveryCodesRenewed', data: {} });
    return renewRecoveryCodes(tx, session.userId);
  });
}

/** Takes the own second factor off. Throws `access.denied` where the policy asks for one, else like `verifySecondFactor`. */
export async function dropSecondFactor(people: People, session: Session, code: string, origin: Origin): Promise<void> {
  const account = await accountOfSession(people, session);
  const { roles } = people.catalog();
  if (needsSecondFactor(account, policyNow(people), roles)) throw problem('access.denied');
  await withCode(people, session, code, origin);
  await people.database.transaction(async (tx) => {
    await removeSecondFactor(tx, session.userId);
    await appendEvent(tx, userInLog(session.userId, origin), { type: 'secondFactorRemoved', data: {} });
  });
}

async function withCode(people: People, session: Session, code: string, origin: Origin): Promise<void> {
  const attempt = await countTry(people, await accountOfSession(people, session), origin);
  const factor = await useSecondFactor(people.database, people.secrets, session.userId, code, people.now());
  if (factor === null) throw problem('auth.code');
  await rewardAttempt(people.database, attempt, people.now());
}

/** Guessing within a session counts like guessing at the door. */
async function countTry(people: People, account: Account, origin: Origin): Promise<Attempt> {
  const { lockout } = policyNow(people);
  const logged = () => appendEvent(people.database, userInLog(account.userId, origin), { type: 'locked', data: {} });
  return countAttempt(people.database, lockout, { email: account.email, ip: origin.ip }, people.now(), logged);
}

async function accountOfSession(people: People, session: Session): Promise<Account> {
  const account = await accountById(people.database, session.userId);
  if (account === null || !account.active) throw problem('auth.required');
  return account;
}
