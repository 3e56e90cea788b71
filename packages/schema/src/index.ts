// The language of Huike. Words, used everywhere and never mixed:
//
// An *object* has *fields*; its rows are *records*. A *customer* is one person or company, whatever the channel.
// An *identifier* (phone, UnionID, e-mail, device) points to one customer. An *interaction* is something a customer
// did or received on a channel; interactions are a stream. A *change* is one committed edit of a record. An *actor*
// is who asks: a user, a dealer's user, a visitor holding a write key, or a named system role. *Metadata* is
// everything a user can declare.

export { checkState, metadataLimits, roleOptionSet } from './check.ts';
export { administratorRole, type Check, type CheckOptions, type Place } from './checking.ts';
export { cleanReferences, indexFields } from './clean.ts';
export { conditionsOf, filterState, isStoredFormula, isVirtual, pathType } from './computed.ts';
export { type DaySpan, daySpan } from './day-spans.ts';
export * from './decimal.ts';
export * from './define.ts';
export type * from './demo.ts';
export * from './errors.ts';
export * from './expected.ts';
export * from './fields.ts';
export * from './filter.ts';
export { type FilterSubject, filterMatches, filterPaths } from './filter-matches.ts';
export * from './flow/index.ts';
export * from './formula.ts';
export * from './identifiers.ts';
export * from './json.ts';
export * from './layouts.ts';
export * from './match-types.ts';
export * from './menus.ts';
export { type Clash, type Merged, merge, putAt, sameJson } from './merge.ts';
export * from './metadata.ts';
export * from './names.ts';
export * from './query.ts';
export { asItem, asJson, itemIssues, type RawDocument, readDocument, trusted } from './shape.ts';
export * from './state.ts';
export { typeChanges } from './transitions.ts';
export { nameOf, type RawState, upsertItem } from './upsert.ts';
export { type Accepted, rawState, typedState, type Validated, validateDocument } from './validate.ts';
export * from './views.ts';
export { zoneName } from './zones.ts';
