import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes, randomInt } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

// What must be read back (unlike a password) lies encrypted: AES-256-GCM under a key that is not in the database.

const format = 1;
const ivLength = 12;
const tagLength = 16;

export interface Secrets {
  /** Encrypts for one purpose, e.g. `totp:<user id>`; it opens for that purpose only. */
  seal(purpose: string, plain: Buffer): Buffer;
  /** Throws when the text was changed, or sealed for another purpose or under another key. */
  open(purpose: string, sealed: Buffer): Buffer;
}

/** Secrets under a key of at least 16 bytes. */
export function secretsFrom(master: Buffer): Secrets {
  if (master.length < 16) throw new Error('HUIKE_SECRET is too short: at least 16 bytes');
  const key = Buffer.from(hkdfSync('sha256', master, '', 'huike secrets', 32));
  return {
    seal(purpose, plain) {
      const iv = randomBytes(ivLength);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(purpose));
      const text = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([Buffer.from([format]), iv, cipher.getAuthTag(), text]);
    },
    open(purpose, sealed) {
      if (sealed[0] !== format || sealed.length < 1 + ivLength + tagLength) throw new Error('not a sealed text');
      const iv = sealed.subarray(1, 1 + ivLength);
      const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: tagLength })
        .setAAD(Buffer.from(purpose))
        .setAuthTag(sealed.subarray(1 + ivLength, 1 + ivLength + tagLength));
      return Buffer.concat([decipher.update(sealed.subarray(1 + ivLength + tagLength)), decipher.final()]);
    },
  };
}

/**
 * Secrets under HUIKE_SECRET, else under the key in the data folder's file `secret`, made at first use and readable by
 * its owner alone. Several processes may ask at once: all get the same key.
 */
export async function openSecrets(dataFolder: string, environment: NodeJS.ProcessEnv = process.env): Promise<Secrets> {
  const given = environment.HUIKE_SECRET;
  if (given !== undefined && given !== '') return secretsFrom(Buffer.from(given));
  const key = (await readKey(dataFolder)) ?? (await putKey(dataFolder, randomBytes(32).toString('base64')));
  return secretsFrom(Buffer.from(key, 'base64'));
}

/** Puts a key into the data folder, unless there is one. Returns the one that is there then. */
export async function putKey(dataFolder: string, key: string): Promise<string> {
  const file = keyFile(dataFolder);
  await mkdir(dataFolder, { recursive: true });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, `${key}\n`, { mode: 0o600, flush: true });
  // A link appears whole or not at all, and only the first one does.
  await link(draft, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(draft);
  const made = await readKey(dataFolder);
  if (made === null) throw new Error(`the key file ${file} vanished while it was made`);
  return made;
}

export const keyFile = (dataFolder: string): string => path.join(dataFolder, 'secret');

/** The key in the data folder, in base64; null when there is none. */
export async function readKey(dataFolder: string): Promise<string | null> {
  try {
    return (await readFile(keyFile(dataFolder), 'utf8')).trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** SHA-256, for what is random enough to be found by its digest alone (session ids, tokens, codes). */
export function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

const letters = 'abcdefghjkmnpqrstuvwxyz23456789';

/** A code for a person to type, of letters that don't look alike, in groups of four: about 5 bits a letter. */
export function makeCode(length: number): string {
  const code = Array.from({ length }, () => letters.charAt(randomInt(letters.length))).join('');
  return code.replace(/(.{4})(?=.)/g, '$1-');
}

/** A code in one form, however it was typed. */
export function codeAsTyped(code: string): string {
  return code.normalize('NFKC').replace(/[\s-]/g, '').toLowerCase();
}
