import type { Json } from '@huike/schema';
import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { FieldHandler } from '../catalog/types.ts';
import { cleanText } from './clean.ts';
import { isBlank, nothing, operatorSets, plain, stored, textColumn, wrongType } from './common.ts';
import { mask } from './mask.ts';
import { comparedText } from './text.ts';

// Ways to reach someone. Each has one form, so that equal ones compare equal.

const plainMobile = /^1[3-9]\d{9}$/;

/**
 * A phone number in E.164 without its extension; a bare one is taken as Chinese. Checked by its length, not by the
 * ranges in use: those change while an installation stands. Null when it isn't one.
 */
export function parsePhone(value: Json): string | null {
  const written = typeof value === 'number' ? String(value) : value;
  // Most are Chinese mobiles, written plainly: a long way round costs more than the rest of a record.
  if (typeof written === 'string' && plainMobile.test(written)) return `+86${written}`;
  if (typeof written !== 'string' || written.length > 60) return null;
  // Numbers pasted from an address book bring marks along that nobody sees.
  const bare = written
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .trim()
    .replace(/^tel:/i, '')
    .replace(/\s*(转|轉|分机)\s*\d*$/, '');
  const phone = parsePhoneNumberFromString(bare, { defaultCountry: 'CN', extract: false });
  if (!phone?.isPossible()) return null;
  const national = phone.nationalNumber;
  // A Chinese number of fewer digits lacks its area code; none has more.
  if (phone.countryCallingCode === '86' && !/^\d{10,11}$/.test(national)) return null;
  const dialled = bare.replace(/(;|ext|x|#).*$/i, '').replace(/\D/g, '');
  const prefix = dialled.slice(0, dialled.length - national.length);
  const known = [
    '',
    '0',
    '00',
    phone.countryCallingCode,
    `00${phone.countryCallingCode}`,
    `${phone.countryCallingCode}0`,
  ];
  // The library also takes off what it believes to be a carrier's code.
  return dialled.endsWith(national) && known.includes(prefix) ? phone.number : null;
}

export const phone: FieldHandler = {
  type: 'phone',
  columns: () => [textColumn],
  parse: (value) => {
    if (isBlank(value)) return nothing;
    const number = parsePhone(value);
    return number === null ? wrongType('a phone number with its area code') : stored({ '': number });
  },
  ...plain,
  operators: operatorSets.text,
  comparable: {
    ...comparedText,
    parse: parsePhone,
    fragment: (value, op) => {
      const digits = value.normalize('NFKC').replace(/[\s()-]/g, '');
      if (!/^\+?\d{1,15}$/.test(digits)) return null;
      return op === 'startsWith' && !digits.startsWith('+') ? `+86${digits}` : digits;
    },
    expected: 'a phone number with its area code',
  },
  mask,
  search: 'phone',
  jsonSchema: () => ({ in: { type: 'string', maxLength: 60 }, out: { type: 'string', pattern: '^\\+[0-9]{4,15}$' } }),
};

const emailPattern =
  /^[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+[\p{L}\p{N}-]{2,63}$/u;

/** An e-mail address in lower case; null when it isn't one. */
export function readEmail(value: Json): string | null {
  if (typeof value !== 'string' || value.length > 1000) return null;
  const text = value
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .trim()
    .toLowerCase();
  return text.length <= 254 && emailPattern.test(text) ? text : null;
}

export const email: FieldHandler = {
  type: 'email',
  columns: () => [textColumn],
  parse: (value) => {
    if (isBlank(value)) return nothing;
    const address = readEmail(value);
    return address === null ? wrongType('an e-mail address') : stored({ '': address });
  },
  ...plain,
  operators: operatorSets.text,
  comparable: { ...comparedText, parse: readEmail, expected: 'an e-mail address' },
  mask,
  search: 'email',
  jsonSchema: () => ({ in: { type: 'string', maxLength: 254 }, out: { type: 'string', format: 'email' } }),
};

const urlLength = 2000;
const schemes = new Set(['http:', 'https:', 'mailto:', 'tel:']);
const bareHost = /^[\p{L}\p{N}.-]+\.\p{L}{2,}(?::\d{1,5})?(?:[/?#]|$)/u;

/** An address that is safe to open, with a scheme; null when it isn't one. */
export function readUrl(value: Json): string | null {
  const cleaned =
    typeof value === 'string' && !/[\t\r\n]/.test(value.trim()) ? cleanText(value, urlLength, false) : null;
  if (cleaned === null || !cleaned.ok || /\s/.test(cleaned.text)) return null;
  const address = bareHost.test(cleaned.text) ? `https://${cleaned.text}` : cleaned.text;
  // Browsers read an address by the same rules, so what is refused here isn't run there.
  const url = URL.parse(address);
  return url !== null && schemes.has(url.protocol) && address.length <= urlLength ? address : null;
}

export const url: FieldHandler = {
  type: 'url',
  columns: () => [textColumn],
  parse: (value) => {
    if (isBlank(value)) return nothing;
    const address = readUrl(value);
    return address === null ? wrongType('an http, https, mailto or tel address') : stored({ '': address });
  },
  ...plain,
  operators: operatorSets.text,
  comparable: comparedText,
  mask,
  search: 'url',
  jsonSchema: () => ({ in: { type: 'string', maxLength: urlLength }, out: { type: 'string', format: 'uri' } }),
};
