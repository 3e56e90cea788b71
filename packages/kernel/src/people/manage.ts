import { problem } from '@huike/schema';
import type { Actor } from '../access/actor.ts';
import { appendEvent } from '../changes/append.ts';
import type { Queryable } from '../database/index.ts';
import { type Account, accountById, isAdministrator, newPassword, storePasswords } from './credentials.ts';
import { capabilitiesOf, mayManage } from './duties.ts';
import { unlockAccount } from './lockout.ts';
import { checkPassword } from './passwords.ts';
import { type People, policyNow } from './people.ts';
import type { Policy } from './policy.ts';
import { makeCode } from './secrets.ts';
import { endSessions } from './sessions.ts';
import { removeSecondFactor } from './totp.ts';

// What administrators do about the sign-in of others. Each throws `record.unknown` for a user that isn't there and
// `access.denied` for one that the actor may not manage.

/**
 * Sets a user's password, or makes one when none is given, and ends the user's sessions. Returns the password. One
 * that was made is changed at the next sign-in. Throws `write.invalid` when the policy refuses a given one.
 */
export async function resetPassword(people: People, actor: Actor, userId: string, given?: string): Promise<string> {
  const account = await managed(people, actor, userId);
  const policy = policyNow(people);
  const password = given ?? makePassword(account, policy.password);
  const hash = await newPassword(account, policy.password, password);
  const mustChange = given === undefined || policy.password.changeAfterReset;
  await act(people, actor, account, 'passwordReset', async (tx) => {
    await storePasswords(tx, [{ userId, hash, mustChange }], people.now());
    await endSessions(tx, [userId]);
    await unlockAccount(tx, account.email);
  });
  return password;
}

/** Lets a user in again who failed too often. */
export async function unlockUser(people: People, actor: Actor, userId: string): Promise<void> {
  const account = await managed(people, actor, userId);
  await act(people, actor, account, 'unlocked', (tx) => unlockAccount(tx, account.email));
}

/** For a user who lost phone and recovery codes: takes the second factor off and ends the sessions. */
export async function resetSecondFactor(people: People, actor: Actor, userId: string): Promise<void> {
  const account = await managed(people, actor, userId);
  await act(people, actor, account, 'secondFactorReset', async (tx) => {
    await removeSecondFactor(tx, userId);
    await endSessions(tx, [userId]);
  });
}

/** Ends all sessions of a user. */
export async function endSessionsOf(people: People, actor: Actor, userId: string): Promise<void> {
  const account = await managed(people, actor, userId);
  await act(people, actor, account, 'sessionsEnded', async (tx) => {
    await endSessions(tx, [userId]);
  });
}

async function managed(people: People, actor: Actor, userId: string): Promise<Account> {
  const { roles } = people.catalog();
  if (actor.kind === 'user' && (actor.external || !capabilitiesOf(roles, actor.roles).has('people'))) {
    throw problem('access.denied');
  }
  const account = await accountById(people.database, userId);
  if (account === null) throw problem('record.unknown');
  if (actor.kind === 'user' && !mayManage(roles, actor.roles, account.roles)) throw problem('access.denied');
  return account;
}

async function act(
  people: People,
  actor: Actor,
  account: Account,
  type: string,
  work: (tx: Queryable) => Promise<void>,
): Promise<void> {
  const { objects } = people.catalog();
  const object = objects.get('user')?.id;
  await people.database.transaction(async (tx) => {
    await work(tx);
    const event = { type, record: account.userId, data: {} };
    await appendEvent(tx, actor, object === undefined ? event : { ...event, object });
  });
  people.watch.expire();
}

function makePassword(account: Account, policy: Policy['password']): string {
  for (;;) {
    const password = makeCode(16);
    if (checkPassword(password, policy, { ...account, administrator: isAdministrator(account) }) === null)
      return password;
  }
}
