import { administratorRole } from '@huike/schema';
import { sql } from '../database/index.ts';
import { sweepLockout } from './lockout.ts';
import { peopleActor } from './log.ts';
import { type People, policyNow, time } from './people.ts';

/** Drops what has run out: sessions, counts of failures, and the sign-in data of users that were purged. */
export async function sweepPeople(people: People): Promise<void> {
  const { database } = people;
  const now = people.now();
  await database.execute(sql`delete from huike.session where expires_at <= ${time(now)}`);
  await sweepLockout(database, now);
  for (const table of [
    ...['credential', 'token', 'totp', 'recovery_code', 'oidc_identity', 'last_active', 'team_member', 'personal_view'],
  ]) {
    await database.execute(
      sql`delete from ${sql.identifier('huike', table)} t where not exists (select 1 from data."user" u where u.id = t.user_id)`,
    );
  }
}

/**
 * Where the policy says so, disables users who didn't sign in for long. Administrators stay: the emergency account is
 * seldom used. How many it disabled.
 */
export async function disableStaleUsers(people: People): Promise<number> {
  const days = policyNow(people).staleDays;
  if (days === null) return 0;
  const before = new Date(people.now().getTime() - days * 86_400_000);
  const stale = await people.database.query<{ id: string }>(
    sql`select u.id from data."user" u left join huike.last_active s on s.user_id = u.id
    where u.active and u."deletedAt" is null and not coalesce(u.roles, '{}') @> ${sql.value([administratorRole])}::text[]
      and coalesce(s.at, u."createdAt") < ${time(before)} order by u.id limit 500`,
  );
  if (stale.length === 0) return 0;
  await people.write(
    peopleActor,
    stale.map(({ id }) => ({ op: 'update', object: 'user', id, values: { active: false } })),
  );
  return stale.length;
}
