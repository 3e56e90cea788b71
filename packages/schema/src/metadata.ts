import Type, { type Static } from 'typebox';
import type { FieldDefinition } from './fields.ts';
import { fieldSchemas, LabelSchema, Name, OptionSchema } from './fields.ts';
import { type Flow, FlowSchema } from './flow/flow.ts';
import { type IdentifierKind, IdentifierKindSchema } from './identifiers.ts';
import { type Layout, LayoutSchema } from './layouts.ts';
import { type Menu, MenuSchema } from './menus.ts';
import { type View, ViewSchema } from './views.ts';

// Metadata is everything a user can declare. A document says the declared state by kind; `apply` upserts by
// name, leaves the rest alone, and removes only what `delete` names.

export const scopes = ['none', 'own', 'department', 'departmentTree', 'departments', 'all'] as const;
export type Scope = (typeof scopes)[number];
export const fieldRights = ['none', 'masked', 'read', 'edit'] as const;
export type FieldRight = (typeof fieldRights)[number];
export const operations = ['read', 'create', 'update', 'delete', 'export', 'transfer'] as const;
export type Operation = (typeof operations)[number];

/** What a role may do besides records. 三员分立 keeps people, rights and audit in different hands. */
export const capabilities = ['metadata', 'people', 'rights', 'audit', 'operations', 'unmask'] as const;
export type Capability = (typeof capabilities)[number];

const literals = <const T extends readonly string[]>(values: T) =>
  Type.Unsafe<T[number]>(Type.Union(values.map((value) => Type.Literal(value))));

const ScopeSchema = literals(scopes);

export const GrantSchema = Type.Object(
  {
    read: Type.Optional(ScopeSchema),
    create: Type.Optional(Type.Boolean()),
    update: Type.Optional(ScopeSchema),
    delete: Type.Optional(ScopeSchema),
    export: Type.Optional(ScopeSchema),
    transfer: Type.Optional(ScopeSchema),
    /** Ids of the departments that the scope `departments` means. */
    departments: Type.Optional(Type.Array(Type.String({ format: 'uuid' }), { maxItems: 500 })),
    /** A field not named takes the right of `*`, else `edit`. */
    fields: Type.Optional(
      Type.Record(Type.String({ pattern: '^(\\*|[a-z][A-Za-z0-9]{0,47})$' }), literals(fieldRights)),
    ),
  },
  { additionalProperties: false },
);
export type Grant = Static<typeof GrantSchema>;

export const RoleSchema = Type.Object(
  {
    name: Name,
    label: Type.Optional(LabelSchema),
    /** By object name; `*` stands for every object that the role doesn't name. */
    objects: Type.Optional(Type.Record(Type.String({ pattern: '^(\\*|[a-z][A-Za-z0-9]{0,47})$' }), GrantSchema)),
    capabilities: Type.Optional(Type.Array(literals(capabilities), { uniqueItems: true })),
  },
  { additionalProperties: false },
);
export type Role = Static<typeof RoleSchema>;

export const IndexSchema = Type.Object(
  {
    name: Name,
    /** Field names, `-` before one for descending. */
    fields: Type.Array(Type.String({ pattern: '^-?[a-z][A-Za-z0-9]{0,47}$' }), { minItems: 1, maxItems: 8 }),
    unique: Type.Optional(Type.Boolean()),
    /** The view that it was made for, by the system. */
    view: Type.Optional(Name),
  },
  { additionalProperties: false },
);
export type IndexDefinition = Static<typeof IndexSchema>;

export const ObjectSchema = Type.Object(
  {
    name: Name,
    label: Type.Optional(LabelSchema),
    description: Type.Optional(LabelSchema),
    icon: Type.Optional(Type.String({ maxLength: 60 })),
    /** The field that names a record to a person. */
    title: Type.Optional(Name),
    /** What engines may use this object for: "identities resolve to me" is the trait `customer`. */
    traits: Type.Optional(Type.Array(Name, { maxItems: 20, uniqueItems: true })),
    /** Records have a team: people who may read or edit one record whatever their scope. */
    team: Type.Optional(Type.Boolean()),
    fields: Type.Optional(Type.Array(Type.Union(Object.values(fieldSchemas)), { maxItems: 800 })),
    indexes: Type.Optional(Type.Array(IndexSchema, { maxItems: 40 })),
  },
  { additionalProperties: false },
);

/** An object as declared. Derived from the schema but for `fields`, whose union is spelled in fields.ts. */
export type ObjectDefinition = Omit<Static<typeof ObjectSchema>, 'fields'> & {
  readonly fields?: readonly FieldDefinition[];
};

export const OptionSetSchema = Type.Object(
  { name: Name, label: Type.Optional(LabelSchema), options: Type.Array(OptionSchema, { maxItems: 5000 }) },
  { additionalProperties: false },
);
export type OptionSet = Static<typeof OptionSetSchema>;

export const SharingRuleSchema = Type.Object(
  {
    name: Name,
    label: Type.Optional(LabelSchema),
    object: Name,
    /** Which records; absent means all. */
    filter: Type.Optional(Type.Unknown()),
    /** Whose: exactly one of these. A department includes those below it. */
    to: Type.Object(
      {
        role: Type.Optional(Name),
        department: Type.Optional(Type.String({ format: 'uuid' })),
        user: Type.Optional(Type.String({ format: 'uuid' })),
      },
      { additionalProperties: false, minProperties: 1, maxProperties: 1 },
    ),
    right: literals(['read', 'update']),
  },
  { additionalProperties: false },
);
export type SharingRule = Static<typeof SharingRuleSchema>;

/** The company's own choices: one entry named `company`. */
export const SettingsSchema = Type.Object(
  {
    name: Type.Literal('company'),
    label: Type.Optional(LabelSchema),
    currency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$' })),
    timeZone: Type.Optional(Type.String({ maxLength: 60 })),
    language: Type.Optional(literals(['zh', 'en'])),
    /** Channels by how far they are trusted, the most trusted first. */
    channels: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 60 }), { maxItems: 200, uniqueItems: true }),
    ),
    /** `djbh3` switches the stricter policies of 等保三级 on together. */
    profile: Type.Optional(literals(['ordinary', 'djbh3'])),
    /** Rates to the company's currency, newest last, by currency: the rate of a day is the last one on or before it. */
    rates: Type.Optional(
      Type.Array(
        Type.Object(
          {
            currency: Type.String({ pattern: '^[A-Z]{3}$' }),
            from: Type.String({ format: 'date' }),
            rate: Type.String({ pattern: '^\\d{1,12}(\\.\\d{1,12})?$' }),
          },
          { additionalProperties: false },
        ),
        { maxItems: 10_000 },
      ),
    ),
  },
  { additionalProperties: false },
);
export type Settings = Static<typeof SettingsSchema>;

/** The kinds, in the order in which they depend on one another. */
export const kinds = {
  settings: SettingsSchema,
  optionSets: OptionSetSchema,
  identifierKinds: IdentifierKindSchema,
  objects: ObjectSchema,
  roles: RoleSchema,
  sharingRules: SharingRuleSchema,
  views: ViewSchema,
  layouts: LayoutSchema,
  menus: MenuSchema,
  flows: FlowSchema,
} as const;
export type Kind = keyof typeof kinds;

export type Removal =
  | { readonly kind: 'field' | 'index'; readonly object: string; readonly name: string }
  | {
      readonly kind:
        | 'object'
        | 'role'
        | 'optionSet'
        | 'identifierKind'
        | 'view'
        | 'layout'
        | 'sharingRule'
        | 'menu'
        | 'flow';
      readonly name: string;
    };

export interface MetadataDocument {
  readonly settings?: readonly Settings[];
  readonly optionSets?: readonly OptionSet[];
  readonly identifierKinds?: readonly IdentifierKind[];
  readonly objects?: readonly ObjectDefinition[];
  readonly roles?: readonly Role[];
  readonly sharingRules?: readonly SharingRule[];
  readonly views?: readonly View[];
  readonly layouts?: readonly Layout[];
  readonly menus?: readonly Menu[];
  readonly flows?: readonly Flow[];
  readonly delete?: readonly Removal[];
}

/** A standard app: a folder of declarations that a user could have clicked together. */
export interface App {
  readonly name: string;
  readonly version: string;
  readonly label: { readonly zh: string; readonly en: string };
  readonly metadata: MetadataDocument;
}

/** Fields that every record has. They can't be declared. */
export const systemFields = [
  'id',
  'version',
  'owner',
  'department',
  'createdAt',
  'createdBy',
  'updatedAt',
  'updatedBy',
  'deletedAt',
] as const;
export type SystemField = (typeof systemFields)[number];
