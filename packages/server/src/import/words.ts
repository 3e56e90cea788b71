// What is wrong with a row, in the words of whoever reads it: fields and objects by their labels.
import type { Catalog, CatalogObject } from '@huike/kernel';
import { type ErrorCode, type ErrorParams, type Language, message } from '@huike/schema';
import type { RowFault } from './draft.ts';

/** The words of an error, with labels in place of the names of fields and objects. */
export function wordsOf(
  catalog: Catalog,
  object: string,
  { code, params }: { readonly code: ErrorCode; readonly params: ErrorParams },
  language: Language,
): string {
  const own = catalog.objects.get(object);
  const labelled = Object.entries(params).map(([name, value]) => [name, labelOf(catalog, own, name, value, language)]);
  return message(code, Object.fromEntries(labelled), language);
}

const orders: Readonly<Record<string, string>> = { YMD: '年-月-日', DMY: '日-月-年', MDY: '月-日-年' };

function labelOf(
  catalog: Catalog,
  own: CatalogObject | undefined,
  name: string,
  value: string | number,
  language: Language,
): string | number {
  if (name === 'order') return language === 'zh' ? (orders[String(value)] ?? value) : value;
  if (name === 'field') return own?.fields.get(String(value))?.label[language] ?? value;
  if (name !== 'object') return value;
  // A related record is named by its object, or by the field that refers to it.
  const label = catalog.objects.get(String(value))?.label ?? own?.fields.get(String(value))?.label;
  return label?.[language] ?? value;
}

/** The reasons why a row was not imported, as one text. */
export function reasonsOf(
  catalog: Catalog,
  object: string,
  columns: readonly string[],
  faults: readonly RowFault[],
  language: Language,
): string {
  const [colon, end] = language === 'zh' ? ['：', '；'] : [': ', '; '];
  return faults
    .map((fault) => {
      const words = wordsOf(catalog, object, fault, language);
      const column = columnWords(catalog, object, columns, fault.column, language);
      return column === null ? words : `${column}${colon}${words}`;
    })
    .join(end);
}

/** A column by its name; a field that has no column by its label. */
export function columnWords(
  catalog: Catalog,
  object: string,
  columns: readonly string[],
  column: string | null,
  language: Language,
): string | null {
  if (column === null || columns.includes(column)) return column;
  return catalog.objects.get(object)?.fields.get(column)?.label[language] ?? column;
}
