// Where a column may go: a field, a part of one, or the field of a related record by which that record is found.
import type { CatalogField, ObjectAccess } from '@huike/kernel';
import { type Actor, accessOf, type Catalog } from '@huike/kernel';
import { problem } from '@huike/schema';
import type { DedupeRule, ImportMode, ImportSpec, OrphanChoice } from './spec.ts';

export interface Target {
  /** As it stands in a mapping. */
  readonly path: string;
  readonly field: CatalogField;
  /** Of an address one of its parts, of a place `lng` or `lat`, of money its `currency`. */
  readonly part: string | null;
  /** The field of the related record that the column holds; null: its title, or what else tells it. */
  readonly by: CatalogField | null;
  /** False: the column only tells which record is meant. */
  readonly written: boolean;
}

const addressParts = ['country', 'province', 'city', 'district', 'street', 'postcode'] as const;

export const isRelated = ({ type }: CatalogField): boolean =>
  type === 'relation' || type === 'relations' || type === 'user' || type === 'department';

/** The parts that a column of a field may hold. */
export function partsOf({ type }: CatalogField): readonly string[] {
  if (type === 'address') return addressParts;
  if (type === 'geo') return ['lng', 'lat'];
  return type === 'money' ? ['currency'] : [];
}

/** Whether values of a field can be written from text at all. */
export function isImportable(field: CatalogField): boolean {
  if (field.handler.parse === null || field.type === 'file' || field.type === 'image') return false;
  return !field.system || field.name === 'owner' || field.name === 'department';
}

/** Whether the actor may write the field on any record, in this mode. */
export function mayWrite(rights: ObjectAccess, field: CatalogField, mode: ImportMode): boolean {
  const creates = mode !== 'update' && rights.creatable(field);
  return creates || (mode !== 'insert' && rights.editable(field) !== false);
}

/** What resolving targets works with. */
export interface Scene {
  readonly catalog: Catalog;
  readonly actor: Actor;
  readonly rights: ObjectAccess;
  readonly mode: ImportMode;
  /** The field by which records are matched. */
  readonly key: CatalogField | null;
  readonly orphans: OrphanChoice;
  /** By which fields a new row is one that is there already, and what is done with it then. */
  readonly dedupe: { readonly fields: readonly CatalogField[]; readonly action: DedupeRule['action'] } | null;
}

/**
 * The actor's rights on the object, and the key. Throws `object.unknown`, `access.denied`, `field.unknown`, `write.key`,
 * `query.masked`.
 */
export function sceneOf(catalog: Catalog, actor: Actor, spec: ImportSpec): Scene {
  const { object, mode, key } = spec;
  const rights = accessOf(catalog, actor).object(object);
  if (rights === null) throw problem('object.unknown', { object });
  if (mode !== 'update' && !rights.allowsCreate) throw problem('access.denied');
  if (mode !== 'insert' && rights.rows('update') === false) throw problem('access.denied');
  // Imports that began under an earlier version lack the newer choices.
  const { orphans = 'reject', dedupe = null } = spec;
  if (dedupe?.action === 'update' && rights.rows('update') === false) throw problem('access.denied');
  const fields = dedupe?.by.map((name) => comparedField(rights, name)) ?? [];
  return {
    ...{ catalog, actor, rights, mode, orphans, key: key === null ? null : keyField(rights, key) },
    dedupe: dedupe === null ? null : { fields, action: dedupe.action },
  };
}

/** A field by whose values records may be told to be the same. */
function comparedField(rights: ObjectAccess, name: string): CatalogField {
  const field = rights.object.fields.get(name);
  const seen = field === undefined ? null : rights.field(field);
  if (field === undefined || seen === null) throw problem('field.unknown', { field: name });
  const comparable = field.handler.comparable ?? null;
  if (comparable === null || comparable.type === 'text[]') throw problem('import.target', { field: name });
  if (seen.clear === false) throw problem('query.masked', { field: name });
  return field;
}

function keyField(rights: ObjectAccess, name: string): CatalogField {
  const field = rights.object.fields.get(name);
  const seen = field === undefined ? null : rights.field(field);
  if (field === undefined || seen === null) throw problem('field.unknown', { field: name.slice(0, 60) });
  if (field.name !== 'id' && !isUnique(field)) throw problem('write.key', { field: field.name });
  if (seen.clear === false) throw problem('query.masked', { field: field.name });
  return field;
}

/** Whether no two living records share a value of the field. */
export function isUnique(field: CatalogField): boolean {
  const { definition, object } = field;
  const declared = definition !== null && 'unique' in definition && definition.unique === true;
  return (
    declared || object.indexes.some(({ unique, fields }) => unique && fields.length === 1 && fields[0] === field.name)
  );
}

/** The target that a path means. Throws `field.unknown` (also for hidden fields), `import.target`, `access.fieldDenied`. */
export function targetAt(scene: Scene, path: string): Target {
  const { rights, key, mode } = scene;
  const [name = '', rest, ...more] = path.split('.');
  const field = rights.object.fields.get(name);
  const known = field !== undefined && (rights.field(field) !== null || rights.creatable(field));
  if (field === undefined || !known || more.length > 0) throw problem('field.unknown', { field: path.slice(0, 100) });
  const target = { path, field, part: null, by: null, written: true };
  if (rest !== undefined) return partAt(scene, target, rest);
  const tells = field === key;
  if (!isImportable(field)) {
    if (tells) return { ...target, written: false };
    throw problem('import.target', { field: path });
  }
  if (mayWrite(rights, field, mode)) return isRelated(field) ? { ...target, by: findable(scene, field, null) } : target;
  if (tells) return { ...target, written: false };
  throw problem('access.fieldDenied', { field: path });
}

function partAt(scene: Scene, whole: Target, part: string): Target {
  const { field, path } = whole;
  const target = isRelated(field) ? { ...whole, by: findable(scene, field, part) } : { ...whole, part };
  if (!isRelated(field) && !partsOf(field).includes(part))
    throw problem('field.unknown', { field: path.slice(0, 100) });
  if (!isImportable(field)) throw problem('import.target', { field: path });
  if (!mayWrite(scene.rights, field, scene.mode)) throw problem('access.fieldDenied', { field: path });
  return target;
}

/** The field of the related object that a column holds, if the actor may look for it. */
function findable({ catalog, actor }: Scene, field: CatalogField, name: string | null): CatalogField | null {
  const target = field.target === null ? null : accessOf(catalog, actor).object(field.target.name);
  if (target === null) throw problem('import.target', { field: field.name });
  const by = name === null ? target.object.title : target.object.fields.get(name);
  const seen = by === undefined ? null : target.field(by);
  // Without a name, ids are welcome even where no title shows.
  if (name === null && (seen === null || seen.clear === false)) return null;
  const comparable = by?.handler.comparable ?? null;
  if (by === undefined || seen === null || comparable === null || comparable.type === 'text[]')
    throw problem('field.unknown', { field: `${field.name}.${name}`.slice(0, 100) });
  if (seen.clear === false) throw problem('query.masked', { field: by.name });
  return by;
}
