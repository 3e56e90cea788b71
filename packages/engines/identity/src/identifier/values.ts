import { parsePhone, readEmail } from '@huike/kernel/fields/contact';
import type { IdentifierForm } from '@huike/schema';

// How the value of an identifier is read: one spelling for each, and none for what identifies nobody.

/** Longest value of an identifier, in UTF-16 units. */
export const valueLength = 512;

/** The value in its one spelling; null when it can't be a value of this form. */
export function readValue(form: IdentifierForm, text: string): string | null {
  // Marks that nobody sees come along when a number is pasted from an address book.
  const value = text
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .trim();
  if (value === '' || value.length > valueLength || /\p{Cc}/u.test(value) || !value.isWellFormed()) return null;
  switch (form) {
    case 'phone':
      return parsePhone(value);
    case 'email':
      return readEmail(value);
    case 'creditCode':
      return readCreditCode(value);
    case 'nationalId':
      return readNationalId(value);
    case 'lower':
      return value.toLowerCase();
    case 'exact':
      return value;
  }
}

/** Whether a value can be relied on to be what it says: of forms with a check digit, that it fits. */
export function isChecked(form: IdentifierForm, value: string): boolean {
  if (form === 'nationalId') return hasNationalIdCheck(value);
  return form !== 'creditCode' || hasCreditCodeCheck(value);
}

const words: ReadonlySet<string> = new Set(
  (
    'null nil none undefined nan n/a na void empty unknown anonymous anon guest visitor test true false ' +
    '无 空 未知 匿名 匿名用户 游客 访客 测试 暂无 没有'
  ).split(' '),
);
const placeholderNames =
  /^(?:no-?reply|do-?not-?reply|none|null|na|no|noemail|no-?mail|guest|anonymous|unknown|nobody)@/;

/** Whether a value in its one spelling stands for nobody: a word such as `guest`, zeros, the number of a sample card. */
export function standsForNobody(form: IdentifierForm, value: string): boolean {
  if (form === 'email') return placeholderNames.test(value);
  if (form === 'phone') return isSampleNumber(value.replace(/^\+(?:86)?/, ''));
  const bare = value.toLowerCase().replace(/[-_:.\s{}]/g, '');
  return words.has(value.toLowerCase()) || words.has(bare) || /^(?:0*|([a-z])\1{5,})$/.test(bare);
}

/** 13800138000 and its like, and one digit repeated: what people type when they don't want to give theirs. */
function isSampleNumber(digits: string): boolean {
  return /^(1\d\d)00\1(?:000)$/.test(digits) || /^1\d\d0{8}$/.test(digits) || /^(\d)\1+$/.test(digits);
}

const creditSigns = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const creditWeights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/** 18 signs of GB 32100-2015, upper case; whether its check sign fits is another question. */
function readCreditCode(value: string): string | null {
  const code = value.toUpperCase().replace(/[\s-]/g, '');
  return /^[0-9A-HJ-NPQRTUWXY]{18}$/.test(code) ? code : null;
}

/** Check sign of GB 32100-2015, section 4.6: 31 − (Σ sign × weight mod 31). */
function hasCreditCodeCheck(code: string): boolean {
  const sum = creditWeights.reduce((total, weight, at) => total + weight * creditSigns.indexOf(code.charAt(at)), 0);
  return creditSigns.charAt((31 - (sum % 31)) % 31) === code.charAt(17);
}

const nationalWeights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** A resident's number of GB 11643-1999 in upper case, or another country's: 4 to 32 letters and digits. */
function readNationalId(value: string): string | null {
  const id = value.toUpperCase().replace(/[\s-]/g, '');
  return /^[0-9A-Z]{4,32}$/.test(id) ? id : null;
}

/** Check sign of GB 11643-1999 (ISO 7064, MOD 11-2), with a date of birth that can be. */
function hasNationalIdCheck(id: string): boolean {
  if (!/^\d{17}[\dX]$/.test(id)) return false;
  const sum = nationalWeights.reduce((total, weight, at) => total + weight * Number(id.charAt(at)), 0);
  if ('10X98765432'.charAt(sum % 11) !== id.charAt(17)) return false;
  const [year, month, day] = [id.slice(6, 10), id.slice(10, 12), id.slice(12, 14)];
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  return Number(year) >= 1850 && !Number.isNaN(date.getTime()) && date.getUTCDate() === Number(day);
}
