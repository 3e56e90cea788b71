import type { Readable } from 'node:stream';
import { type Catalog, type CatalogField, type Exported, type ExportField, optionsOf } from '@huike/kernel';
import { isJsonObject, type Json, type JsonObject, type Language } from '@huike/schema';
import type { CellValue, ExportColumn } from './export/cells.ts';
import { csvStream } from './export/csv.ts';
import { xlsxStream } from './export/xlsx.ts';

// Records as rows of a table that people read: labels instead of values, names instead of records.

export const tableFormats = ['csv', 'xlsx'] as const;
export type TableFormat = (typeof tableFormats)[number];

/** An export as the bytes of a file: labels in the language, times in the zone. */
export function tableFile(
  exported: Exported,
  catalog: Catalog,
  format: TableFormat,
  { timeZone, language }: { readonly timeZone: string; readonly language: Language },
): Readable {
  const { columns, cells } = sheetOf(exported.columns, catalog, language);
  const rows = rowsOf(exported.pages, cells);
  if (format === 'csv') return csvStream(columns, rows, timeZone);
  return xlsxStream(columns, rows, timeZone, { name: exported.label[language] });
}

async function* rowsOf(
  pages: AsyncIterable<readonly JsonObject[]>,
  cells: Sheet['cells'],
): AsyncGenerator<readonly CellValue[]> {
  for await (const page of pages) for (const record of page) yield cells(record);
}

/** How a file shows records: its columns, and the cells of a record. */
interface Sheet {
  readonly columns: readonly ExportColumn[];
  readonly cells: (record: JsonObject) => readonly CellValue[];
}

type Part = ExportColumn & { readonly cell: (record: JsonObject) => CellValue };

/** The sheet for these fields, in a language. */
function sheetOf(fields: readonly ExportField[], catalog: Catalog, language: Language): Sheet {
  const parts = fields.flatMap((field) => partsOf(field, catalog, language));
  return {
    columns: parts.map(({ label, kind }) => ({ label, kind })),
    cells: (record) => parts.map(({ cell }) => cell(record)),
  };
}

/** Mostly one; an amount of money has its currency beside it. */
function partsOf({ path, fields }: ExportField, catalog: Catalog, language: Language): Part[] {
  const field = fields.at(-1);
  if (field === undefined) return [];
  const steps = path.split('.');
  const label = fields.map((one) => one.label[language]).join(' / ');
  const kind = kindOf(field);
  if (field.type !== 'money') {
    const show = shower(field, catalog, language);
    return [{ label, kind, cell: (record) => show(valueAt(record, steps)) }];
  }
  const currency = language === 'zh' ? '币种' : 'currency';
  return [
    // Masked, it is a text.
    { label, kind, cell: (record) => moneyPart(valueAt(record, steps), 'amount') },
    { label: `${label} / ${currency}`, kind: 'text', cell: (record) => moneyPart(valueAt(record, steps), 'currency') },
  ];
}

function moneyPart(value: Json, part: 'amount' | 'currency'): CellValue {
  if (isJsonObject(value)) return plain(value[part]);
  return part === 'amount' ? plain(value) : null;
}

function valueAt(record: JsonObject, path: readonly string[]): Json {
  let value: Json = record;
  for (const name of path) value = isJsonObject(value) ? (value[name] ?? null) : null;
  return value;
}

function kindOf(field: CatalogField): ExportColumn['kind'] {
  if (field.type === 'options') return 'text';
  switch (field.handler.comparable?.type) {
    case 'numeric':
    case 'float8':
    case 'int4':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'date':
      return 'date';
    case 'timestamptz':
      return 'dateTime';
    default:
      return 'text';
  }
}

type Show = (value: Json) => CellValue;

function shower(field: CatalogField, catalog: Catalog, language: Language): Show {
  const several = (values: readonly Json[], show: Show, separator: string) =>
    values.map(show).filter(Boolean).join(separator) || null;
  const comma = language === 'zh' ? '、' : ', ';
  switch (field.type) {
    case 'option':
    case 'options': {
      const labels = new Map(optionsOf(field, catalog).map((option) => [option.value, option.label[language]]));
      const label: Show = (value) => (typeof value === 'string' ? (labels.get(value) ?? value) : plain(value));
      return (value) => (Array.isArray(value) ? several(value, label, comma) : label(value));
    }
    case 'cascade':
      return (value) => (Array.isArray(value) ? cascadeLabels(field, value, language).join(' / ') : plain(value));
    case 'address':
      return (value) =>
        isJsonObject(value)
          ? several(
              addressParts.map((part) => value[part] ?? null),
              plain,
              ' ',
            )
          : plain(value);
    case 'geo':
      return (value) => (isJsonObject(value) ? `${plain(value.lng)},${plain(value.lat)}` : plain(value));
    default: {
      // A record by its title, a file by its name.
      const title = field.target === null ? 'name' : field.target.title.name;
      const name: Show = (value) => (isJsonObject(value) ? plain(value[title]) : plain(value));
      return (value) => (Array.isArray(value) ? several(value, name, comma) : name(value));
    }
  }
}

const addressParts = ['country', 'province', 'city', 'district', 'street', 'postcode'];

function cascadeLabels(field: CatalogField, path: readonly Json[], language: Language): string[] {
  let level: readonly unknown[] = field.definition?.type === 'cascade' ? field.definition.tree : [];
  return path.map((value) => {
    const node = level.find((one) => isJsonObject(one) && one.value === value);
    const { label, children } = isJsonObject(node) ? node : {};
    level = Array.isArray(children) ? children : [];
    const words = isJsonObject(label) ? label[language] : null;
    return typeof words === 'string' ? words : String(value);
  });
}

function plain(value: Json | undefined): CellValue {
  return typeof value === 'object' || value === undefined ? null : value;
}
