import { type Access, type Actor, accessOf, type Catalog, type CatalogObject, maskText } from '@huike/kernel';
import type { Json, JsonObject } from '@huike/schema';
import { kindOfField } from '../identifier/fields.ts';
import type { Identifier, KindInUse } from '../identifier/kinds.ts';

// What of a customer's identifiers and traits a viewer may see: what the record's fields of the same meaning allow. Where
// that differs from row to row, the stricter.

export type Sight = 'clear' | 'masked' | 'hidden';

export interface Viewer {
  readonly actor: Actor;
  readonly access: Access;
  readonly object: CatalogObject;
}

export function viewerOf(catalog: Catalog, actor: Actor, object: CatalogObject): Viewer {
  return { actor, access: accessOf(catalog, actor), object };
}

/** Whether the viewer sees the values of a kind. Of a kind that no field holds, whoever sees the customer does. */
export function sightOfKind(viewer: Viewer, kind: KindInUse): Sight {
  const fields = [...viewer.object.fields.values()].filter((field) => kindOfField(field) === kind.name);
  if (fields.length === 0) return 'clear';
  const sights = fields.map(({ name }) => sightOfField(viewer, name));
  return sights.includes('clear') ? 'clear' : sights.includes('masked') ? 'masked' : 'hidden';
}

export function sightOfField({ access, object }: Viewer, name: string): Sight {
  const field = object.fields.get(name);
  const seen = field === undefined ? null : (access.object(object.name)?.field(field) ?? null);
  if (seen === null) return 'hidden';
  return seen.clear === true ? 'clear' : 'masked';
}

/** The value of an identifier as the viewer sees it; null for not at all. */
export function shownValue(viewer: Viewer, { kind, value }: Identifier): string | null {
  const sight = sightOfKind(viewer, kind);
  if (sight === 'clear') return value;
  if (sight === 'hidden') return null;
  const { form } = kind.definition;
  return maskText(form === 'nationalId' ? 'idNumber' : form === 'phone' || form === 'email' ? form : 'all', value);
}

/** Traits that the viewer sees in clear; those that are no field of the record are nobody's secret. */
export function shownTraits(viewer: Viewer, traits: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(traits).filter(
      ([name]: [string, Json]) => !viewer.object.fields.has(name) || sightOfField(viewer, name) === 'clear',
    ),
  );
}
