import { administratorRole, type Issue, type Json, problem, zoneName } from '@huike/schema';
import { sql, type Tx } from '../database/index.ts';
import { accountsByIds, refusePassword, type StoredPassword, storePasswords } from './credentials.ts';
import { mayManage, mixesDuties } from './duties.ts';
import { changedColumns, holds, refuseExternalRights, requirePeople } from './guard.ts';
import type { HookContext, StoredRow, Taken, WriteHook, WrittenRow } from './hook.ts';
import { ownFields } from './objects.ts';
import { hashPassword } from './passwords.ts';
import { moveVersion, type People, time } from './people.ts';
import { type Policy, policyOf } from './policy.ts';
import { endSessions } from './sessions.ts';

// What writing users means beyond their records: who may do it, the password that a command carries, and what must
// never come out of it (no administrator left, duties mixed, rights in outside organisations).

/** A password that a command gave. `plain` is what was given, `hash` null when that is null or no text. */
interface GivenPassword {
  readonly plain: Json;
  readonly hash: string | null;
}
type UserRow = WrittenRow<GivenPassword>;

/** Guards users, and takes the `password` that a command may carry besides the fields. */
export function userHook(people: People): WriteHook<GivenPassword> {
  return {
    object: 'user',
    takes: ['password'],
    selfField: 'owner',
    prepare: givenPasswords,
    afterWrite: afterUsers,
    afterCommit: () => people.watch.expire(),
  };
}

const passwordsAtMost = 500;
const atOnce = 2;

/** A few at a time, so that people who sign in meanwhile find a turn. */
async function givenPasswords(taken: readonly Taken[]): Promise<GivenPassword[]> {
  if (taken.length > passwordsAtMost)
    throw problem('request.tooMany', { what: 'passwords', whatZh: '密码', limit: passwordsAtMost });
  const given: GivenPassword[] = [];
  for (let start = 0; start < taken.length; start += atOnce) {
    given.push(...(await Promise.all(taken.slice(start, start + atOnce).map(givenPassword))));
  }
  return given;
}

async function givenPassword({ password = null }: Taken): Promise<GivenPassword> {
  return { plain: password, hash: typeof password === 'string' ? await hashPassword(password) : null };
}

async function afterUsers(tx: Tx, context: HookContext, rows: readonly UserRow[]): Promise<void> {
  const { roles } = context.catalog;
  const policy = policyOf(context.catalog.company.profile);
  for (const row of rows) authorise(context, row);
  // From here on, others who change people wait, and what they did before is seen.
  await moveVersion(tx, 'people');
  const issues = [
    ...rows.flatMap(zoneIssues),
    ...(await departmentIssues(tx, rows)),
    ...(await setPasswords(tx, context, policy, rows)),
  ];
  if (issues.length > 0) throw problem('write.invalid', { count: issues.length }, issues);

  if (policy.separateDuties && rows.some((row) => isActive(row.after) && mixesDuties(roles, rolesOf(row.after)))) {
    throw problem('people.duties');
  }
  await countAdministrators(tx, context, policy, rows);
  if (rows.some((row) => changes(row, ['roles', 'department', 'active', 'deletedAt']))) {
    await refuseExternalRights(tx, roles);
  }
  const enabled = rows.filter((row) => row.op === 'update' && isActive(row.after) && !isActive(row.before));
  await noteActive(
    tx,
    enabled.map((row) => row.id),
    context.now,
  );
  const endsFor = (row: UserRow) =>
    !isActive(row.after) || row.prepared !== null || (policy.separateDuties && changes(row, ['roles']));
  await endSessions(
    tx,
    rows.filter(endsFor).map((row) => row.id),
  );
}

/** Whoever was disabled for being away too long isn't again the next day. */
async function noteActive(tx: Tx, ids: readonly string[], now: Date): Promise<void> {
  if (ids.length === 0) return;
  await tx.execute(
    sql`insert into huike.last_active (user_id, at) select id, ${time(now)} from unnest(${sql.value([...ids])}::uuid[]) id on conflict (user_id) do update set at = excluded.at`,
  );
}

const rolesOf = (row: StoredRow | null): string[] => {
  const value = row?.roles;
  return Array.isArray(value) ? value.filter((role) => typeof role === 'string') : [];
};
const isActive = (row: StoredRow | null): boolean =>
  row !== null && row.active === true && (row.deletedAt ?? null) === null;
const isActiveAdministrator = (row: StoredRow | null): boolean =>
  isActive(row) && rolesOf(row).includes(administratorRole);
const changes = (row: UserRow, columns: readonly string[]): boolean =>
  changedColumns(row).some((column) => columns.includes(column));

/** Throws `access.denied`, `access.fieldDenied` or `people.ownRoles` when the actor may not do this to the user. */
function authorise(context: HookContext, row: UserRow): void {
  const { actor, catalog } = context;
  if (actor.kind === 'system') return;
  const own = row.id === actor.id;
  const onlyOwnFields = row.prepared === null && changedColumns(row).every((column) => ownFields.includes(column));
  if (own && row.op === 'update' && onlyOwnFields) return;
  requirePeople(context);

  const administrates = actor.roles.includes(administratorRole);
  const [before, after] = [rolesOf(row.before), rolesOf(row.after)];
  const moved = [...before.filter((role) => !after.includes(role)), ...after.filter((role) => !before.includes(role))];
  if (moved.length > 0) {
    if (own && !administrates) throw problem('people.ownRoles');
    if (!holds(context, 'rights')) throw problem('access.fieldDenied', { field: 'roles' });
    if (moved.includes(administratorRole) && !administrates) throw problem('access.fieldDenied', { field: 'roles' });
  }
  // Whoever may sign in as someone is someone.
  const decides = row.op !== 'update' || row.prepared !== null || changes(row, ['email', 'active', 'department']);
  if (decides && !mayManage(catalog.roles, actor.roles, before)) throw problem('access.denied');
}

function zoneIssues({ index, after }: UserRow): Issue[] {
  const zone = after.timeZone;
  if (typeof zone !== 'string' || zoneName(zone) !== null) return [];
  return [{ path: `/${index}/timeZone`, code: 'value.type', params: { expected: 'Asia/Shanghai' } }];
}

/** Without a department, a user of an outside organisation would be one of the company's own. */
async function departmentIssues(tx: Tx, rows: readonly UserRow[]): Promise<Issue[]> {
  const left = rows.filter((row) => isString(row.before?.department) && !isString(row.after.department));
  if (left.length === 0) return [];
  const departments = left.flatMap((row) => (isString(row.before?.department) ? [row.before.department] : []));
  const outside = await tx.query<{ start: string }>(sql`
    with recursive up as (
      select id as start, parent, external from data.department where id = any(${sql.value(departments)}::uuid[])
      union select up.start, d.parent, d.external from up join data.department d on d.id = up.parent
    )
    select distinct start from up where external`);
  const known = new Set<Json>(outside.map((row) => row.start));
  return left
    .filter((row) => known.has(row.before?.department ?? null))
    .map((row) => ({ path: `/${row.index}/department`, code: 'value.required' }));
}

const isString = (value: Json | undefined): value is string => typeof value === 'string';

async function setPasswords(tx: Tx, context: HookContext, policy: Policy, rows: readonly UserRow[]): Promise<Issue[]> {
  const given = rows.filter((row) => row.prepared !== null);
  if (given.length === 0) return [];
  const accounts = await accountsByIds(
    tx,
    given.map((row) => row.id),
  );
  const issues: Issue[] = [];
  const passwords: StoredPassword[] = [];
  for (const { index, id, prepared } of given) {
    const account = accounts.get(id);
    if (account === undefined || prepared === null) continue;
    const { plain, hash } = prepared;
    const path = `/${index}/password`;
    if (plain !== null && typeof plain !== 'string') {
      issues.push({ path, code: 'value.type', params: { expected: 'text' } });
      continue;
    }
    const failure = plain === null ? null : await refusePassword(account, policy.password, plain);
    if (failure !== null) issues.push({ path, ...failure });
    const mustChange = policy.password.changeAfterReset && context.actor.kind === 'user' && context.actor.id !== id;
    passwords.push({ userId: id, hash, mustChange });
  }
  if (issues.length === 0) await storePasswords(tx, passwords, context.now);
  return issues;
}

/**
 * At least one active administrator remains; where duties are separate, no more than the one for emergencies. The
 * set-up makes the first one only: of two at once, the second is refused.
 */
async function countAdministrators(
  tx: Tx,
  { actor }: HookContext,
  policy: Policy,
  rows: readonly UserRow[],
): Promise<void> {
  const lost = rows.some((row) => isActiveAdministrator(row.before) && !isActiveAdministrator(row.after));
  const won = rows.some((row) => !isActiveAdministrator(row.before) && isActiveAdministrator(row.after));
  const setsUp = actor.kind === 'system' && actor.name === 'setup';
  if (!lost && !(won && (policy.separateDuties || setsUp))) return;
  const [row] = await tx.query<{ count: number }>(
    sql`select count(*)::int as count from data."user" where active and "deletedAt" is null and roles @> ${sql.value([administratorRole])}::text[]`,
  );
  const count = row?.count ?? 0;
  if (lost && count === 0) throw problem('people.lastAdministrator');
  if (won && setsUp && count > 1) throw problem('setup.done');
  if (won && policy.separateDuties && count > 1) throw problem('people.breakGlass');
}
