import { problem } from '@huike/schema';
import { generateSecret, generateURI, verifySync } from 'otplib';
import { type Queryable, sql } from '../database/index.ts';
import { bytes, time } from './people.ts';
import { codeAsTyped, digest, makeCode, type Secrets } from './secrets.ts';

// The second factor: time-based one-time codes (RFC 6238: SHA-1, 6 digits, 30 seconds, one step to either side), and
// recovery codes for a lost phone. A step counts once; a recovery code counts once.

const stepSeconds = 30;
const recoveryCodes = 10;
const purposeOf = (userId: string) => `totp:${userId}`;

/** The time step that a code belongs to, now or one step away; null when it belongs to none. */
export function stepOf(secret: string, code: string, now: Date): number | null {
  if (!/^\d{6}$/.test(code)) return null;
  const epoch = Math.floor(now.getTime() / 1000);
  const result = verifySync({ secret, token: code, epoch, epochTolerance: stepSeconds });
  return result.valid && 'timeStep' in result ? result.timeStep : null;
}

export interface Enrolment {
  /** Base32, to be typed where the picture can't be taken. */
  readonly secret: string;
  /** `otpauth://…`, for the QR code. */
  readonly uri: string;
}

/** Makes a secret for the user, which counts once confirmed. Throws `access.denied` when one is confirmed already. */
export async function beginEnrolment(
  database: Queryable,
  secrets: Secrets,
  user: { readonly userId: string; readonly email: string },
): Promise<Enrolment> {
  const secret = generateSecret();
  const sealed = secrets.seal(purposeOf(user.userId), Buffer.from(secret));
  const stored = await database.execute(
    sql`insert into huike.totp as t (user_id, secret) values (${sql.value(user.userId)}, ${bytes(sealed)}) on conflict (user_id) do update set secret = excluded.secret, last_step = -1 where t.confirmed_at is null`,
  );
  if (stored === 0) throw problem('access.denied');
  return { secret, uri: generateURI({ issuer: '汇客 Huike', label: user.email, secret }) };
}

/** The first code shows that the secret arrived: from now on it is asked for. Ten recovery codes, shown once. */
export async function confirmEnrolment(
  tx: Queryable,
  secrets: Secrets,
  userId: string,
  code: string,
  now: Date,
): Promise<string[]> {
  const step = await useCode(tx, secrets, userId, codeAsTyped(code), now, false);
  if (step === null) throw problem('auth.code');
  await tx.execute(sql`update huike.totp set confirmed_at = ${time(now)} where user_id = ${sql.value(userId)}`);
  return renewRecoveryCodes(tx, userId);
}

/** Ten new recovery codes in the place of those before. */
export async function renewRecoveryCodes(tx: Queryable, userId: string): Promise<string[]> {
  const codes = Array.from({ length: recoveryCodes }, () => makeCode(16));
  const hashes = codes.map((code) => hashOf(userId, code).toString('hex'));
  await tx.execute(sql`delete from huike.recovery_code where user_id = ${sql.value(userId)}`);
  await tx.execute(
    sql`insert into huike.recovery_code (user_id, hash) select ${sql.value(userId)}, decode(h, 'hex') from unnest(${sql.value(hashes)}::text[]) h`,
  );
  return codes;
}

export type Factor = 'totp' | 'recoveryCode';

/** Uses a one-time or recovery code up. Which it was; null when it isn't one, or not any more. */
export async function useSecondFactor(
  tx: Queryable,
  secrets: Secrets,
  userId: string,
  code: string,
  now: Date,
): Promise<Factor | null> {
  const typed = codeAsTyped(code);
  if (/^\d{6}$/.test(typed)) return (await useCode(tx, secrets, userId, typed, now, true)) === null ? null : 'totp';
  const used = await tx.execute(
    sql`delete from huike.recovery_code where user_id = ${sql.value(userId)} and hash = ${bytes(hashOf(userId, typed))}`,
  );
  return used > 0 ? 'recoveryCode' : null;
}

/** Takes the second factor off: the user enrols anew. */
export async function removeSecondFactor(tx: Queryable, userId: string): Promise<void> {
  await tx.execute(sql`delete from huike.totp where user_id = ${sql.value(userId)}`);
  await tx.execute(sql`delete from huike.recovery_code where user_id = ${sql.value(userId)}`);
}

async function useCode(
  tx: Queryable,
  secrets: Secrets,
  userId: string,
  code: string,
  now: Date,
  confirmed: boolean,
): Promise<number | null> {
  const [row] = await tx.query<{ secret: Buffer }>(
    sql`select secret from huike.totp where user_id = ${sql.value(userId)} and (confirmed_at is not null) = ${sql.value(confirmed)}`,
  );
  if (row === undefined) return null;
  const step = stepOf(secrets.open(purposeOf(userId), row.secret).toString(), code, now);
  if (step === null) return null;
  // Of two who bring the same code at once, one finds the step used.
  const used = await tx.execute(
    sql`update huike.totp set last_step = ${sql.value(step)} where user_id = ${sql.value(userId)} and last_step < ${sql.value(step)}`,
  );
  return used > 0 ? step : null;
}

function hashOf(userId: string, code: string): Buffer {
  return digest(`${userId}:${codeAsTyped(code)}`);
}
