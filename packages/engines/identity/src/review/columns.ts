import type { CatalogField, CatalogObject } from '@huike/kernel';
import { isJsonObject, type Json, type JsonObject, type MatchType } from '@huike/schema';
import { kindOfField } from '../identifier/fields.ts';
import type { Kinds } from '../identifier/kinds.ts';
import type { ColumnSpec } from '../match/index.ts';

// What of a customer's record is compared when duplicates are looked for: what its fields mean.

export interface Column extends ColumnSpec {
  /** The value of a record, as text; null for none. */
  read(record: JsonObject): string | null;
}

/** The columns of the customer object, by what each field is declared to mean, or is by its type. */
export function columnsOf(object: CatalogObject, kinds: Kinds): Column[] {
  return [...object.fields.values()].flatMap((field): Column[] => {
    if (field.system || field.target !== null) return [];
    if (field.type === 'address') return addressColumns(field);
    const type = field.definition?.matchAs ?? meaningOf(field, object, kinds);
    if (type === null) return [];
    return type === 'fullName' ? nameColumns(field) : [{ name: field.name, type, read: textAt(field.name) }];
  });
}

function meaningOf(field: CatalogField, object: CatalogObject, kinds: Kinds): MatchType | null {
  if (field.type === 'phone' || field.type === 'email') return field.type;
  const kind = kinds.get(kindOfField(field) ?? '');
  const form = kind?.definition.form;
  if (form === 'creditCode' || form === 'nationalId') return 'nationalId';
  return field === object.title && field.type === 'text' ? 'fullName' : null;
}

const company =
  /公司|集团|企业|工厂|厂$|[商超饭酒药书]店|商行|经营部|事务所|中心$|学校|大学|医院|银行|\b(?:inc|ltd|llc|co|corp|company|gmbh|group)\b\.?/iu;

/** Customers are people and companies: a name is compared as what it is. */
function nameColumns({ name }: CatalogField): Column[] {
  const read = textAt(name);
  const only = (wanted: boolean) => (record: JsonObject) => {
    const text = read(record);
    return text !== null && company.test(text) === wanted ? text : null;
  };
  return [
    { name, type: 'fullName', read: only(false) },
    { name: `${name} (company)`, type: 'company', read: only(true) },
  ];
}

const addressParts = [
  ['province', 'region'],
  ['city', 'city'],
  ['postcode', 'postalCode'],
] as const;

function addressColumns({ name }: CatalogField): Column[] {
  const part = (record: JsonObject, at: string) => {
    const address = record[name];
    return isJsonObject(address) ? textOf(address[at]) : null;
  };
  const street = (record: JsonObject) => ['district', 'street'].map((at) => part(record, at) ?? '').join('') || null;
  return [
    ...addressParts.map(([at, type]) => ({
      name: `${name}.${at}`,
      type,
      read: (record: JsonObject) => part(record, at),
    })),
    { name: `${name}.street`, type: 'address', read: street },
  ];
}

const textAt = (name: string) => (record: JsonObject) => textOf(record[name]);

function textOf(value: Json | undefined): string | null {
  if (typeof value === 'string') return value === '' ? null : value;
  return typeof value === 'number' ? String(value) : null;
}
