import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

// The text of tokens and keys: `hk_` or `hw_`, 32 random bytes and a checksum, in base62. The prefix lets scanners find
// a leaked one; the checksum turns a mistyped one away without asking the database.

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const bodyLength = 43;
const checkLength = 6;

/** `hk_` is a person's token, `hw_` a write key of a channel. */
export type TokenPrefix = 'hk_' | 'hw_';

function base62(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest /= 62n) text = digits.charAt(Number(rest % 62n)) + text;
  return text;
}

const checksum = (text: string) => base62(BigInt(crc32(text)), checkLength);

/** A new one; 256 bits of chance. */
export function makeToken(prefix: TokenPrefix, bytes: Buffer = randomBytes(32)): string {
  const text = prefix + base62(BigInt(`0x${bytes.toString('hex')}`), bodyLength);
  return text + checksum(text);
}

/** Whether a text could have been made by `makeToken`. */
export function isToken(prefix: TokenPrefix, text: string): boolean {
  const end = prefix.length + bodyLength;
  return (
    text.startsWith(prefix) &&
    text.length === end + checkLength &&
    /^[0-9A-Za-z]+$/.test(text.slice(prefix.length)) &&
    text.slice(end) === checksum(text.slice(0, end))
  );
}

/** How a token ends: enough for its owner to tell it from the others. */
export const hintOf = (token: string): string => `…${token.slice(-4)}`;
