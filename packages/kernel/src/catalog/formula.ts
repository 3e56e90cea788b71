import { checkFormula, parseFormula, type Resolve, type TypedFormula } from '@huike/schema';
import { typeInFormula } from '../fields/formula-sql.ts';
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
function typeAt(object: CatalogObject, path: readonly string[]): ReturnType<Resolve> {
  const [name, ...more] = path;
  const field = name === undefined ? undefined : object.fields.get(name);
  if (field === undefined) return null;
  if (more.length === 0) return typeInFormula(field);
  if (field.type !== 'relation' && field.type !== 'user' && field.type !== 'department') return null;
  return field.target === null ? 'inactive' : typeAt(field.target, more);
}
