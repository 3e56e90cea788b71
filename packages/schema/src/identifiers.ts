import Type, { type Static } from 'typebox';
import { LabelSchema, Name } from './fields.ts';

// Kinds of identifier: what a channel knows a customer by.

/** How a value is read, so that two spellings of one are one. `exact` only trims; `lower` also ignores case. */
export const identifierForms = ['phone', 'email', 'creditCode', 'nationalId', 'lower', 'exact'] as const;
export type IdentifierForm = (typeof identifierForms)[number];

export const identifierStrengths = ['strong', 'medium', 'weak'] as const;
export type IdentifierStrength = (typeof identifierStrengths)[number];

const literals = <const T extends readonly string[]>(values: T) =>
  Type.Unsafe<T[number]>(Type.Union(values.map((value) => Type.Literal(value))));

export const IdentifierKindSchema = Type.Object(
  {
    name: Name,
    label: Type.Optional(LabelSchema),
    form: literals(identifierForms),
    /** `strong` decides, `medium` decides while few share it, `weak` never joins two known customers. */
    strength: literals(identifierStrengths),
    /** Of two kinds of one strength the smaller one decides. Default 100. */
    rank: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000 })),
    /** A value means something only together with the account or app that gave it: `{scope, value}`. */
    scoped: Type.Optional(Type.Boolean()),
    /** How many values (of one scope) one customer may have; more of them veto a merge. Default 20, of weak ones 500. */
    perCustomer: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    /** How many customers may share one value before it is a household's and joins nobody. Default 3. */
    shareLimit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    /** Values that never match, besides those that never do in any kind (`null`, `guest`, all zeros …). */
    illegal: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 1000 })),
  },
  { additionalProperties: false },
);
export type IdentifierKind = Static<typeof IdentifierKindSchema>;
