import { problem } from '@huike/schema';
import type { Actor, Origin } from '../access/actor.ts';
import { appendEvent } from '../changes/append.ts';
import { sql } from '../database/index.ts';
import { actorForUser } from './actor.ts';
import { capabilitiesOf, maySeeAs } from './duties.ts';
import { userInLog } from './log.ts';
import { bytes, moveVersion, type People, policyNow, type Session } from './people.ts';
import { digest } from './secrets.ts';

// Seeing with another's eyes (以该用户身份查看): a session of someone who may give rights reads as another user would,
// writes nothing, and says so. The other's access is compiled as ever; the session stays its owner's and tells nothing
// of the other's sessions and tokens. That nothing is written is the care of whoever takes requests: `seenBy`.

/**
 * From now on the session sees as the user. Throws `access.denied` for one whom the actor may not see as,
 * `record.unknown` for one who can't sign in or isn't there.
 */
export async function startSeeingAs(people: People, actor: Actor, session: Session, userId: string): Promise<void> {
  if (actor.kind !== 'user' || actor.external) throw problem('access.denied');
  if (!capabilitiesOf(people.catalog().roles, actor.roles).has('rights')) throw problem('access.denied');
  const seen = await actorForUser(people, userId, actor.origin);
  if (seen === null) throw problem('record.unknown');
  if (!maySeeAs(people.catalog().roles, policyNow(people), actor, seen)) throw problem('access.denied');
  await people.database.transaction(async (tx) => {
    await tx.execute(
      sql`update huike.session set sees_as = ${sql.value(userId)} where id = ${sql.value(session.id)} and user_id = ${sql.value(actor.id)}`,
    );
    const object = people.catalog().objects.get('user')?.id;
    const event = { type: 'seeAsStarted', record: userId, data: { session: session.id } };
    await appendEvent(tx, actor, object === undefined ? event : { ...event, object });
    await moveVersion(tx, 'sessions');
  });
  people.watch.expire();
}

/** The session of a cookie is its owner's own again. One that was is no error. */
export async function stopSeeingAs(people: People, token: string, origin: Origin): Promise<void> {
  await people.database.transaction(async (tx) => {
    const hash = bytes(digest(token));
    const [was] = await tx.query<{ id: string; userId: string; seesAs: string }>(
      sql`with was as (select id, user_id, sees_as from huike.session where hash = ${hash} and sees_as is not null for update)
        update huike.session s set sees_as = null from was where s.id = was.id
        returning was.id, was.user_id as "userId", was.sees_as as "seesAs"`,
    );
    if (was === undefined) return;
    const object = people.catalog().objects.get('user')?.id;
    const event = { type: 'seeAsEnded', record: was.seesAs, data: { session: was.id } };
    await appendEvent(tx, userInLog(was.userId, origin), object === undefined ? event : { ...event, object });
    await moveVersion(tx, 'sessions');
  });
  people.watch.expire();
}
