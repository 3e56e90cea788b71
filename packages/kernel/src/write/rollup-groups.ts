// Which rollups hang on an object's records. Rollups that go by one relation are kept together, by one statement.
import { conditionsOf } from '@huike/schema';
import type { Catalog, CatalogField, CatalogObject } from '../catalog/types.ts';
import { formulaInputs } from './shape.ts';

/** The rollups of one parent object over one relation of its details. */
export interface RollupGroup {
  readonly name: string;
  readonly detail: CatalogObject;
  readonly via: CatalogField;
  readonly parent: CatalogObject;
  readonly rollups: readonly CatalogField[];
  /** Names of the detail's fields on which the rollups depend: the relation, what is measured, what is filtered by. */
  readonly inputs: ReadonlySet<string>;
}

const known = new WeakMap<Catalog, readonly RollupGroup[]>();

/** Every group of the catalog, each after those whose rollups it reads: sums of sums come last. */
export function rollupGroups(catalog: Catalog): readonly RollupGroup[] {
  const found = known.get(catalog);
  if (found !== undefined) return found;
  const groups = inOrder([...catalog.objects.values()].flatMap(groupsOver));
  known.set(catalog, groups);
  return groups;
}

/** The groups that count an object's records. */
export function groupsOf(catalog: Catalog, detail: CatalogObject): readonly RollupGroup[] {
  return detail.rollups.length === 0 ? [] : rollupGroups(catalog).filter((group) => group.detail === detail);
}

function groupsOver(detail: CatalogObject): RollupGroup[] {
  const groups = new Map<string, CatalogField[]>();
  for (const rollup of detail.rollups) {
    if (rollup.definition?.type !== 'rollup') continue;
    const name = `${rollup.object.name} ${rollup.definition.via}`;
    groups.set(name, [...(groups.get(name) ?? []), rollup]);
  }
  return [...groups.values()].flatMap((rollups) => {
    const [first] = rollups;
    const via = first?.definition?.type === 'rollup' ? detail.fields.get(first.definition.via) : undefined;
    if (first === undefined || via === undefined || via.target !== first.object) return [];
    const inputs = new Set([via.name, ...rollups.flatMap((rollup) => rollupInputs(detail, rollup))]);
    return [{ name: `${detail.name} ${via.name}`, detail, via, parent: first.object, rollups, inputs }];
  });
}

function rollupInputs(detail: CatalogObject, { definition }: CatalogField): string[] {
  if (definition?.type !== 'rollup') return [];
  const names = [
    ...(definition.of === undefined ? [] : [definition.of]),
    ...conditionsOf(definition.filter).map(({ path }) => path),
  ];
  return names.flatMap((name) => withInputs(detail, name, new Set()));
}

/** A field and, of a formula, all that it is computed from. */
function withInputs(object: CatalogObject, name: string, seen: Set<string>): string[] {
  if (seen.has(name)) return [];
  seen.add(name);
  const field = object.fields.get(name);
  return field === undefined ? [] : [name, ...formulaInputs(field).flatMap((input) => withInputs(object, input, seen))];
}

function inOrder(groups: readonly RollupGroup[]): RollupGroup[] {
  const ordered: RollupGroup[] = [];
  const place = (group: RollupGroup): void => {
    if (ordered.includes(group)) return;
    for (const other of groups) if (other !== group && reads(group, other) && !reads(other, group)) place(other);
    ordered.push(group);
  };
  for (const group of groups) place(group);
  return ordered;
}

/** Whether a group depends on rollups that the other keeps. */
export function reads(group: RollupGroup, other: RollupGroup): boolean {
  return other.parent === group.detail && other.rollups.some((rollup) => group.inputs.has(rollup.name));
}
