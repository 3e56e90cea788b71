import type { CatalogField, CatalogObject } from '@huike/kernel';

/** The kind of identifier that a field's values are; undefined for none. */
export function kindOfField({ definition }: CatalogField): string | undefined {
  return definition !== null && 'identifier' in definition ? definition.identifier : undefined;
}

/** Fields of an object that hold identifiers, with their kinds. */
export function identifierFields(object: CatalogObject): Map<CatalogField, string> {
  const fields = new Map<CatalogField, string>();
  for (const field of object.fields.values()) {
    const kind = kindOfField(field);
    if (kind !== undefined) fields.set(field, kind);
  }
  return fields;
}
