import { availableParallelism } from 'node:os';
import { hash, type Options, verify } from '@node-rs/argon2';
import type { Failure } from '../catalog/types.ts';
import { isCommon } from './common-passwords.ts';
import type { Policy } from './policy.ts';
import { turns } from './turns.ts';

// Passwords: what may be one, and how it is kept. Argon2id, its default; about 50 ms of one core and 64 MiB a hash.

const cost: Options = { memoryCost: 65_536, timeCost: 2, parallelism: 1 };
const maxLength = 256;
// So many hashes at a time that a flood of sign-ins eats no memory.
const inTurn = turns(Math.min(4, Math.max(2, availableParallelism())), 200);

/** How many hashes this process began. */
export const hashesBegun = inTurn.begun;

// The same letters, however the keyboard composed them.
const normal = (password: string) => password.normalize('NFKC').slice(0, maxLength + 1);

/** The PHC string to store. Throws `request.rateLimited` when too many are asked for at once. */
export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(normal(password), cost));
}

// Of a random password that nobody knows, under the same cost: verifying against it takes as long as any.
let nobody: Promise<string> | null = null;

/**
 * Whether the password is the one of the hash. Without a hash (no such user) it takes the same time and is false.
 * Throws `request.rateLimited` when too many are asked for at once.
 */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  nobody ??= hash(crypto.randomUUID(), cost);
  const against = stored ?? (await nobody);
  const same = await inTurn(() => verify(against, normal(password)));
  return same && stored !== null;
}

/** Whether the password is one of those already used. */
export async function isReused(password: string, hashes: readonly string[]): Promise<boolean> {
  for (const one of hashes) if (await verifyPassword(one, password)) return true;
  return false;
}

export interface PasswordOwner {
  readonly name: string;
  readonly email: string;
  readonly phone: string | null;
  readonly administrator: boolean;
}

/** What is wrong with a password under a policy; null when nothing is. */
export function checkPassword(password: string, policy: Policy['password'], owner: PasswordOwner): Failure | null {
  const length = [...password.normalize('NFKC')].length;
  const limit = owner.administrator ? policy.administratorMinLength : policy.minLength;
  if (length < limit) return { code: 'password.tooShort', params: { limit } };
  if (length > maxLength) return { code: 'password.tooLong', params: { limit: maxLength } };
  if (classesOf(password) < policy.classes) return { code: 'password.classes', params: { count: policy.classes } };
  if (isPersonal(password, owner, policy)) return { code: 'password.personal' };
  if (isCommon(password, companyWords(owner.email))) return { code: 'password.common' };
  return null;
}

/** What a guesser knows of the company: its domain, `chuanwei` of `li@mail.chuanwei.com.cn`. */
function companyWords(email: string): string[] {
  const labels = (email.split('@')[1] ?? '').split('.').slice(0, -1);
  return labels.filter((label) => label.length >= 3 && !['com', 'net', 'org', 'gov', 'edu', 'mail'].includes(label));
}

function classesOf(password: string): number {
  return [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{Ll}\p{Lu}\p{Nd}]/u].filter((one) => one.test(password)).length;
}

/** Strictly: it contains something of the owner's. Else: it does, and the rest alone would be too short. */
function isPersonal(password: string, owner: PasswordOwner, policy: Policy['password']): boolean {
  const text = password.normalize('NFKC').toLowerCase();
  return personalParts(owner).some(
    (part) => text.includes(part) && (policy.strictlyImpersonal || text.replaceAll(part, '').length < policy.minLength),
  );
}

function personalParts({ name, email, phone }: PasswordOwner): string[] {
  const account = email.split('@')[0] ?? '';
  const words = [name.replace(/\s+/g, ''), ...name.split(/\s+/), email, account, ...account.split(/[._+-]/)];
  const digits = phone?.replace(/\D/g, '').slice(-11) ?? '';
  return [...words, digits]
    .map((word) => word.normalize('NFKC').toLowerCase())
    .filter((word) => word.length >= (/\p{Script=Han}/u.test(word) ? 2 : 3));
}
