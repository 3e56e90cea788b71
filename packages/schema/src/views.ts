import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Issue } from './errors.ts';
import { LabelSchema, Name } from './fields.ts';

// A view: which records of an object, in which order, and how they are laid out. Shared views are metadata, named and
// labelled in both languages; a personal view is one user's own, with a title in that user's words.

export const viewLayouts = ['grid', 'kanban', 'calendar', 'gallery'] as const;
export type ViewLayout = (typeof viewLayouts)[number];

export const columnTotals = ['count', 'countDistinct', 'sum', 'avg', 'min', 'max'] as const;
export type ColumnTotal = (typeof columnTotals)[number];

const Path = Type.String({ minLength: 1, maxLength: 300 });
const literals = <const T extends readonly string[]>(values: T) =>
  Type.Unsafe<T[number]>(Type.Union(values.map((value) => Type.Literal(value))));

/** How a column looks, for the fields that don't look as they come. */
const ColumnSchema = Type.Object(
  {
    field: Path,
    /** In pixels. */
    width: Type.Optional(Type.Integer({ minimum: 40, maximum: 1200 })),
    /** What stands below the column, over all records of the view. */
    total: Type.Optional(literals(columnTotals)),
  },
  { additionalProperties: false },
);

/** Records that match get the colour; the first rule that matches counts. */
const ColorRuleSchema = Type.Object(
  { filter: Type.Unknown(), color: Type.String({ pattern: '^[a-z]{1,20}$' }) },
  { additionalProperties: false },
);

/** What shared and personal views have in common. Fields are named by paths over relations. */
export const viewParts = {
  layout: Type.Optional(literals(viewLayouts)),
  /** The columns, in their order. */
  fields: Type.Optional(Type.Array(Type.String({ maxLength: 300 }), { maxItems: 200 })),
  columns: Type.Optional(Type.Array(ColumnSchema, { maxItems: 200 })),
  /** So many columns stay in sight while the others scroll. */
  frozen: Type.Optional(Type.Integer({ minimum: 0, maximum: 10 })),
  filter: Type.Optional(Type.Unknown()),
  sort: Type.Optional(Type.Array(Type.String({ maxLength: 300 }), { maxItems: 5 })),
  /** The field that rows are grouped by, or whose options are the columns of a kanban. */
  group: Type.Optional(Path),
  /** At most so many records in a column of a kanban, by option value. More are shown, and marked. */
  limits: Type.Optional(
    Type.Array(
      Type.Object(
        { value: Type.String({ minLength: 1, maxLength: 100 }), most: Type.Integer({ minimum: 1, maximum: 100_000 }) },
        { additionalProperties: false },
      ),
      { maxItems: 200 },
    ),
  ),
  /** The day of a record in a calendar. */
  date: Type.Optional(Path),
  colors: Type.Optional(Type.Array(ColorRuleSchema, { maxItems: 20 })),
} as const;

export const ViewSchema = Type.Object(
  {
    name: Name,
    label: Type.Optional(LabelSchema),
    object: Name,
    ...viewParts,
    /** The roles that see it; absent means everybody who may read the object. */
    roles: Type.Optional(Type.Array(Name, { maxItems: 200, uniqueItems: true })),
    /** False once somebody dropped the index that was made for it: then none is made again. */
    index: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type View = Static<typeof ViewSchema>;

export const PersonalViewSchema = Type.Object(
  { object: Name, title: Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' }), ...viewParts },
  { additionalProperties: false },
);
/** A view as one user keeps it, without its id. */
export type PersonalView = Static<typeof PersonalViewSchema>;

export const personalViewLimits = { views: 200, bytes: 60_000 } as const;

const validator = Compile(PersonalViewSchema);

/** Whether a value is a personal view by its shape; what it names is found out when it is read. */
export function isPersonalView(value: unknown): value is PersonalView {
  return validator.Check(value);
}

/** Where a value falls short of a personal view. */
export function personalViewIssues(value: unknown): Issue[] {
  if (validator.Check(value)) return [];
  return validator
    .Errors(value)
    .slice(0, 20)
    .map(
      (error): Issue => ({
        path: error.instancePath,
        code: 'metadata.shape',
        params: { detail: error.message },
      }),
    );
}

/** Every path that a view names apart from its filters, with where it stands. */
export function viewPaths(
  view: Omit<PersonalView, 'title'>,
): readonly { readonly path: string; readonly at: string }[] {
  return [
    ...(view.fields ?? []).map((path, index) => ({ path, at: `/fields/${index}` })),
    ...(view.columns ?? []).map(({ field }, index) => ({ path: field, at: `/columns/${index}/field` })),
    ...(view.sort ?? []).map((path, index) => ({ path: path.replace(/^-/, ''), at: `/sort/${index}` })),
    ...(view.group === undefined ? [] : [{ path: view.group, at: '/group' }]),
    ...(view.date === undefined ? [] : [{ path: view.date, at: '/date' }]),
  ];
}
