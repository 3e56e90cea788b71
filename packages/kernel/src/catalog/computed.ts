import type { CatalogField } from './types.ts';

/** Whether a computed field is kept in a column or computed in each read. */
export function computedKind(field: CatalogField): CatalogField['computed'] {
  if (field.type === 'rollup') return 'stored';
  return field.type === 'formula' ? 'virtual' : null;
}
