import type { CatalogField } from '../catalog/types.ts';

/** Whether the search box looks into a field: the title, phones, e-mails and auto-numbers, and what says so. */
export function isSearched(field: CatalogField): boolean {
  if (field.system || field.handler.search === null) return false;
  if (field === field.object.title) return true;
  if (field.type === 'phone' || field.type === 'email' || field.type === 'autoNumber') return true;
  return field.definition !== null && 'searchable' in field.definition && field.definition.searchable === true;
}
