import { conditionsOf, dependencies, parseFormula } from '@huike/schema';
import type { Catalog, CatalogField, CatalogObject } from '../catalog/types.ts';
import { isSearched } from '../search/fields.ts';
import { rollupGroups } from '../write/rollup-groups.ts';
import type { FillPart } from './fill.ts';
import { hasSortKey } from './table.ts';

// Which derived values of records that were there before are no longer what the metadata says.

export interface ToFill {
  readonly object: CatalogObject;
  readonly part: FillPart;
  /** Whose records the values come from: nobody may write them unseen meanwhile. */
  readonly sources: readonly CatalogObject[];
}

/** What to fill, in the order in which one part needs another. */
export function movedParts(before: Catalog, after: Catalog): ToFill[] {
  const kept = [...after.objects.values()].flatMap((object) => {
    const old = before.objects.get(object.name);
    return old?.id === object.id ? [{ old, object }] : [];
  });
  const moved = (signature: (catalog: Catalog, object: CatalogObject) => string) =>
    kept
      .filter(
        ({ old, object }) => signature(after, object) !== '' && signature(before, old) !== signature(after, object),
      )
      .map(({ object }) => object);
  const keys = moved(keySignature);
  const formulas = moved(formulaSignature);
  const rollups = moved(rollupSignature);
  return [
    ...keys.map((object): ToFill => ({ object, part: 'keys', sources: [object] })),
    ...formulas.map((object): ToFill => ({ object, part: 'formulas', sources: [object] })),
    ...inOrder(after, rollups).map(
      (object): ToFill => ({ object, part: 'rollups', sources: sourcesOf(after, object) }),
    ),
  ];
}

function keySignature(_: Catalog, object: CatalogObject): string {
  return [...object.fields.values()]
    .filter((field) => isSearched(field) || hasSortKey(field))
    .map((field) => `${field.tag} ${field.type} ${field === object.title} ${isSearched(field)} ${hasSortKey(field)}`)
    .join();
}

function formulaSignature(_: Catalog, object: CatalogObject): string {
  const formulas = [...object.fields.values()].filter(
    (field) => field.type === 'formula' && field.computed === 'stored',
  );
  return formulas.map((field) => valueSignature(object, field.name)).join();
}

/** What a field's value depends on: itself and, of a formula, its text and inputs. Circles were refused. */
function valueSignature(object: CatalogObject, name: string): string {
  const field = object.fields.get(name);
  if (field?.definition?.type !== 'formula') return `${field?.tag} ${field?.type}`;
  const { expression, returns } = field.definition;
  const inputs = dependencies(parseFormula(expression)).map((input) => valueSignature(object, input));
  return `${field.tag} ${returns} ${expression} (${inputs.join()})`;
}

function rollupSignature(catalog: Catalog, object: CatalogObject): string {
  return [...object.fields.values()].map((field) => oneRollup(catalog, field)).join('');
}

function oneRollup(catalog: Catalog, field: CatalogField): string {
  const { definition } = field;
  if (definition?.type !== 'rollup') return '';
  const from = catalog.objects.get(definition.from) ?? catalog.traits.get(definition.from);
  if (from === undefined) return `${field.tag} inactive;`;
  const filtered = conditionsOf(definition.filter).map(({ path }) => path);
  const inputs = [definition.via, ...(definition.of === undefined ? [] : [definition.of]), ...filtered].map((name) => {
    const input = from.fields.get(name);
    return input === undefined ? '' : `${valueSignature(from, name)}${oneRollup(catalog, input)}`;
  });
  return `${field.tag} ${from.id} ${JSON.stringify(definition)} (${inputs.join()});`;
}

/** The objects whose records an object's rollups count. */
export function sourcesOf(catalog: Catalog, parent: CatalogObject): CatalogObject[] {
  return [...new Set(rollupGroups(catalog).flatMap((group) => (group.parent === parent ? [group.detail] : [])))];
}

/** Parents whose rollups others read come first. */
function inOrder(catalog: Catalog, parents: readonly CatalogObject[]): CatalogObject[] {
  const order = rollupGroups(catalog).map(({ parent }) => parent);
  const place = (object: CatalogObject) => order.lastIndexOf(object);
  return parents.toSorted((a, b) => place(a) - place(b));
}
