import { type MetadataState, type Model, modelOf, newId, type Removal } from '@huike/schema';
import type { Source, StoredObject } from '../catalog/resolve.ts';
import { firstTag } from '../catalog/system.ts';

// Identities: an object keeps its id and a field its number as long as it lives; nothing ever gets an old one back,
// but by a restore.

/** What a change brings back instead of making it anew. */
export interface Restored {
  readonly objects: ReadonlyMap<string, StoredObject>;
  /** Tags by `object.field`. */
  readonly fields: ReadonlyMap<string, number>;
}

/** What ends with a change, even where its name lives on in something new. */
export interface Gone {
  readonly objects: ReadonlySet<string>;
  /** As `object.field`. */
  readonly fields: ReadonlySet<string>;
}

/** The objects and fields that end: named by a removal, or in the old state only. */
export function goneOf(before: MetadataState, after: MetadataState, removed: readonly Removal[]): Gone {
  const [was, is] = [modelOf(before), modelOf(after)];
  const named = (kind: 'object' | 'field', name: string) =>
    removed.some(
      (one) => one.kind === kind && (one.kind === 'field' ? `${one.object}.${one.name}` : one.name) === name,
    );
  const objects = new Set<string>();
  const fields = new Set<string>();
  for (const [name, { rowsOf }] of was.objects) {
    const byTable =
      rowsOf !== null && (named('object', rowsOf.object) || named('field', `${rowsOf.object}.${rowsOf.field}`));
    if (!is.objects.has(name) || byTable || named('object', name)) objects.add(name);
  }
  for (const [name, object] of was.objects) {
    for (const field of object.fields.keys()) {
      const path = `${name}.${field}`;
      const stays = is.objects.get(name)?.fields.has(field) ?? false;
      if (objects.has(name) || !stays || named('field', path)) fields.add(path);
    }
  }
  return { objects, fields };
}

/** Ids and tags for the objects and fields of the new state. */
export function assign(
  source: Source,
  model: Model,
  gone: Gone,
  restored: Restored,
): ReadonlyMap<string, StoredObject> {
  const assigned = new Map<string, StoredObject>();
  for (const [name, object] of model.objects) {
    const old = restored.objects.get(name) ?? (gone.objects.has(name) ? undefined : source.objects.get(name));
    const stored = old ?? { id: newId(), name, nextTag: firstTag, tags: {} };
    let nextTag = stored.nextTag;
    const tags: Record<string, number> = {};
    for (const field of object.fields.keys()) {
      const path = `${name}.${field}`;
      const known = gone.fields.has(path) && old === source.objects.get(name) ? undefined : stored.tags[field];
      tags[field] = restored.fields.get(path) ?? known ?? nextTag++;
    }
    assigned.set(name, { ...stored, nextTag, tags });
  }
  return assigned;
}
