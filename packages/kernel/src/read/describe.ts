import {
  byPosition,
  type FieldDefinition,
  type FieldRight,
  type FieldType,
  type Label,
  type Layout,
  type Menu,
  type MetadataDocument,
  type View,
} from '@huike/schema';
import { type Access, type Actor, accessOf, type ObjectAccess } from '../access/index.ts';
import type { Catalog, CatalogField, Company } from '../catalog/types.ts';
import { optionsOf } from '../fields/index.ts';
import { seenDefinition, seenLayout, seenMenus, seenView } from './declared.ts';

// The metadata as one actor may know it: what a page needs to draw itself, and nothing that is hidden.

export interface FieldDescription {
  readonly name: string;
  readonly label: Label;
  readonly type: CatalogField['type'];
  readonly system: boolean;
  readonly required: boolean;
  /** The best that the actor has on any row. */
  readonly right: Exclude<FieldRight, 'none'>;
  /** As declared, but for what names something that the actor may not know. */
  readonly definition: Partial<FieldDefinition> | null;
  readonly options?: readonly unknown[];
  /** The object that a relation leads to, if the actor may read it. */
  readonly target?: string;
  /** Of what is computed: the type that its values have. */
  readonly shows?: FieldType;
}

export interface ObjectDescription {
  readonly name: string;
  readonly label: Label;
  readonly title: string;
  readonly icon: string | null;
  readonly app: string | null;
  readonly traits: readonly string[];
  readonly may: {
    readonly create: boolean;
    readonly update: boolean;
    readonly delete: boolean;
    readonly export: boolean;
  };
  readonly fields: readonly FieldDescription[];
}

export interface Description {
  readonly version: number;
  readonly company: Omit<Company, 'rates'>;
  readonly objects: readonly ObjectDescription[];
  readonly views: readonly View[];
  /** In the order in which they are asked whether they fit a record. */
  readonly layouts: readonly Layout[];
  /** What the actor may open, in order. */
  readonly menus: readonly Menu[];
  readonly capabilities: readonly string[];
}

/** Everything the actor may know of the metadata. */
export function describe(catalog: Catalog, actor: Actor): Description {
  const access = accessOf(catalog, actor);
  const { rates: _, ...company } = catalog.company;
  const readable = [...catalog.objects.keys()].flatMap((name) => access.object(name) ?? []);
  const views = [...catalog.views.values()].flatMap((view) => seenView(access, view, actor) ?? []);
  return {
    version: catalog.version,
    company,
    objects: readable.map((object) => describeObject(catalog, access, object)),
    views,
    layouts: [...catalog.layouts.values()].sort(byPosition).flatMap((one) => seenLayout(access, one, actor) ?? []),
    menus: seenMenus(catalog, access, views, actor),
    capabilities: [...access.capabilities],
  };
}

function describeObject(catalog: Catalog, access: Access, object: ObjectAccess): ObjectDescription {
  const { name, label, title, app, traits, definition, fields } = object.object;
  return {
    name,
    label,
    title: object.field(title) === null ? 'id' : title.name,
    icon: definition.icon ?? null,
    app,
    traits,
    may: {
      create: object.allowsCreate,
      update: object.rows('update') !== false,
      delete: object.rows('delete') !== false,
      export: object.rows('export') !== false,
    },
    fields: [...fields.values()].flatMap((field) => describeField(catalog, access, object, field)),
  };
}

/** What nobody writes. */
const worked: ReadonlySet<CatalogField['type']> = new Set(['formula', 'rollup', 'autoNumber']);

function describeField(
  catalog: Catalog,
  access: Access,
  object: ObjectAccess,
  field: CatalogField,
): FieldDescription[] {
  const seen = object.field(field);
  if (seen === null) return [];
  const edits = !worked.has(field.type) && (object.editable(field) !== false || object.creatable(field));
  const target = field.target !== null && access.object(field.target.name) !== null ? field.target.name : null;
  const options = optionsOf(field, catalog);
  return [
    {
      name: field.name,
      label: field.label,
      type: field.type,
      system: field.system,
      required: field.required,
      right: edits && !field.system ? 'edit' : seen.clear === false ? 'masked' : 'read',
      definition: seenDefinition(access, object, field),
      ...(options.length === 0 ? {} : { options }),
      ...(target === null ? {} : { target }),
      ...(field.type === 'formula' || field.type === 'rollup' ? { shows: shownType(field) } : {}),
    },
  ];
}

/** The type of a computed field's values, by how they compare. */
function shownType({ handler }: CatalogField): FieldType {
  switch (handler.comparable?.type) {
    case 'timestamptz':
      return 'dateTime';
    case 'date':
      return 'date';
    case 'boolean':
      return 'boolean';
    case 'float8':
    case 'int4':
      return 'number';
    case 'numeric':
      return 'decimal';
    default:
      return 'text';
  }
}

/** The whole declared state, as `apply` takes it: for those who may change it. */
export function declaredState(catalog: Catalog): MetadataDocument {
  return {
    settings: [{ name: 'company', ...catalog.company }],
    optionSets: [...catalog.optionSets.values()],
    identifierKinds: [...catalog.identifierKinds.values()],
    objects: [...catalog.objects.values()].map((object) => object.definition),
    roles: [...catalog.roles.values()],
    sharingRules: catalog.sharingRules,
    views: [...catalog.views.values()],
    layouts: [...catalog.layouts.values()],
    menus: [...catalog.menus.values()],
    flows: [...catalog.flows.values()],
  };
}
