import { isStoredFormula, type ModelObject } from '@huike/schema';
import type { CatalogField } from './types.ts';

/** Whether a computed field is kept in a column or computed in each read. */
export function computedKind(object: ModelObject, field: CatalogField): CatalogField['computed'] {
  if (field.definition?.type === 'formula') return isStoredFormula(object, field.definition) ? 'stored' : 'virtual';
  return field.type === 'rollup' ? 'stored' : null;
}
