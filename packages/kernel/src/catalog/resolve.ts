import {
  administratorRole,
  type FieldDefinition,
  filterState,
  labelOf,
  type MetadataState,
  type Model,
  modelOf,
  type OptionSet,
  roleOptionSet,
  rowsObjectName,
  type SharingRule,
  systemFields,
  targetOf,
  titleOf,
} from '@huike/schema';
import { handlerOf } from '../fields/index.ts';
import { computedKind } from './computed.ts';
import { systemFieldKinds } from './system.ts';
import type { Catalog, CatalogField, CatalogIndex, CatalogObject, Company } from './types.ts';

// From the declared state and how it is stored to the catalog.

/** An object's identity and the numbers of its fields. */
export interface StoredObject {
  readonly id: string;
  readonly name: string;
  readonly nextTag: number;
  readonly tags: Readonly<Record<string, number>>;
}

/** Everything that a catalog is made of. */
export interface Source {
  readonly version: number;
  readonly state: MetadataState;
  readonly objects: ReadonlyMap<string, StoredObject>;
  /** The app that brought an object, by its name. */
  readonly apps: ReadonlyMap<string, string>;
  /** Indexes that aren't there yet, by object id and physical name. */
  readonly unfinished: ReadonlyMap<string, 'building' | 'failed'>;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type OpenObject = Mutable<CatalogObject> & {
  readonly fields: Map<string, Mutable<CatalogField>>;
  readonly referrers: CatalogField[];
  readonly rollups: CatalogField[];
};

/** Resolves names to things. The source must have passed the checks: a name that leads nowhere is a defect. */
export function resolveCatalog(source: Source): Catalog {
  const model = modelOf(source.state);
  const objects = new Map<string, OpenObject>();
  for (const [name, { definition, rowsOf }] of model.objects) {
    const stored = source.objects.get(name);
    if (stored === undefined) throw new Error(`object ${name} is declared but not stored`);
    objects.set(name, new ResolvedObject(source, stored, definition, source.apps.get(rowsOf?.object ?? name) ?? null));
  }
  for (const object of objects.values()) for (const field of object.fields.values()) link(model, objects, field);
  for (const object of objects.values()) {
    for (const field of object.fields.values()) relate(objects, model, field);
    object.master = masterOf(object);
  }
  // Handlers last: a rollup's is that of the field it measures, which may be a rollup itself.
  for (const object of objects.values()) for (const field of object.fields.values()) giveHandler(model, objects, field);
  const traits = new Map<string, CatalogObject>();
  for (const [trait, declared] of model.traits) {
    const first = objects.get(declared[0]?.name ?? '');
    if (first !== undefined) traits.set(trait, first);
  }
  return {
    version: source.version,
    objects,
    traits,
    roles: source.state.roles,
    optionSets: new Map([...source.state.optionSets, [roleOptionSet, rolesAsOptions(source.state)]]),
    identifierKinds: source.state.identifierKinds,
    sharingRules: [...source.state.sharingRules.values()].filter((rule) => isActive(model, rule)),
    views: source.state.views,
    layouts: source.state.layouts,
    menus: source.state.menus,
    flows: source.state.flows,
    company: companyOf(source.state),
  };
}

class ResolvedObject implements OpenObject {
  id: string;
  name: string;
  label: CatalogObject['label'];
  app: string | null;
  definition: CatalogObject['definition'];
  table: string;
  traits: readonly string[];
  readonly fields = new Map<string, Mutable<CatalogField>>();
  master: CatalogField | null = null;
  readonly referrers: CatalogField[] = [];
  readonly rollups: CatalogField[] = [];
  indexes: readonly CatalogIndex[];
  title: CatalogField;

  constructor(source: Source, stored: StoredObject, definition: CatalogObject['definition'], app: string | null) {
    this.id = stored.id;
    this.name = stored.name;
    this.label = labelOf(definition);
    this.app = app;
    this.definition = definition;
    this.table = stored.name;
    this.traits = definition.traits ?? [];
    this.indexes = (definition.indexes ?? []).map((index): CatalogIndex => {
      const state = source.unfinished.get(`${stored.id} ${indexName(stored.id, index.name)}`);
      return { name: index.name, fields: index.fields, unique: index.unique ?? false, state: state ?? 'ready' };
    });
    for (const name of systemFields) {
      const { tag, type, label } = systemFieldKinds[name];
      this.#add({ tag, name, label, type, system: true, required: false, definition: null });
    }
    for (const declared of definition.fields ?? []) {
      const tag = stored.tags[declared.name];
      if (tag === undefined) throw new Error(`field ${stored.name}.${declared.name} is declared but not stored`);
      const { name, type, required = false } = declared;
      this.#add({ tag, name, label: labelOf(declared), type, system: false, required, definition: declared });
    }
    const title = this.fields.get(titleOf(definition)?.name ?? 'id');
    if (title === undefined) throw new Error(`${stored.name} has no title`);
    this.title = title;
  }

  #add(parts: Pick<CatalogField, 'tag' | 'name' | 'label' | 'type' | 'system' | 'required' | 'definition'>): void {
    const handler = handlerOf(parts.definition ?? parts.type);
    const links = { target: null, inverse: null, computed: null };
    this.fields.set(parts.name, { object: this, ...parts, column: parts.name, handler, ...links });
  }
}

/** The name of a declared index in the database. An object's id ends in random digits, so no two objects share one. */
export function indexName(objectId: string, name: string): string {
  return `${shortId(objectId)}~${name}`;
}

/** The random end of an id: tells physical things of one object from another's, whatever it is called. */
export function shortId(id: string): string {
  return id.slice(-12);
}

function link(model: Model, objects: ReadonlyMap<string, OpenObject>, field: Mutable<CatalogField>): void {
  const target = targetName(model, field);
  field.target = target === null ? null : (objects.get(target) ?? null);
  if (field.type === 'table') field.inverse = field.target?.fields.get('parent') ?? null;
}

function targetName(model: Model, field: CatalogField): string | null {
  const { definition, object, name } = field;
  if (definition === null) return systemFields.some((one) => one === name) ? systemTarget(name) : null;
  switch (definition.type) {
    case 'relation':
    case 'relations':
      return targetOf(model, definition.to)?.name ?? null;
    case 'user':
    case 'department':
      return definition.type;
    case 'table':
      return rowsObjectName(object.name, name);
    default:
      return null;
  }
}

function systemTarget(name: string): string | null {
  for (const [field, kind] of Object.entries(systemFieldKinds)) if (field === name) return kind.target;
  return null;
}

/** Tells targets and sources who refers to them. */
function relate(objects: ReadonlyMap<string, OpenObject>, model: Model, field: Mutable<CatalogField>): void {
  if (!field.system && field.type !== 'table' && field.target !== null) {
    objects.get(field.target.name)?.referrers.push(field);
  }
  const modelled = model.objects.get(field.object.name);
  if (modelled !== undefined) field.computed = computedKind(modelled, field);
  if (field.definition?.type === 'rollup') {
    objects.get(targetOf(model, field.definition.from)?.name ?? '')?.rollups.push(field);
  }
}

function masterOf(object: CatalogObject): CatalogField | null {
  for (const field of object.fields.values()) {
    if (field.definition?.type === 'relation' && field.definition.onDelete === 'cascade') return field;
  }
  return null;
}

function giveHandler(
  model: Model,
  objects: ReadonlyMap<string, OpenObject>,
  field: Mutable<CatalogField>,
): CatalogField['handler'] {
  const definition: FieldDefinition | null = field.definition;
  if (definition?.type !== 'rollup' || definition.of === undefined) return field.handler;
  const measured = objects.get(targetOf(model, definition.from)?.name ?? '')?.fields.get(definition.of);
  if (measured !== undefined) field.handler = handlerOf(definition, giveHandler(model, objects, measured));
  return field.handler;
}

/** A rule on an absent object, or whose condition leads through one, shares nothing until it is there. */
function isActive(model: Model, rule: SharingRule): boolean {
  const object = model.objects.get(rule.object);
  return object !== undefined && filterState(model, object, rule.filter) === 'active';
}

/** The option set `role`: the built-in administrator, then the roles that are declared. */
function rolesAsOptions(state: MetadataState): OptionSet {
  const administrator = { value: administratorRole, label: { zh: '系统管理员', en: 'Administrator' } };
  const declared = [...state.roles.values()].map((role) => ({ value: role.name, label: labelOf(role) }));
  return { name: roleOptionSet, label: { zh: '角色', en: 'Role' }, options: [administrator, ...declared] };
}

export const defaultCompany: Company = {
  currency: 'CNY',
  timeZone: 'Asia/Shanghai',
  language: 'zh',
  profile: 'ordinary',
  channels: [],
  rates: [],
};

function companyOf(state: MetadataState): Company {
  const { name: _name, label: _label, ...settings } = state.settings.get('company') ?? { name: 'company' };
  return { ...defaultCompany, ...settings };
}
