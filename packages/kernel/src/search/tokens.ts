// The search index without an extension: lexemes made here, stored as a tsvector, found by a tsquery through GIN.
//
//   3=张三          the whole title, so that exact hits can come first
//   3:张三 3:三      every two neighbouring Chinese characters, and the last one alone
//   3:zhangsan 3:san   pinyin from every character on; 3:zs its initials
//   3:ht20260012 3:0012   words, codes and numbers, whole and by their parts
//   3~8000          digits from the end of a phone or a code
//
// `3` is the field's tag. A query looks for whole lexemes or for their beginnings.
import { foldWidth, simplify } from './fold.ts';
import { readings } from './pinyin.ts';

export type SearchKind = 'text' | 'title' | 'phone' | 'email' | 'code' | 'url';

const MAX_TEXT = 2_000;
const MAX_LEXEME = 64;
const MAX_LEXEMES = 200;
/** Room that is kept for pinyin when a text has very many words. */
const MAX_WORD_LEXEMES = 150;
/** Pinyin is indexed from each character on, for so many letters; a longer query is cut alike. */
const MAX_PINYIN = 24;
const MAX_SPELLINGS = 4;
/** How many Chinese characters of a value can be found by pinyin. */
const PINYIN_CHARACTERS: Readonly<Record<SearchKind, number>> = {
  title: 40,
  text: 24,
  phone: 8,
  email: 0,
  code: 8,
  url: 0,
};

/** The lexemes of one value; `add` drops what is over the limits. */
class Lexemes {
  readonly tag: string;
  readonly all = new Set<string>();
  limit = MAX_WORD_LEXEMES;

  constructor(tag: string) {
    this.tag = tag;
  }

  add(mark: ':' | '=' | '~', body: string): void {
    if (body === '' || this.all.size >= this.limit) return;
    const lexeme = this.tag + mark + body;
    if (lexeme.length <= MAX_LEXEME) this.all.add(lexeme);
    // A cut value isn't the whole value.
    else if (mark !== '=') this.all.add(lexeme.slice(0, MAX_LEXEME).toWellFormed());
  }
}

/** A stretch of characters that are written without blanks (punctuation between them doesn't part them), or a word. */
type Run = { readonly characters: string[] } | { readonly word: string; readonly tail: string };

const UNSPACED = /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Script=Thai}|々|ー/u;
const LETTER = /[\p{L}\p{N}\p{M}]/u;
const APOSTROPHE = /['’ʼ`]/;

function characterClass(character: string, code: number): 'unspaced' | 'letter' | 'other' {
  if (code < 0x80) {
    const lower = code | 0x20;
    return (lower >= 0x61 && lower <= 0x7a) || (code >= 0x30 && code <= 0x39) ? 'letter' : 'other';
  }
  if (code >= 0x4e00 && code <= 0x9fff) return 'unspaced';
  if (UNSPACED.test(character)) return 'unspaced';
  return LETTER.test(character) ? 'letter' : 'other';
}

/** Takes folded text apart. An apostrophe inside a word vanishes; `tail` is what follows it (o'brien: obrien, brien). */
function runsOf(text: string): Run[] {
  const runs: Run[] = [];
  let characters: string[] | undefined;
  let word = '';
  let tail = '';
  let apostrophe = false;
  const endWord = () => {
    if (word !== '') runs.push({ word, tail: tail.length >= 3 && tail !== word ? tail : '' });
    word = '';
    tail = '';
    apostrophe = false;
  };
  for (const character of text) {
    const kind = characterClass(character, character.codePointAt(0) ?? 0);
    if (kind === 'letter') {
      if (apostrophe) tail = '';
      apostrophe = false;
      word += character;
      tail += character;
      characters = undefined;
    } else if (kind === 'unspaced') {
      endWord();
      if (characters) {
        characters.push(character);
      } else {
        characters = [character];
        runs.push({ characters });
      }
    } else if (word !== '' && !apostrophe && APOSTROPHE.test(character)) {
      apostrophe = true;
    } else {
      endWord();
    }
  }
  endWord();
  return runs;
}

const MIXED = /\p{L}\p{N}|\p{N}\p{L}/u;
const PARTS = /\p{N}+|[\p{L}\p{M}]+/gu;

function partsOf(word: string): readonly string[] {
  return MIXED.test(word) ? (word.match(PARTS) ?? [word]) : [word];
}

function addWord(to: Lexemes, word: string): void {
  to.add(':', word);
  for (const part of partsOf(word)) {
    if (part !== word) to.add(':', part);
    if (part.startsWith('0')) to.add(':', part.replace(/^0+/, ''));
  }
}

function addCharacters(to: Lexemes, characters: readonly string[]): void {
  for (let i = 0; i < characters.length; i++) to.add(':', simplify(`${characters[i]}${characters[i + 1] ?? ''}`));
}

/** What may be typed for the characters from `from` on: up to four spellings when some are read in several ways. */
function spellings(readingsOf: readonly (readonly string[])[], from: number, initials: boolean): readonly string[] {
  let texts = [''];
  for (let i = from; i < readingsOf.length; i++) {
    const [first, ...others] = readingsOf[i] ?? [];
    if (first === undefined || texts.every((text) => text.length >= MAX_PINYIN)) break;
    const before = texts;
    texts = before.map((text) => text + (initials ? first.slice(0, 1) : first));
    for (const other of others) {
      if (initials && other[0] === first[0]) continue;
      for (const text of before) {
        if (texts.length < MAX_SPELLINGS) texts.push(text + (initials ? other.slice(0, 1) : other));
      }
    }
  }
  return texts;
}

function addPinyin(to: Lexemes, characters: readonly string[]): void {
  const readingsOf = readings(characters);
  for (let i = 0; i < characters.length; i++) {
    for (const text of spellings(readingsOf, i, false)) to.add(':', text.slice(0, MAX_PINYIN));
    // A single initial begins the full pinyin anyway.
    for (const text of spellings(readingsOf, i, true)) if (text.length > 1) to.add(':', text.slice(0, MAX_PINYIN));
  }
}

function addText(to: Lexemes, text: string, kind: SearchKind): void {
  const runs = runsOf(text);
  for (const run of runs) {
    if ('characters' in run) {
      addCharacters(to, run.characters);
      continue;
    }
    addWord(to, run.word);
    to.add(':', run.tail);
  }
  to.limit = MAX_LEXEMES;
  let left = PINYIN_CHARACTERS[kind];
  for (const run of runs) {
    if (left <= 0) break;
    if (!('characters' in run)) continue;
    addPinyin(to, run.characters.slice(0, left));
    left -= run.characters.length;
  }
}

const reversed = (text: string) => [...text].reverse().join('');

// Calling codes: one digit, two digits, else three.
const COUNTRY = /^(?:86|1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})/;

/** The ways in which one telephone number is written as digits: with the calling code, without it, without the area. */
function phoneForms(written: string): readonly string[] {
  const digits = written.replace(/\D/g, '');
  const international = /^\s*(?:\+|00)/.test(written) || /^86(?:1\d{10}|[2-9]\d{8,10}|10\d{8})$/.test(digits);
  if (!international) return [digits];
  const full = digits.replace(/^00/, '');
  const national = full.replace(COUNTRY, '');
  const forms = [full, national];
  if (full.startsWith('86') && !/^1\d{10}$/.test(national)) {
    forms.push(`0${national}`, national.slice(/^(?:10|2\d)/.test(national) ? 2 : 3));
  }
  return forms.filter((form) => form.length >= 4);
}

const PHONE_SEPARATOR = /[/;,、|]|或/;
const EXTENSION = /(?:转|分机|ext\.?|x|#|-{2})\s*(\d{1,6})\s*$/;

function addPhone(to: Lexemes, text: string): void {
  for (const one of text.split(PHONE_SEPARATOR)) {
    const main = one.replace(EXTENSION, '');
    const forms = phoneForms(main);
    for (const form of forms) to.add(':', form);
    if (forms[0] !== undefined && forms[0].length >= 4) to.add('~', reversed(forms[0]));
  }
}

/** Whole, the local part joined and from each of its parts on, and the domain. */
function addEmail(to: Lexemes, text: string): void {
  to.add(':', text);
  const at = text.lastIndexOf('@');
  const local = at < 0 ? text : text.slice(0, at);
  const parts = local.split(/[^\p{L}\p{N}]+/u).filter((part) => part !== '');
  for (let i = 0; i < parts.length; i++) to.add(':', parts.slice(i).join(''));
  if (at >= 0) addDomains(to, text.slice(at + 1));
}

/** From each label on, down to the name: b.example.com.cn, example.com.cn. */
function addDomains(to: Lexemes, domain: string): void {
  const labels = domain.split('.');
  for (let i = 0; i < labels.length - 1; i++) {
    if (i > 0 && GENERIC.has(labels[i] ?? '')) return;
    to.add(':', labels.slice(i).join('.'));
  }
}

const GENERIC: ReadonlySet<string> = new Set(['com', 'net', 'org', 'gov', 'edu', 'co', 'ac']);

/** Whole with its punctuation, joined without it from each part on, and from its end. */
function addCode(to: Lexemes, text: string): void {
  to.add(':', text);
  const parts = text.split(/[^\p{L}\p{N}]+/u).filter((part) => part !== '');
  for (let i = 0; i < parts.length - 1; i++) to.add(':', parts.slice(i).join(''));
  const joined = parts.join('');
  if (joined.length >= 4) to.add('~', reversed(joined));
}

const SCHEME = /^(?:[a-z][a-z0-9+.-]*:)?\/\/(?:www\.)?|^www\./;

function addUrl(to: Lexemes, address: string): void {
  to.add(':', address);
  addDomains(to, address.split(/[/?#:]/, 1)[0] ?? '');
}

/**
 * The lexemes of one value of a searchable field, each beginning with the field's tag (letters and digits).
 * At most 200 of at most 64 characters; a long text is cut. Any string is safe.
 */
export function searchTokens(fieldTag: string, kind: SearchKind, value: string): string[] {
  const text = foldWidth(value, MAX_TEXT);
  const lexemes = new Lexemes(fieldTag);
  if (kind === 'title') lexemes.add('=', simplify(text));
  if (kind === 'phone') addPhone(lexemes, text);
  else if (kind === 'email') addEmail(lexemes, text);
  else if (kind === 'code') addCode(lexemes, text);
  else if (kind === 'url') addUrl(lexemes, text.replace(SCHEME, ''));
  if (kind !== 'email') addText(lexemes, kind === 'url' ? text.replace(SCHEME, '') : text, kind);
  return withoutBeginnings([...lexemes.all]);
}

/** Words are looked for by their beginnings: a lexeme that another one begins with finds nothing more. */
function withoutBeginnings(lexemes: readonly string[]): string[] {
  const sorted = [...lexemes].sort();
  return sorted.filter((lexeme, i) => sorted[i + 1]?.startsWith(lexeme) !== true);
}

/** One lexeme to look for: itself, or with `prefix` every lexeme that begins with it. */
export interface SearchTerm {
  readonly lexeme: string;
  readonly prefix: boolean;
}

/** One way in which a word of the query may match: all terms, all in the field with this tag. */
export interface SearchMatch {
  readonly tag: string;
  readonly allOf: readonly SearchTerm[];
}

/** A word of the query matches a record when one of its ways does. */
export interface SearchWord {
  readonly text: string;
  readonly anyOf: readonly SearchMatch[];
}

/** A record is found when every word matches, be it in different fields. No words: nothing is found. */
export interface SearchQuery {
  readonly words: readonly SearchWord[];
  /** Lexemes of values that equal the whole query; records that have one come first. */
  readonly exact: readonly string[];
}

const MAX_QUERY = 200;
const MAX_WORDS = 12;
const MAX_TERMS = 16;

type Body = { readonly body: string; readonly prefix: boolean };
const beginsWith = (body: string, limit = MAX_LEXEME - 8): Body => ({ body: body.slice(0, limit), prefix: true });
const wordTerm = (word: string) => beginsWith(`:${word}`, /^[a-z]*$/.test(word) ? MAX_PINYIN + 1 : undefined);

/** The terms of a query's word taken as text: pairs of Chinese characters, beginnings of words. */
function textTerms(runs: readonly Run[], parts: boolean): Body[] {
  return runs.flatMap((run): Body[] => {
    if ('word' in run) return (parts ? partsOf(run.word) : [run.word]).map(wordTerm);
    const characters = [...simplify(run.characters.join(''))];
    if (characters.length === 1) return [beginsWith(`:${characters[0]}`)];
    return characters.slice(1).map((character, i) => ({ body: `:${characters[i]}${character}`, prefix: false }));
  });
}

/** All ways in which one word of a query may match a field. */
function waysOf(word: string): Body[][] {
  const runs = runsOf(word);
  const words = runs.flatMap((run) => ('word' in run ? [run.word] : []));
  const joined = words.join('');
  const ways = [textTerms(runs, false)];
  if (words.some((one) => MIXED.test(one))) ways.push(textTerms(runs, true));
  if (runs.length > 0 && words.length === runs.length) {
    if (words.length > 1) ways.push([wordTerm(joined)]);
    // An address or a code as it is written. Parts alone would also match them in another order.
    if (/[@./]/.test(word)) ways.push([beginsWith(`:${word.replace(SCHEME, '').replace(/^@/, '')}`)]);
    if (joined.length >= 4 && /\d/.test(joined)) ways.push([beginsWith(`~${reversed(joined)}`)]);
    if (/^\d+$/.test(joined)) {
      for (const form of phoneForms(word).slice(1, 2))
        ways.push([beginsWith(`:${form}`)], [beginsWith(`~${reversed(form)}`)]);
    }
  }
  // Nothing but signs, such as an emoji: the value must begin with them.
  if (runs.length === 0) ways.push([beginsWith(`=${word}`)]);
  return ways.filter((way) => way.length > 0).map((way) => way.slice(0, MAX_TERMS));
}

const PHONE_PIECE = /^\+?[\d()\-.]*\d[\d()\-.]*$/;
// A mobile's beginning, a calling or area code and more, or the two halves of a local number.
const SPACED_PHONE = /^1[3-9]\d \d{3,4}(?: \d{1,4})?$|^[+0]\d[\d ]{4,18}$|^[2-9]\d{2,3} \d{4}$/;

/** The words of a query; the pieces of a spaced phone number (138 0013 8000) stay together. */
function wordsOf(text: string): string[] {
  const words: string[] = [];
  let pieces: string[] = [];
  const endPieces = () => {
    const together = pieces.join(' ');
    if (SPACED_PHONE.test(together.replace(/[^+\d ]/g, ''))) words.push(together);
    else words.push(...pieces);
    pieces = [];
  };
  for (const word of text.split(/[\s,、;|]+/)) {
    if (PHONE_PIECE.test(word)) {
      pieces.push(word);
      continue;
    }
    endPieces();
    if (word !== '') words.push(word);
  }
  endPieces();
  return words.filter((word) => word !== '').slice(0, MAX_WORDS);
}

/** What a user's text looks for in the fields with these tags. Any string is safe. */
export function searchQuery(tags: readonly string[], text: string): SearchQuery {
  const folded = foldWidth(text, MAX_QUERY);
  const words = wordsOf(folded).map((word): SearchWord => {
    const ways = waysOf(word);
    return {
      text: word,
      anyOf: tags.flatMap((tag) =>
        ways.map((way) => ({ tag, allOf: way.map(({ body, prefix }) => ({ lexeme: tag + body, prefix })) })),
      ),
    };
  });
  const wholes = new Set([simplify(folded), ...(/^[+\d()\-. ]{4,}$/.test(folded) ? phoneForms(folded) : [])]);
  const exact = tags.flatMap((tag) =>
    [...wholes].flatMap((whole) => {
      if (whole === '') return [];
      // Titles have their whole value as a lexeme; a word, a code or a number is one by itself.
      return UNSPACED.test(whole) || /\s/.test(whole) ? [`${tag}=${whole}`] : [`${tag}=${whole}`, `${tag}:${whole}`];
    }),
  );
  return { words, exact: exact.filter((lexeme) => lexeme.length <= MAX_LEXEME) };
}

const delicate = /['\\\0\ud800-\udfff]/;

function quoted(lexeme: string): string {
  if (!delicate.test(lexeme)) return `'${lexeme}'`;
  return `'${lexeme.replaceAll('\0', '').toWellFormed().replace(/['\\]/g, '$&$&')}'`;
}

/** The text form of a tsvector with these lexemes: pass it as a parameter cast to tsvector. */
export function tsvectorText(lexemes: readonly string[]): string {
  return lexemes.map(quoted).join(' ');
}

/** The text form of a tsquery that finds what the query finds: pass it as a parameter cast to tsquery. '' finds nothing. */
export function tsqueryText(query: Pick<SearchQuery, 'words'>): string {
  const all = (terms: readonly SearchTerm[]) =>
    terms.map(({ lexeme, prefix }) => quoted(lexeme) + (prefix ? ':*' : '')).join(' & ');
  return query.words.map(({ anyOf }) => `(${anyOf.map(({ allOf }) => `(${all(allOf)})`).join(' | ')})`).join(' & ');
}

/** The text form of a tsquery for the records with a value that equals the whole query: to rank them first. */
export function exactTsqueryText(query: Pick<SearchQuery, 'exact'>): string {
  return query.exact.map(quoted).join(' | ');
}
