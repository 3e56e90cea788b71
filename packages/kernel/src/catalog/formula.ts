import {
  checkFormula,
  type FormulaFieldType,
  formulaFieldType,
  parseFormula,
  systemFields,
  type TypedFormula,
} from '@huike/schema';
import type { CatalogField, CatalogObject } from './types.ts';

const checked = new WeakMap<CatalogField, TypedFormula>();

/** The formula of a formula field, parsed and typed once per catalog. Throws `metadata.formula` if it never was valid. */
export function formulaOf(field: CatalogField): TypedFormula {
  const known = checked.get(field);
  if (known !== undefined) return known;
  if (field.definition?.type !== 'formula') throw new Error(`${field.name} is no formula`);
  const { expression, returns } = field.definition;
  const made = checkFormula(parseFormula(expression), (path) => typeAt(field.object, path.split('.')), returns);
  checked.set(field, made);
  return made;
}

/** What a path over relations leads to, for a formula; null where it leads nowhere. */
function typeAt(object: CatalogObject, path: readonly string[]): FormulaFieldType | null {
  const [name, ...more] = path;
  const field = name === undefined ? undefined : object.fields.get(name);
  if (field === undefined) return null;
  if (more.length > 0) return field.target === null ? null : typeAt(field.target, more);
  if (field.definition !== null) return formulaFieldType(field.definition, measuredBy(field));
  const system = systemFields.find((known) => known === field.name);
  return system === undefined ? null : formulaFieldType(system);
}

function measuredBy(field: CatalogField): CatalogField['definition'] {
  if (field.definition?.type !== 'rollup' || field.definition.of === undefined) return null;
  return field.target?.fields.get(field.definition.of)?.definition ?? null;
}
