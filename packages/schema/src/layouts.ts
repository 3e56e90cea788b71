import Type, { type Static } from 'typebox';
import { LabelSchema, Name } from './fields.ts';

// A layout: how one record is laid out, for whom and for which records. Tabs hold sections of fields and lists of
// related records. The first layout, by position, then by name, whose roles and condition fit a record counts; where
// none fits, the arrangement is automatic. A layout arranges and nothing else: what it leaves out isn't secret, since
// rights decide what is seen, and `required` and `readOnly` bind the form only, not other ways to write.

const common = {
  name: Name,
  label: Type.Optional(LabelSchema),
};

/** Conditions are filters over the record's own fields: they follow what is typed. */
const when = { when: Type.Optional(Type.Unknown()) };

const columnCounts = [1, 2, 3] as const;
export type ColumnCount = (typeof columnCounts)[number];
const Columns = Type.Unsafe<ColumnCount>(Type.Union(columnCounts.map((count) => Type.Literal(count))));

const PlacedFieldSchema = Type.Object(
  {
    field: Name,
    /** Over so many columns; absent: one, or all for what needs the width. */
    span: Type.Optional(Columns),
    ...when,
    /** Must be filled in on this form. */
    required: Type.Optional(Type.Boolean()),
    /** Can't be changed on this form. */
    readOnly: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type PlacedField = Static<typeof PlacedFieldSchema>;

const SectionSchema = Type.Object(
  {
    ...common,
    columns: Type.Optional(Columns),
    /** Closed until it is opened. */
    collapsed: Type.Optional(Type.Boolean()),
    ...when,
    fields: Type.Array(PlacedFieldSchema, { maxItems: 200 }),
  },
  { additionalProperties: false },
);
export type LayoutSection = Static<typeof SectionSchema>;

/** The records of another object whose relation points here. */
const RelatedListSchema = Type.Object(
  {
    object: Name,
    /** The relation, on that object. */
    field: Name,
    /** What is shown beside the title; absent: what is usual. */
    fields: Type.Optional(Type.Array(Name, { maxItems: 6, uniqueItems: true })),
    sort: Type.Optional(Type.Array(Type.String({ pattern: '^-?[a-z][A-Za-z0-9]{0,47}$' }), { maxItems: 3 })),
  },
  { additionalProperties: false },
);
export type RelatedList = Static<typeof RelatedListSchema>;

const TabSchema = Type.Object(
  {
    ...common,
    sections: Type.Optional(Type.Array(SectionSchema, { maxItems: 40 })),
    related: Type.Optional(Type.Array(RelatedListSchema, { maxItems: 40 })),
  },
  { additionalProperties: false },
);
export type LayoutTab = Static<typeof TabSchema>;

export const LayoutSchema = Type.Object(
  {
    ...common,
    object: Name,
    position: Type.Optional(Type.Number()),
    /** Whose it is; absent: everybody's. */
    roles: Type.Optional(Type.Array(Name, { maxItems: 200, uniqueItems: true })),
    /** Which records it is for; absent: all. */
    ...when,
    /** Shown under the record's title. */
    highlights: Type.Optional(Type.Array(Name, { maxItems: 8, uniqueItems: true })),
    tabs: Type.Array(TabSchema, { minItems: 1, maxItems: 20 }),
  },
  { additionalProperties: false },
);
export type Layout = Static<typeof LayoutSchema>;

/** What a layout names, with where it stands. */
export interface Placed<T> {
  readonly item: T;
  readonly at: string;
}

export function layoutSections(layout: Layout): readonly Placed<LayoutSection>[] {
  return layout.tabs.flatMap((tab, t) =>
    (tab.sections ?? []).map((item, s) => ({ item, at: `/tabs/${t}/sections/${s}` })),
  );
}

export function layoutLists(layout: Layout): readonly Placed<RelatedList>[] {
  return layout.tabs.flatMap((tab, t) =>
    (tab.related ?? []).map((item, r) => ({ item, at: `/tabs/${t}/related/${r}` })),
  );
}

/** The fields of the object itself that a layout shows. */
export function layoutFields(layout: Layout): readonly Placed<string>[] {
  return [
    ...(layout.highlights ?? []).map((item, index) => ({ item, at: `/highlights/${index}` })),
    ...layoutSections(layout).flatMap((section) =>
      section.item.fields.map(({ field }, index) => ({ item: field, at: `${section.at}/fields/${index}/field` })),
    ),
  ];
}

/** The conditions of a layout. */
export function layoutConditions(layout: Layout): readonly Placed<unknown>[] {
  const own = { item: layout.when, at: '/when' };
  const within = layoutSections(layout).flatMap(({ item, at }) => [
    { item: item.when, at: `${at}/when` },
    ...item.fields.map((field, index) => ({ item: field.when, at: `${at}/fields/${index}/when` })),
  ]);
  return [own, ...within].filter(({ item }) => item !== undefined);
}

/** A layout in which each section, field and list is what `change` makes of it; null takes it away. */
export function changedLayout(
  layout: Layout,
  change: {
    readonly section: (section: LayoutSection) => LayoutSection | null;
    readonly field: (field: PlacedField) => PlacedField | null;
    readonly list: (list: RelatedList) => RelatedList | null;
  },
): Layout {
  const tabs = layout.tabs.map(({ sections, related, ...tab }) => ({
    ...tab,
    ...(sections === undefined
      ? {}
      : {
          sections: sections.flatMap((section) => {
            const changed = change.section(section);
            return changed === null
              ? []
              : [{ ...changed, fields: section.fields.flatMap((f) => change.field(f) ?? []) }];
          }),
        }),
    ...(related === undefined ? {} : { related: related.flatMap((list) => change.list(list) ?? []) }),
  }));
  return { ...layout, tabs };
}

/** The order in which layouts are asked whether they fit. */
export function byPosition(
  one: { readonly name: string; readonly position?: number },
  other: { readonly name: string; readonly position?: number },
): number {
  return (one.position ?? 0) - (other.position ?? 0) || (one.name < other.name ? -1 : 1);
}
