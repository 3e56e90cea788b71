import { timingSafeEqual } from 'node:crypto';
import { administratorRole, type Command, problem } from '@huike/schema';
import type { Origin, SystemActor } from '../access/actor.ts';
import { type Queryable, sql } from '../database/index.ts';
import { accountByEmail } from './credentials.ts';
import { bytes, type People, policyNow, time } from './people.ts';
import { codeAsTyped, digest, makeCode } from './secrets.ts';
import { admit, pendingFor, type SignedIn } from './signin.ts';

// The first administrator: by a code that only whoever started the server can read, or by the environment. There is no
// default account. That only one set-up succeeds is the user hook's care, in the transaction that makes the user.

const setupActor: SystemActor = { kind: 'system', name: 'setup' };
const codeHours = 24;
const wrongCodesAtMost = 20;

export interface SetupState {
  /** No administrator exists yet. */
  readonly needed: boolean;
}

export async function setupState(people: People): Promise<SetupState> {
  return { needed: !(await hasAdministrator(people.database)) };
}

async function hasAdministrator(database: Queryable): Promise<boolean> {
  const found = await database.query(
    sql`select 1 from data."user" where active and "deletedAt" is null and roles @> ${sql.value([administratorRole])}::text[] limit 1`,
  );
  return found.length > 0;
}

/** At each start: a new code to show in the terminal, good for a day; null when there is an administrator. */
export async function startSetup(people: People): Promise<string | null> {
  if (await hasAdministrator(people.database)) {
    await people.database.execute(sql`delete from huike.setup`);
    return null;
  }
  const code = makeCode(12);
  const expiresAt = new Date(people.now().getTime() + codeHours * 3_600_000);
  await people.database.execute(
    sql`insert into huike.setup (code_hash, expires_at) values (${bytes(hashOf(code))}, ${time(expiresAt)}) on conflict (one) do update set code_hash = excluded.code_hash, expires_at = excluded.expires_at, attempts = 0`,
  );
  return code;
}

const hashOf = (code: string) => digest(`setup:${codeAsTyped(code)}`);

export interface FirstAdministrator {
  readonly name: string;
  readonly email: string;
  readonly password: string;
  /** Becomes the department that all others lie below. */
  readonly company?: string;
}

/**
 * Makes the first administrator and signs in. Throws `setup.code` (wrong, expired, or tried too often), `setup.done`
 * when there is one already, `write.invalid` for what is wrong with the values.
 */
export async function setupAdministrator(
  people: People,
  code: string,
  wanted: FirstAdministrator,
  origin: Origin,
): Promise<SignedIn> {
  if (await hasAdministrator(people.database)) throw problem('setup.done');
  await checkCode(people, code);
  await makeAdministrator(people, wanted);
  await people.database.execute(sql`delete from huike.setup`);
  const account = await accountByEmail(people.database, wanted.email);
  if (account === null) throw problem('setup.done');
  const policy = policyNow(people);
  const pending = pendingFor(account, policy, people.catalog().roles, 'password', people.now());
  return admit(people, account, { policy, pending, method: 'password', attempt: null, origin });
}

async function checkCode(people: People, code: string): Promise<void> {
  const [row] = await people.database.query<{ hash: Buffer }>(
    sql`update huike.setup set attempts = attempts + 1 where attempts < ${sql.value(wrongCodesAtMost)} and expires_at > ${time(people.now())} returning code_hash as hash`,
  );
  if (row === undefined || !timingSafeEqual(row.hash, hashOf(code))) throw problem('setup.code');
}

async function makeAdministrator(
  people: People,
  { name, email, password, company }: FirstAdministrator,
): Promise<void> {
  const root: Command = { op: 'create', object: 'department', ref: 'company', values: { name: company ?? '' } };
  const department = company === undefined ? {} : { department: { $ref: 'company' } };
  const values = { name, email, password, roles: [administratorRole], ...department };
  const user: Command = { op: 'create', object: 'user', values };
  await people.write(setupActor, company === undefined ? [user] : [root, user]);
}

/**
 * Makes the first administrator of HUIKE_ADMIN_EMAIL and HUIKE_ADMIN_PASSWORD, if there is none yet; never changes one.
 * Whether it made one. Throws `write.invalid` when the policy refuses the password, and when only one of the two is set.
 */
export async function setupFromEnvironment(people: People, environment: NodeJS.ProcessEnv): Promise<boolean> {
  const { HUIKE_ADMIN_EMAIL: email, HUIKE_ADMIN_PASSWORD: password } = environment;
  if (!email && !password) return false;
  if (!email || !password) throw new Error('HUIKE_ADMIN_EMAIL and HUIKE_ADMIN_PASSWORD belong together');
  if (await hasAdministrator(people.database)) return false;
  try {
    const name = people.catalog().company.language === 'zh' ? '管理员' : 'Administrator';
    await makeAdministrator(people, { name, email, password });
    return true;
  } catch (error) {
    // Another process that started at the same time may have been first.
    if (await hasAdministrator(people.database)) return false;
    throw error;
  }
}
