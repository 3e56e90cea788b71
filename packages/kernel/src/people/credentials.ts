import { administratorRole, problem } from '@huike/schema';
import type { Failure } from '../catalog/types.ts';
import { type Queryable, sql } from '../database/index.ts';
import { normalEmail } from './lockout.ts';
import { checkPassword, hashPassword, isReused } from './passwords.ts';
import { time } from './people.ts';
import type { Policy } from './policy.ts';

/** A user as sign-in sees it. */
export interface Account {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly phone: string | null;
  readonly roles: readonly string[];
  readonly active: boolean;
  readonly language: 'zh' | 'en' | null;
  /** Null: no password was ever set (single sign-on only). */
  readonly hash: string | null;
  /** Hashes before it, newest first. */
  readonly history: readonly string[];
  readonly changedAt: string | null;
  readonly mustChange: boolean;
  readonly hasSecondFactor: boolean;
}

const kept = 10;

const accounts = sql`select u.id as "userId", u.name, u.email, u.phone, coalesce(u.roles, '{}') as roles, coalesce(u.active, false) as active,
    u.language, c.hash, coalesce(c.history, '{}') as history, c.changed_at as "changedAt",
    coalesce(c.must_change, false) as "mustChange", t.confirmed_at is not null as "hasSecondFactor"
  from data."user" u left join huike.credential c on c.user_id = u.id left join huike.totp t on t.user_id = u.id
  where u."deletedAt" is null`;

export async function accountByEmail(database: Queryable, email: string): Promise<Account | null> {
  const [row] = await database.query<Account>(sql`${accounts} and u.email = ${sql.value(normalEmail(email))}`);
  return row ?? null;
}

export async function accountsByIds(database: Queryable, userIds: readonly string[]): Promise<Map<string, Account>> {
  const rows = await database.query<Account>(sql`${accounts} and u.id = any(${sql.value([...userIds])}::uuid[])`);
  return new Map(rows.map((row) => [row.userId, row]));
}

export async function accountById(database: Queryable, userId: string): Promise<Account | null> {
  return (await accountsByIds(database, [userId])).get(userId) ?? null;
}

export const isAdministrator = (account: { readonly roles: readonly string[] }): boolean =>
  account.roles.includes(administratorRole);

/** Whether a new password has to be set before anything else. */
export function passwordIsDue(account: Account, policy: Policy['password'], now: Date): boolean {
  if (account.mustChange) return true;
  if (policy.maxAgeDays === null || account.changedAt === null) return false;
  return now.getTime() - Date.parse(account.changedAt) >= policy.maxAgeDays * 86_400_000;
}

/** What is wrong with a new password of the account; null when nothing is. */
export async function refusePassword(
  account: Account,
  policy: Policy['password'],
  password: string,
): Promise<Failure | null> {
  const failure = checkPassword(password, policy, { ...account, administrator: isAdministrator(account) });
  if (failure !== null) return failure;
  const past = account.hash === null ? [] : [account.hash, ...account.history].slice(0, policy.history);
  return (await isReused(password, past)) ? { code: 'password.reused', params: { count: policy.history } } : null;
}

/** The hash of a new password of the account. Throws `write.invalid` on `/password` when the policy refuses it. */
export async function newPassword(account: Account, policy: Policy['password'], password: string): Promise<string> {
  const failure = await refusePassword(account, policy, password);
  if (failure !== null) throw problem('write.invalid', { count: 1 }, [{ path: '/password', ...failure }]);
  return hashPassword(password);
}

export interface StoredPassword {
  readonly userId: string;
  /** Null takes the password away. */
  readonly hash: string | null;
  readonly mustChange: boolean;
}

/** Stores hashes of passwords; the ones before go into the history. */
export async function storePasswords(tx: Queryable, passwords: readonly StoredPassword[], now: Date): Promise<void> {
  const without = passwords.filter(({ hash }) => hash === null).map(({ userId }) => userId);
  const rows = passwords.filter(({ hash }) => hash !== null);
  if (without.length > 0) {
    await tx.execute(sql`delete from huike.credential where user_id = any(${sql.value(without)}::uuid[])`);
  }
  if (rows.length === 0) return;
  await tx.execute(
    sql`insert into huike.credential as c (user_id, hash, must_change, changed_at)
    select *, ${time(now)} from json_to_recordset(${sql.value(JSON.stringify(rows))}::json) as r ("userId" uuid, hash text, "mustChange" boolean)
    on conflict (user_id) do update set hash = excluded.hash, changed_at = excluded.changed_at, must_change = excluded.must_change,
      history = (array_prepend(c.hash, c.history))[1:${sql.value(kept)}::int]`,
  );
}
