import type { PersonalView, View } from '@huike/schema';
import { type QueryClient, queryOptions, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { call, get, type ObjectInfo } from '../data/api.ts';
import { useMetadata } from '../data/metadata.ts';

// The views of an object: those that are shared, which are metadata, and the viewer's own. What a person changes in
// passing (a width, a sort) stays with that person's browser until it is saved.

/** How records are laid out: what every kind of view has in common. */
export type Shape = Omit<PersonalView, 'object' | 'title'>;

/** What changes of a shape: a part that is undefined goes. */
export type ShapeChange = { readonly [Part in keyof Shape]?: Shape[Part] | undefined };

export interface ViewEntry {
  /** The name of a shared view, the id of a personal one; empty for the one that every object has. */
  readonly key: string;
  readonly title: { readonly zh: string; readonly en: string };
  readonly kind: 'shared' | 'personal' | 'usual';
  readonly shape: Shape;
  readonly roles?: readonly string[];
}

const parts = [
  ...(['layout', 'fields', 'columns', 'frozen', 'filter', 'sort', 'group', 'limits', 'date', 'colors'] as const),
];

/** The parts of a view that lay it out. */
export function shapeOf(view: ShapeChange): Shape {
  const shape: Record<string, unknown> = {};
  for (const part of parts) if (view[part] !== undefined) shape[part] = view[part];
  return shape;
}

const personalQuery = (object: string) =>
  queryOptions({
    queryKey: ['me', 'views', object],
    queryFn: () =>
      get<{ readonly data: readonly (PersonalView & { readonly id: string })[] }>(`me/views?object=${object}`),
    staleTime: 60_000,
  });

/** The views that this viewer has of an object, the shared ones first; null until they are known. */
export function useViews(object: ObjectInfo): readonly ViewEntry[] | null {
  const { data: metadata } = useMetadata();
  const own = useQuery(personalQuery(object.name));
  return useMemo(() => {
    if (metadata === undefined || own.isPending) return null;
    const shared = metadata.views.filter((view) => view.object === object.name).map(sharedEntry);
    const personal = (own.data?.data ?? []).map(
      (view): ViewEntry => ({
        key: view.id,
        title: { zh: view.title, en: view.title },
        kind: 'personal',
        shape: shapeOf(view),
      }),
    );
    const all = { zh: `全部${object.label.zh}`, en: `All ${object.label.en}` };
    const usual: ViewEntry = { key: '', title: all, kind: 'usual', shape: {} };
    return shared.length === 0 ? [usual, ...personal] : [...shared, ...personal];
  }, [metadata, own.isPending, own.data, object]);
}

function sharedEntry(view: View): ViewEntry {
  const label = view.label ?? { zh: view.name, en: view.name };
  return {
    ...{ key: view.name, title: label, kind: 'shared', shape: shapeOf(view) },
    ...(view.roles === undefined ? {} : { roles: view.roles }),
  };
}

/** Keeps a view for this user alone; the answer is its key. */
export async function savePersonal(
  queries: QueryClient,
  object: string,
  id: string,
  title: string,
  shape: Shape,
): Promise<string> {
  await call('PUT', `me/views/${id}`, { ...shape, object, title });
  await queries.invalidateQueries({ queryKey: personalQuery(object).queryKey });
  return id;
}

export interface Sharing {
  readonly name: string;
  readonly label: { readonly zh: string; readonly en: string };
  /** Null: everybody. */
  readonly roles: readonly string[] | null;
}

/** Declares a view for others. Parts that it doesn't have are unset. */
export async function saveShared(
  queries: QueryClient,
  object: string,
  sharing: Sharing,
  shape: Shape,
): Promise<string> {
  const unset = Object.fromEntries(parts.map((part) => [part, null]));
  await call('POST', 'metadata/apply', { views: [{ ...unset, ...shape, object, ...sharing }] });
  await queries.invalidateQueries({ queryKey: ['metadata'] });
  return sharing.name;
}

export async function deleteView(queries: QueryClient, object: string, entry: ViewEntry): Promise<void> {
  if (entry.kind === 'personal') await call('DELETE', `me/views/${entry.key}`);
  else await call('POST', 'metadata/apply', { delete: [{ kind: 'view', name: entry.key }] });
  await queries.invalidateQueries({
    queryKey: entry.kind === 'personal' ? personalQuery(object).queryKey : ['metadata'],
  });
}

/** A name that no view has yet. */
export function newName(): string {
  return `view${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;
}

const draftKey = (user: string, object: string, key: string) => `huike.view.${user}.${object}.${key}`;

/** What was changed in passing since the view was saved. */
export function readDraft(user: string, object: string, key: string): Shape | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(draftKey(user, object, key)) ?? 'null');
    // Our own writing; what the server doesn't take of it, it refuses.
    return typeof kept === 'object' && kept !== null ? shapeOf(kept) : null;
  } catch {
    return null;
  }
}

export function writeDraft(user: string, object: string, key: string, shape: Shape | null): void {
  if (shape === null) localStorage.removeItem(draftKey(user, object, key));
  else localStorage.setItem(draftKey(user, object, key), JSON.stringify(shape));
}
