import Type, { type Static, type TSchema } from 'typebox';
import { type MatchType, matchTypes } from './match-types.ts';
import { namePattern } from './names.ts';

// The declaration of a field. Each type adds its own properties to the common ones.

export const Name = Type.String({ pattern: namePattern.source });
export const LabelSchema = Type.Object(
  { zh: Type.String({ maxLength: 200 }), en: Type.String({ maxLength: 200 }) },
  { additionalProperties: false },
);

export const OptionSchema = Type.Object(
  {
    value: Type.String({ minLength: 1, maxLength: 100 }),
    label: LabelSchema,
    color: Type.Optional(Type.String({ maxLength: 20 })),
    /** No longer offered, still shown on records that have it. */
    retired: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type Option = Static<typeof OptionSchema>;

/** A choice within a choice: 浙江 → 杭州. Depth at most 6. */
export interface CascadeOption extends Option {
  readonly children?: readonly CascadeOption[];
}

const common = {
  name: Name,
  label: Type.Optional(LabelSchema),
  help: Type.Optional(LabelSchema),
  required: Type.Optional(Type.Boolean()),
  /** How the value looks to a role that has it `masked`. Default by type: phone, email, else all. */
  mask: Type.Optional(
    Type.Union([
      Type.Literal('phone'),
      Type.Literal('email'),
      Type.Literal('idNumber'),
      Type.Literal('bankAccount'),
      Type.Literal('name'),
      Type.Literal('all'),
    ]),
  ),
  /** Of what several channels say of a customer, which stands: the newest (default), the longest, or the most trusted channel's. */
  survivor: Type.Optional(Type.Union([Type.Literal('recent'), Type.Literal('complete'), Type.Literal('trusted')])),
  /** What the value means when duplicates are looked for. Absent: what follows from the type, or nothing. */
  matchAs: Type.Optional(Type.Unsafe<MatchType>(Type.Union(matchTypes.map((type) => Type.Literal(type))))),
};

/** A value given to new records that name none. `{now}`, `{today}`, `{me}` and `{myDepartment}` are filled at the write. */
const withDefault = { default: Type.Optional(Type.Unknown()) };
const withUnique = { unique: Type.Optional(Type.Boolean()) };
/** Found by the search box. The title, phones, e-mails and auto-numbers are, without saying so. */
const withSearch = { searchable: Type.Optional(Type.Boolean()) };
/** Its value is an identifier of this kind: equal ones are the same customer. While the kind is absent, so is this. */
const withIdentifier = { identifier: Type.Optional(Name) };
const range = { min: Type.Optional(Type.Number()), max: Type.Optional(Type.Number()) };
const optionSource = {
  options: Type.Optional(Type.Array(OptionSchema, { maxItems: 2000 })),
  /** The name of a shared option set, instead of `options`. */
  optionSet: Type.Optional(Name),
};

function field<const N extends string, P extends Record<string, TSchema>>(type: N, own: P) {
  return Type.Object({ ...common, type: Type.Literal(type), ...own }, { additionalProperties: false });
}

const relation = {
  /** The name of an object, or of a trait that an object declares. While absent the relation is inactive. */
  to: Name,
  /** What a delete of the target does. `cascade` makes it the master: this record follows its rights. Default `clear`. */
  onDelete: Type.Optional(Type.Union([Type.Literal('clear'), Type.Literal('restrict'), Type.Literal('cascade')])),
};

export const fieldSchemas = {
  text: field('text', {
    ...withDefault,
    ...withUnique,
    ...withSearch,
    ...withIdentifier,
    maxLength: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  }),
  longText: field('longText', {
    ...withDefault,
    ...withSearch,
    maxLength: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
  }),
  richText: field('richText', { ...withSearch }),
  /** A JSON number, stored as double precision. Use decimal for what is counted or paid. */
  number: field('number', { ...withDefault, ...range }),
  /** An exact decimal, a string in JSON. */
  decimal: field('decimal', {
    ...withDefault,
    ...withUnique,
    ...range,
    scale: Type.Optional(Type.Integer({ minimum: 0, maximum: 12 })),
  }),
  /** `{amount, currency}`; the rate to the company's currency is kept from the day of the write. */
  money: field('money', { ...withDefault, ...range }),
  /** 12.5 means 12.5 %. A decimal string in JSON. */
  percent: field('percent', {
    ...withDefault,
    ...range,
    scale: Type.Optional(Type.Integer({ minimum: 0, maximum: 6 })),
  }),
  date: field('date', { ...withDefault }),
  dateTime: field('dateTime', { ...withDefault }),
  boolean: field('boolean', { ...withDefault }),
  option: field('option', { ...withDefault, ...optionSource }),
  options: field('options', { ...withDefault, ...optionSource }),
  /** A path in a tree of choices, as the array of its values. */
  cascade: field('cascade', { tree: Type.Array(Type.Unknown(), { maxItems: 2000 }) }),
  /** E.164; a bare number is taken as +86. */
  phone: field('phone', { ...withUnique, ...withSearch, ...withIdentifier }),
  email: field('email', { ...withUnique, ...withSearch, ...withIdentifier }),
  url: field('url', { ...withDefault, ...withSearch }),
  /** `{country?, province, city, district, street, postcode?}` (省市区 and the rest). */
  address: field('address', {}),
  /** `{lng, lat}` in WGS 84. */
  geo: field('geo', {}),
  user: field('user', { ...withDefault }),
  department: field('department', { ...withDefault }),
  relation: field('relation', { ...relation, ...withDefault }),
  /** Many to many. */
  relations: field('relations', { to: Name }),
  /** Rows that live and are written with their record: an object of its own, named `{object}{Field}`. */
  table: field('table', { fields: Type.Array(Type.Unknown(), { minItems: 1, maxItems: 100 }) }),
  file: field('file', { maxFiles: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })) }),
  image: field('image', { maxFiles: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })) }),
  /** `HT-{yyyy}{mm}{dd}-{0000}`. Counted in the company's time zone. No gaps are promised only with `gapless`. */
  autoNumber: field('autoNumber', {
    ...withSearch,
    pattern: Type.String({ minLength: 1, maxLength: 100 }),
    reset: Type.Optional(Type.Union([Type.Literal('day'), Type.Literal('month'), Type.Literal('year')])),
    gapless: Type.Optional(Type.Boolean()),
  }),
  formula: field('formula', {
    expression: Type.String({ minLength: 1, maxLength: 10_000 }),
    returns: Type.Union([
      Type.Literal('text'),
      Type.Literal('number'),
      Type.Literal('decimal'),
      Type.Literal('boolean'),
      Type.Literal('date'),
      Type.Literal('dateTime'),
    ]),
  }),
  /** Over the records of `from` whose relation `via` points here. */
  rollup: field('rollup', {
    from: Name,
    via: Name,
    fn: Type.Union([
      Type.Literal('count'),
      Type.Literal('sum'),
      Type.Literal('min'),
      Type.Literal('max'),
      Type.Literal('avg'),
    ]),
    of: Type.Optional(Name),
    filter: Type.Optional(Type.Unknown()),
  }),
} as const;

export type FieldType = keyof typeof fieldSchemas;
export const fieldTypes = Object.keys(fieldSchemas) as readonly FieldType[];

export type FieldOf<T extends FieldType> = Static<(typeof fieldSchemas)[T]>;
export type FieldDefinition = { [T in FieldType]: FieldOf<T> }[FieldType];
