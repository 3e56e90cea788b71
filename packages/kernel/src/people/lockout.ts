import { isIPv6 } from 'node:net';
import { problem } from '@huike/schema';
import { type Queryable, type SQL, sql } from '../database/index.ts';
import { time } from './people.ts';
import type { Limit, Policy } from './policy.ts';
import { digest } from './secrets.ts';

// Guessing is damped three ways: per account and address, per account, per address. An attempt is counted before the
// password is looked at and forgiven when it was right, so that many at once can't outrun the count. An address that
// an account has signed in from before isn't held by the two wide limits: strangers can't lock its owner out there.
// Accounts are known by a digest of the e-mail as typed, so that those nobody has behave alike.

export interface Attempt {
  readonly account: string;
  readonly address: string;
  /** Whether the wide limits counted it too. */
  readonly wide: boolean;
}

/** The name of an account in the counts. */
function accountOf(email: string): string {
  return digest(normalEmail(email)).toString('base64url').slice(0, 22);
}

/** An e-mail address in the one form that the field stores. */
export function normalEmail(email: string): string {
  return email.normalize('NFKC').trim().toLowerCase();
}

/** Where someone comes from, as far as one attacker can't change it at will: an IPv4 address, a /64 of IPv6. */
export function addressOf(ip: string | null): string {
  if (ip === null) return 'unknown';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  if (mapped !== undefined) return mapped;
  return isIPv6(ip) ? `${ipv6Groups(ip).slice(0, 4).join(':')}::/64` : ip;
}

function ipv6Groups(ip: string): string[] {
  const [head = '', tail] = ip.replace(/%.*$/, '').toLowerCase().split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const gap = Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array<string>(gap).fill('0'), ...after].map((group) => group.replace(/^0+(?=.)/, ''));
}

interface Counted {
  readonly failures: number;
  readonly most: number;
  readonly lockedSeconds: number;
}

/**
 * Counts an attempt to sign in. Throws `auth.locked` when there were too many; `onLock` is told of the first refusal.
 */
export async function countAttempt(
  database: Queryable,
  limits: Policy['lockout'],
  who: { readonly email: string; readonly ip: string | null },
  now: Date,
  onLock: () => Promise<void>,
): Promise<Attempt> {
  const account = accountOf(who.email);
  const address = addressOf(who.ip);
  const [accountValue, addressValue] = [sql.value(account), sql.value(address)];
  const wide = sql`select w.account, w.ip from (values (${accountValue}, ''), ('', ${addressValue})) as w (account, ip), pair
    where pair.failures <= pair.most and not exists (
      select 1 from huike.known_address k where k.account = ${accountValue} and k.ip = ${addressValue})`;
  const rows = await database.query<Counted>(
    sql`with pair as (${counted(sql`values (${accountValue}, ${addressValue})`, limits, now)}),
    wide as (${counted(wide, limits, now)})
    select * from pair union all select * from wide`,
  );
  const over = rows.filter((row) => row.failures > row.most);
  if (over.length > 0) {
    if (over.some((row) => row.failures === row.most + 1)) await onLock();
    const seconds = Math.max(...over.map((row) => row.lockedSeconds));
    throw problem('auth.locked', { minutes: Math.max(1, Math.ceil(seconds / 60)) });
  }
  return { account, address, wide: rows.length > 1 };
}

/** Counts one more for each (account, ip) of the source. A refused attempt doesn't make the lock longer. */
function counted(source: SQL, limits: Policy['lockout'], now: Date): SQL {
  const at = time(now);
  const by = (read: (limit: Limit) => number) =>
    sql`case when f.account = '' then ${sql.value(read(limits.address))}::int when f.ip = '' then ${sql.value(read(limits.account))}::int else ${sql.value(read(limits.pair))}::int end`;
  const most = by((limit) => limit.failures);
  const window = sql`make_interval(mins => ${by((limit) => limit.windowMinutes)})`;
  const lock = sql`make_interval(mins => ${by((limit) => limit.lockMinutes)})`;
  const over = sql`case when f.failures >= ${most} then f.last_at + ${lock} <= ${at} else f.first_at + ${window} <= ${at} end`;
  return sql`insert into huike.sign_in_failure as f (account, ip, failures, first_at, last_at)
    select source.*, 1, ${at}, ${at} from (${source}) source
    on conflict (account, ip) do update set
      failures = case when ${over} then 1 else f.failures + 1 end,
      first_at = case when ${over} then ${at} else f.first_at end,
      last_at = case when ${over} or f.failures < ${most} then ${at} else f.last_at end
    returning f.failures, ${most} as most, extract(epoch from f.last_at + ${lock} - ${at})::float8 as "lockedSeconds"`;
}

/** The password was right but a step is missing: the attempt counts for nothing. */
export async function forgiveAttempt(database: Queryable, attempt: Attempt): Promise<void> {
  const { account, address, wide } = attempt;
  const [accountValue, addressValue] = [sql.value(account), sql.value(address)];
  const others = wide ? sql`, (${accountValue}, ''), ('', ${addressValue})` : sql``;
  await database.execute(
    sql`update huike.sign_in_failure set failures = greatest(failures - 1, 0) where (account, ip) in ((${accountValue}, ${addressValue})${others})`,
  );
}

/** The sign-in succeeded: the account starts anew from this address, and is known there from now on. */
export async function rewardAttempt(tx: Queryable, attempt: Attempt, now: Date): Promise<void> {
  const [account, address] = [sql.value(attempt.account), sql.value(attempt.address)];
  await forgiveAttempt(tx, attempt);
  await tx.execute(sql`delete from huike.sign_in_failure where account = ${account} and ip = ${address}`);
  await tx.execute(
    sql`insert into huike.known_address (account, ip, seen_at) values (${account}, ${address}, ${time(now)}) on conflict (account, ip) do update set seen_at = excluded.seen_at`,
  );
}

/** Takes every lock off an account, wherever it was tried from. */
export async function unlockAccount(database: Queryable, email: string): Promise<void> {
  await database.execute(sql`delete from huike.sign_in_failure where account = ${sql.value(accountOf(email))}`);
}

/** Drops counts that have run out and addresses not seen for 90 days. */
export async function sweepLockout(database: Queryable, now: Date): Promise<void> {
  const before = (days: number) => time(new Date(now.getTime() - days * 86_400_000));
  await database.execute(sql`delete from huike.sign_in_failure where last_at < ${before(1)}`);
  await database.execute(sql`delete from huike.known_address where seen_at < ${before(90)}`);
}
