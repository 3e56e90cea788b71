import type { FieldDefinition, FieldOf } from './fields.ts';
import type { Flow } from './flow/flow.ts';
import type { IdentifierKind } from './identifiers.ts';
import type { Layout } from './layouts.ts';
import type { Menu } from './menus.ts';
import type { Kind, MetadataDocument, ObjectDefinition, OptionSet, Role, Settings, SharingRule } from './metadata.ts';
import { kinds, systemFields } from './metadata.ts';
import type { Label } from './names.ts';
import type { View } from './views.ts';

// The declared state as a whole: every item by kind and name. Immutable; a change makes a new one.

export interface Items {
  readonly settings: Settings;
  readonly optionSets: OptionSet;
  readonly identifierKinds: IdentifierKind;
  readonly objects: ObjectDefinition;
  readonly roles: Role;
  readonly sharingRules: SharingRule;
  readonly views: View;
  readonly layouts: Layout;
  readonly menus: Menu;
  readonly flows: Flow;
}

export type MetadataState = { readonly [K in Kind]: ReadonlyMap<string, Items[K]> };

export const kindNames = Object.keys(kinds) as readonly Kind[];

export const emptyState: MetadataState = {
  settings: new Map(),
  optionSets: new Map(),
  identifierKinds: new Map(),
  objects: new Map(),
  roles: new Map(),
  sharingRules: new Map(),
  views: new Map(),
  layouts: new Map(),
  menus: new Map(),
  flows: new Map(),
};

/** The state as a document that would declare it anew. */
export function documentOf(state: MetadataState): MetadataDocument {
  return {
    settings: [...state.settings.values()],
    optionSets: [...state.optionSets.values()],
    identifierKinds: [...state.identifierKinds.values()],
    objects: [...state.objects.values()],
    roles: [...state.roles.values()],
    sharingRules: [...state.sharingRules.values()],
    views: [...state.views.values()],
    layouts: [...state.layouts.values()],
    menus: [...state.menus.values()],
    flows: [...state.flows.values()],
  };
}

/** An object as it is stored: declared, or the rows of a `table` field. */
export interface ModelObject {
  readonly name: string;
  readonly definition: ObjectDefinition;
  readonly fields: ReadonlyMap<string, FieldDefinition>;
  /** For the rows of a `table` field: whose. */
  readonly rowsOf: { readonly object: string; readonly field: string } | null;
}

/** Names to things, over a whole state. */
export interface Model {
  readonly objects: ReadonlyMap<string, ModelObject>;
  /** The objects that declare a trait. */
  readonly traits: ReadonlyMap<string, readonly ModelObject[]>;
}

const models = new WeakMap<MetadataState, Model>();

/** The objects of a state by name, those of `table` fields included. A name taken twice keeps its first owner. */
export function modelOf(state: MetadataState): Model {
  const known = models.get(state);
  if (known !== undefined) return known;
  const objects = new Map<string, ModelObject>();
  for (const definition of state.objects.values()) objects.set(definition.name, modelObject(definition, null));
  for (const definition of state.objects.values()) {
    for (const field of definition.fields ?? []) {
      if (field.type !== 'table') continue;
      const rows = rowsObject(definition, field);
      if (!objects.has(rows.name)) {
        objects.set(rows.name, modelObject(rows, { object: definition.name, field: field.name }));
      }
    }
  }
  const traits = new Map<string, ModelObject[]>();
  for (const object of objects.values()) {
    for (const trait of object.definition.traits ?? []) traits.set(trait, [...(traits.get(trait) ?? []), object]);
  }
  const model = { objects, traits };
  models.set(state, model);
  return model;
}

function modelObject(definition: ObjectDefinition, rowsOf: ModelObject['rowsOf']): ModelObject {
  const fields = new Map((definition.fields ?? []).map((field) => [field.name, field]));
  return { name: definition.name, definition, fields, rowsOf };
}

/** The name of the object that holds the rows of a `table` field: `order` and `lines` give `orderLines`. */
export function rowsObjectName(object: string, field: string): string {
  return `${object}${field.charAt(0).toUpperCase()}${field.slice(1)}`;
}

/** What the rows of a `table` field have besides their own fields. */
export const rowsFields = ['parent', 'position'] as const;

function rowsObject(object: ObjectDefinition, field: FieldOf<'table'>): ObjectDefinition {
  const whole = labelOf(object);
  const part = labelOf(field);
  return {
    name: rowsObjectName(object.name, field.name),
    label: { zh: `${whole.zh} · ${part.zh}`, en: `${whole.en} · ${part.en}` },
    fields: [
      { name: 'parent', type: 'relation', to: object.name, onDelete: 'cascade', required: true, label: whole },
      { name: 'position', type: 'number', label: { zh: '行号', en: 'Position' } },
      ...tableFields(field),
    ],
  };
}

/** The fields of a table's rows. The schema holds them as unknown, since a field can't name its own type's union. */
export function tableFields(field: FieldOf<'table'>): readonly FieldDefinition[] {
  return field.fields as readonly FieldDefinition[];
}

/** The words of anything that may have a label: its name when none is given. */
export function labelOf(item: { readonly name: string; readonly label?: Label }): Label {
  return item.label ?? { zh: item.name, en: item.name };
}

/** The object that a relation means: the object of that name, else the first that declares that trait. */
export function targetOf(model: Model, to: string): ModelObject | null {
  return model.objects.get(to) ?? model.traits.get(to)?.[0] ?? null;
}

const systemRelations: Readonly<Record<string, string>> = {
  owner: 'user',
  department: 'department',
  createdBy: 'user',
  updatedBy: 'user',
};

/** Where a field leads: an object, null when it leads to one that is absent, undefined when it leads nowhere. */
export function leadsTo(model: Model, object: ModelObject, name: string): ModelObject | null | undefined {
  const system = systemRelations[name];
  if (system !== undefined) return targetOf(model, system);
  const field = object.fields.get(name);
  if (field === undefined) return undefined;
  if (field.type === 'relation' || field.type === 'relations') return targetOf(model, field.to);
  if (field.type === 'user' || field.type === 'department') return targetOf(model, field.type);
  if (field.type === 'table') return targetOf(model, rowsObjectName(object.name, field.name));
  return undefined;
}

/** One step of a path such as `customer.owner.name`: the object it stands on, and the field's name. */
export interface PathStep {
  readonly object: ModelObject;
  readonly name: string;
}

/**
 * The steps of a path from an object. `inactive` when it runs through a relation whose target is absent, `unknown`
 * when it names no field.
 */
export function stepsOf(model: Model, from: ModelObject, path: string): readonly PathStep[] | 'inactive' | 'unknown' {
  const steps: PathStep[] = [];
  let object: ModelObject | null | undefined = from;
  for (const name of path.split('.')) {
    if (object === null) return 'inactive';
    if (object === undefined || !hasField(object, name)) return 'unknown';
    steps.push({ object, name });
    object = leadsTo(model, object, name);
  }
  return steps;
}

/** Whether an object has a field of that name, its system fields included. */
export function hasField(object: ModelObject, name: string): boolean {
  return object.fields.has(name) || systemFields.some((field) => field === name);
}

const titleTypes: readonly FieldDefinition['type'][] = ['text', 'autoNumber', 'email', 'phone', 'url'];

/** Whether a field can name a record to a person. */
export function isTitleField(field: FieldDefinition): boolean {
  return titleTypes.includes(field.type) || (field.type === 'formula' && field.returns === 'text');
}

/**
 * The field that names a record: the declared title, else the first text field, else the first auto-number, e-mail,
 * phone or address. Null when the object has none of these: its records go by their id.
 */
export function titleOf(object: ObjectDefinition): FieldDefinition | null {
  const fields = object.fields ?? [];
  const declared = fields.find((field) => field.name === object.title);
  if (declared !== undefined) return declared;
  for (const type of titleTypes) {
    const found = fields.find((field) => field.type === type);
    if (found !== undefined) return found;
  }
  return null;
}
