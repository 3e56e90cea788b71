// What an import is asked to do, as it comes in JSON.
import { isJsonObject, isName, type Json, type JsonObject } from '@huike/schema';
import { malformed } from '../http/wrong.ts';

export const importModes = ['insert', 'update', 'upsert'] as const;
/** New records only; changes of those that are there only; or both. */
export type ImportMode = (typeof importModes)[number];

/** Which target each column goes to: a field, or a part of one (`address.city`, `customer.code`); null for none. */
export type Mapping = Readonly<Record<string, string | null>>;

export const orphanChoices = ['reject', 'empty'] as const;
/** A row that refers to a record that isn't there: rejected, or written with the relation left empty. */
export type OrphanChoice = (typeof orphanChoices)[number];

export const duplicateChoices = ['reject', 'skip', 'update'] as const;

/** What counts as the same record, and what is done with a new row that is one that is there already. */
export interface DedupeRule {
  /** Fields that must all be filled and equal. */
  readonly by: readonly string[];
  readonly action: (typeof duplicateChoices)[number];
}

/** By field: what stands in the file, and what is meant. */
export type ValueMapping = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface ImportSpec {
  readonly object: string;
  readonly mode: ImportMode;
  /** The field that tells which record a row means: `id`, or a unique one. Null in mode insert. */
  readonly key: string | null;
  /** Null: to be found from the columns' names. */
  readonly mapping: Mapping | null;
  /** Null: as the last time, where the mapping is, too. */
  readonly values: ValueMapping | null;
  readonly orphans: OrphanChoice;
  /** For rows that would make new records; null: none is taken for another. */
  readonly dedupe: DedupeRule | null;
  /** Nothing is written; the report says what would be. */
  readonly dryRun: boolean;
  /** Goes on although few rows match a record. */
  readonly confirm: boolean;
  /** The IANA zone of times that name none; null: the company's. */
  readonly timeZone: string | null;
  /** Of an Excel file; null: the first. */
  readonly sheet: string | null;
}

const known: ReadonlySet<string> = new Set([
  ...['object', 'mode', 'key', 'mapping', 'values', 'orphans', 'dedupe', 'dryRun', 'confirm', 'timeZone', 'sheet'],
]);
const mostEntries = 2_000;

/** Reads a spec. Throws `request.malformed` with the place. */
export function readSpec(input: Json | undefined): ImportSpec {
  if (!isJsonObject(input)) throw malformed('/spec', 'expected a JSON object', '应为 JSON 对象');
  for (const name of Object.keys(input))
    if (!known.has(name)) throw malformed(`/spec/${name.slice(0, 60)}`, 'there is no such setting', '没有这个设置');
  const object = input.object;
  if (!isName(object)) throw malformed('/spec/object', 'the name of an object', '应为对象名');
  const mode = choiceIn(input, 'mode', importModes, 'insert');
  const key = textIn(input, 'key');
  if (mode !== 'insert' && key === null)
    throw malformed('/spec/key', 'the field by which records are matched', '应为用来匹配记录的字段');
  return {
    object,
    mode,
    key: mode === 'insert' ? null : key,
    mapping: mappingIn(input.mapping),
    values: valuesIn(input.values),
    orphans: choiceIn(input, 'orphans', orphanChoices, 'reject'),
    dedupe: mode === 'update' ? null : dedupeIn(input.dedupe),
    dryRun: flagIn(input, 'dryRun'),
    confirm: flagIn(input, 'confirm'),
    timeZone: zoneIn(textIn(input, 'timeZone')),
    sheet: textIn(input, 'sheet'),
  };
}

function choiceIn<T extends string>(input: JsonObject, name: string, choices: readonly T[], usual: T): T {
  const value = input[name] ?? usual;
  const choice = choices.find((one) => one === value);
  if (choice !== undefined) return choice;
  throw malformed(`/spec/${name}`, `one of ${choices.join(', ')}`, `应为 ${choices.join('、')} 之一`);
}

const mostDedupeFields = 5;

function dedupeIn(value: Json | undefined): DedupeRule | null {
  if (value === undefined || value === null) return null;
  const by = isJsonObject(value) && Array.isArray(value.by) ? value.by.filter(isName) : [];
  const whole = isJsonObject(value) && Array.isArray(value.by) && value.by.length === by.length;
  if (!isJsonObject(value) || !whole || by.length === 0 || by.length > mostDedupeFields)
    throw malformed('/spec/dedupe', '{by: [fields], action}', '应为 {by: [字段], action}');
  return { by: [...new Set(by)], action: choiceIn(value, 'action', duplicateChoices, 'reject') };
}

function textIn(input: JsonObject, name: string): string | null {
  const value = input[name] ?? null;
  if (value === null || isText(value)) return value;
  throw malformed(`/spec/${name}`, 'expected text', '应为文本');
}

const isText = (value: Json): value is string =>
  typeof value === 'string' && value !== '' && value.length <= 1_000 && value.isWellFormed() && !value.includes('\0');

function flagIn(input: JsonObject, name: string): boolean {
  const value = input[name] ?? false;
  if (typeof value === 'boolean') return value;
  throw malformed(`/spec/${name}`, 'true or false', '应为 true 或 false');
}

function zoneIn(zone: string | null): string | null {
  try {
    if (zone !== null) new Intl.DateTimeFormat('en', { timeZone: zone });
    return zone;
  } catch {
    throw malformed('/spec/timeZone', 'a time zone such as Asia/Shanghai', '应为时区，例如 Asia/Shanghai');
  }
}

function mappingIn(value: Json | undefined): Mapping | null {
  if (value === undefined || value === null) return null;
  const entries = isJsonObject(value) ? Object.entries(value) : [];
  const texts = entries.flatMap(([column, to]): [string, string | null][] =>
    to === null || isText(to) ? [[column, to]] : [],
  );
  if (!isJsonObject(value) || entries.length > mostEntries || texts.length < entries.length)
    throw malformed('/spec/mapping', 'columns and the fields that they go to', '应为列名与字段的对应');
  return Object.fromEntries(texts);
}

function valuesIn(value: Json | undefined): ImportSpec['values'] {
  const wrong = () =>
    malformed('/spec/values', '{field: {"in the file": "meant"}}', '应为 {字段: {"文件中的值": "实际值"}}');
  if (value === undefined || value === null) return null;
  if (!isJsonObject(value)) throw wrong();
  return Object.fromEntries(
    Object.entries(value).map(([field, pairs]) => {
      const entries = isJsonObject(pairs) ? Object.entries(pairs) : [];
      const texts = entries.flatMap(([from, to]): [string, string][] => (typeof to === 'string' ? [[from, to]] : []));
      if (!isJsonObject(pairs) || entries.length > mostEntries || texts.length < entries.length) throw wrong();
      return [field, Object.fromEntries(texts)];
    }),
  );
}
