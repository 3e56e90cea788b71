import { type Issue, newId, problem } from '@huike/schema';
import type { Actor, UserActor } from '../access/actor.ts';
import { appendEvent } from '../changes/append.ts';
import { type Queryable, sql } from '../database/index.ts';
import { capabilitiesOf } from './duties.ts';
import { bytes, moveVersion, type People, policyNow, time } from './people.ts';
import { isScope } from './scopes.ts';
import { digest } from './secrets.ts';
import { hintOf, isToken, makeToken } from './token-text.ts';

// Personal tokens: what a user's programs sign in with. They never exceed the user's rights; scopes narrow them.
// Write keys: what a channel sends its events with. They belong to the company and can do nothing else.

export interface NewToken {
  readonly name: string;
  /** See scopes.ts; `["*"]` is everything the user may. */
  readonly scopes: readonly string[];
  /** ISO 8601; absent: for ever, or as long as the policy allows. */
  readonly expiresAt?: string;
}

/**
 * Makes a token of the actor's own; its text is shown once. Throws `write.invalid`, and `auth.scope` when the actor
 * came with a token of fewer scopes than all: a narrow one must not make a wide one.
 */
export async function createToken(
  people: People,
  actor: UserActor,
  wanted: NewToken,
): Promise<{ readonly id: string; readonly token: string }> {
  requireAllScopes(actor);
  const now = people.now();
  const { maxDays } = policyNow(people).token;
  const latest = maxDays === null ? null : new Date(now.getTime() + maxDays * 86_400_000);
  const expiresAt = wanted.expiresAt === undefined ? latest : new Date(wanted.expiresAt);
  const issues = issuesOf(wanted, expiresAt, now, latest);
  if (issues.length > 0) throw problem('write.invalid', { count: issues.length }, issues);

  const token = makeToken('hk_');
  const id = newId();
  const scopes = [...new Set(wanted.scopes)];
  await people.database.transaction(async (tx) => {
    await tx.execute(
      sql`insert into huike.token (hash, id, user_id, name, hint, scopes, created_at, expires_at) values (${bytes(digest(token))}, ${sql.value(id)}, ${sql.value(actor.id)}, ${sql.value(wanted.name.trim())}, ${sql.value(hintOf(token))}, ${sql.value(scopes)}, ${time(now)}, ${expiresAt === null ? sql`null` : time(expiresAt)})`,
    );
    await appendEvent(tx, actor, { type: 'tokenCreated', data: { token: id, name: wanted.name.trim(), scopes } });
  });
  return { id, token };
}

function requireAllScopes(actor: UserActor): void {
  if (actor.tokenScopes !== null && !actor.tokenScopes.includes('*')) throw problem('auth.scope');
}

function issuesOf(wanted: NewToken, expiresAt: Date | null, now: Date, latest: Date | null): Issue[] {
  const issues: Issue[] = [...nameIssues(wanted.name)];
  if (wanted.scopes.length === 0 || wanted.scopes.length > 100)
    issues.push({ path: '/scopes', code: 'value.required' });
  for (const [index, scope] of wanted.scopes.entries()) {
    if (!isScope(scope)) issues.push({ path: `/scopes/${index}`, code: 'value.option', params: { value: scope } });
  }
  if (expiresAt !== null && !(expiresAt > now && (latest === null || expiresAt <= latest))) {
    const range = { min: now.toISOString(), max: latest?.toISOString() ?? '9999-12-31' };
    issues.push({ path: '/expiresAt', code: 'value.range', params: range });
  }
  return issues;
}

function nameIssues(name: string): Issue[] {
  const path = '/name';
  if (name.trim() === '') return [{ path, code: 'value.required' }];
  return name.length > 100 ? [{ path, code: 'value.tooLong', params: { limit: 100 } }] : [];
}

export interface TokenInfo {
  readonly id: string;
  readonly name: string;
  readonly hint: string;
  readonly scopes: readonly string[];
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly usedAt: string | null;
  readonly usedIp: string | null;
}

/** The user's tokens, the newest first. */
export async function listTokens(people: People, userId: string): Promise<TokenInfo[]> {
  return people.database.query<TokenInfo>(
    sql`select id, name, hint, scopes, created_at as "createdAt", expires_at as "expiresAt", used_at as "usedAt", used_ip as "usedIp" from huike.token where user_id = ${sql.value(userId)} order by created_at desc, id desc`,
  );
}

/** Ends one of the actor's tokens. Throws `record.unknown`, `auth.scope`. */
export async function revokeToken(people: People, actor: UserActor, id: string): Promise<void> {
  requireAllScopes(actor);
  await people.database.transaction(async (tx) => {
    const ended = await tx.execute(
      sql`delete from huike.token where user_id = ${sql.value(actor.id)} and id = ${sql.value(id)}`,
    );
    if (ended === 0) throw problem('record.unknown');
    await appendEvent(tx, actor, { type: 'tokenRevoked', data: { token: id } });
    await moveVersion(tx, 'sessions');
  });
  people.watch.expire();
}

/**
 * Makes a key that a channel sends its events with, and records of the objects that it names; its text is shown once.
 * Throws `access.denied`, `write.invalid`.
 */
export async function createWriteKey(
  people: People,
  actor: Actor,
  wanted: { readonly name: string; readonly channel: string; readonly objects?: readonly string[] },
): Promise<{ readonly id: string; readonly key: string }> {
  await requireOperations(people, actor);
  const issues = nameIssues(wanted.name);
  if (!/^[\p{L}\p{N}][\p{L}\p{N}_.:-]{0,59}$/u.test(wanted.channel)) {
    issues.push({ path: '/channel', code: 'value.type', params: { expected: 'a name such as webShop' } });
  }
  const { objects = [] } = wanted;
  for (const [index, object] of objects.entries()) {
    const known = people.catalog().objects.get(object);
    // People and rights are nobody's to send.
    if (known === undefined || known.app === 'kernel')
      issues.push({ path: `/objects/${index}`, code: 'value.option', params: { value: object.slice(0, 60) } });
  }
  if (issues.length > 0) throw problem('write.invalid', { count: issues.length }, issues);
  const key = makeToken('hw_');
  const id = newId();
  const { name, channel } = wanted;
  await people.database.transaction(async (tx) => {
    await tx.execute(
      sql`insert into huike.write_key (hash, id, name, hint, channel, objects, created_at, created_by) values (${bytes(digest(key))}, ${sql.value(id)}, ${sql.value(name.trim())}, ${sql.value(hintOf(key))}, ${sql.value(channel)}, ${sql.value([...objects])}::text[], ${time(people.now())}, ${sql.value(actor.kind === 'user' ? actor.id : null)})`,
    );
    await appendEvent(tx, actor, {
      type: 'writeKeyCreated',
      data: { key: id, name: name.trim(), channel, objects: [...objects] },
    });
  });
  return { id, key };
}

export interface WriteKeyInfo {
  readonly id: string;
  readonly name: string;
  readonly hint: string;
  readonly channel: string;
  readonly objects: readonly string[];
  readonly createdAt: string;
}

/** Every write key, by name. Throws `access.denied`. */
export async function listWriteKeys(people: People, actor: Actor): Promise<WriteKeyInfo[]> {
  await requireOperations(people, actor);
  return people.database.query<WriteKeyInfo>(
    sql`select id, name, hint, channel, objects, created_at as "createdAt" from huike.write_key order by name, id`,
  );
}

/** Ends a write key. Throws `access.denied`, `record.unknown`. */
export async function revokeWriteKey(people: People, actor: Actor, id: string): Promise<void> {
  await requireOperations(people, actor);
  await people.database.transaction(async (tx) => {
    const ended = await tx.execute(sql`delete from huike.write_key where id = ${sql.value(id)}`);
    if (ended === 0) throw problem('record.unknown');
    await appendEvent(tx, actor, { type: 'writeKeyRevoked', data: { key: id } });
  });
}

/** The channel that a write key belongs to, and the objects whose records it may send; null when it isn't one. */
export async function resolveWriteKey(
  database: Queryable,
  key: string,
): Promise<{ readonly id: string; readonly channel: string; readonly objects: readonly string[] } | null> {
  if (!isToken('hw_', key)) return null;
  const text = 'select id, channel, objects from huike.write_key where hash = $1';
  const [row] = await database.queryText<{ id: string; channel: string; objects: string[] }>(
    text,
    [digest(key)],
    'people.writeKey',
  );
  return row ?? null;
}

async function requireOperations(people: People, actor: Actor): Promise<void> {
  if (actor.kind === 'system') return;
  const { roles } = people.catalog();
  if (actor.external || !capabilitiesOf(roles, actor.roles).has('operations')) throw problem('access.denied');
}
