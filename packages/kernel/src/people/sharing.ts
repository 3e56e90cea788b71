import { type Issue, isId, problem } from '@huike/schema';
import type { Actor } from '../access/actor.ts';
import type { CatalogObject } from '../catalog/types.ts';
import { appendEvent } from '../changes/append.ts';
import { type Queryable, sql, type Tx } from '../database/index.ts';

// The team of a record: people who may read or edit it whatever their scope (团队成员). The owner is no member: owning is more.

export interface TeamMember {
  readonly user: string;
  readonly right: 'read' | 'edit';
}

const membersAtMost = 200;

/** The team of a record, in the order of the members' ids. */
export async function teamOf(database: Queryable, object: CatalogObject, recordId: string): Promise<TeamMember[]> {
  return database.query<TeamMember>(
    sql`select user_id as user, "right" from huike.team_member where object_id = ${sql.value(object.id)} and record_id = ${sql.value(recordId)} order by user_id`,
  );
}

/**
 * Makes the team of a record exactly these members, and logs who came and went. The caller has checked that the actor
 * may update the record. Throws `write.invalid` for members that aren't users, or for an object without teams.
 */
export async function setTeam(
  tx: Tx,
  actor: Actor,
  object: CatalogObject,
  recordId: string,
  members: readonly TeamMember[],
): Promise<void> {
  // Of two who set it at once, one comes after the other.
  await tx.query(
    sql`select 1 from ${sql.identifier('data', object.table)} where id = ${sql.value(recordId)} for no key update`,
  );
  const issues = await issuesOf(tx, object, members);
  if (issues.length > 0) throw problem('write.invalid', { count: issues.length }, issues);
  const before = await teamOf(tx, object, recordId);
  const users = members.map((member) => member.user);
  const rights = members.map((member) => member.right);
  const [objectId, record] = [sql.value(object.id), sql.value(recordId)];
  await tx.execute(
    sql`delete from huike.team_member where object_id = ${objectId} and record_id = ${record} and user_id <> all(${sql.value(users)}::uuid[])`,
  );
  await tx.execute(
    sql`insert into huike.team_member (object_id, record_id, user_id, "right")
    select ${objectId}, ${record}, * from unnest(${sql.value(users)}::uuid[], ${sql.value(rights)}::text[])
    on conflict (object_id, record_id, user_id) do update set "right" = excluded."right"`,
  );
  const data = { before: before.map(asJson), after: members.map(asJson) };
  await appendEvent(tx, actor, { type: 'teamChanged', object: object.id, record: recordId, data });
}

const asJson = ({ user, right }: TeamMember) => ({ user, right });

async function issuesOf(tx: Queryable, object: CatalogObject, members: readonly TeamMember[]): Promise<Issue[]> {
  if (object.definition.team !== true) return [{ path: '/team', code: 'value.unknownField' }];
  if (members.length > membersAtMost)
    return [{ path: '/team', code: 'value.tooMany', params: { limit: membersAtMost } }];
  const ids = members.map((member) => member.user);
  const rows = await tx.query<{ id: string }>(
    sql`select id from data."user" where id = any(${sql.value(ids.filter(isId))}::uuid[]) and "deletedAt" is null`,
  );
  const known = new Set(rows.map((row) => row.id));
  return ids.flatMap((id, index): Issue[] => {
    const path = `/team/${index}/user`;
    if (!known.has(id)) return [{ path, code: 'value.reference' }];
    return ids.indexOf(id) < index ? [{ path, code: 'value.unique' }] : [];
  });
}
