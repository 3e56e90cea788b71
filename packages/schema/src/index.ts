// The language of Huike. Words, used everywhere and never mixed:
//
// An *object* has *fields*; its rows are *records*. A *customer* is one person or company, whatever the channel.
// An *identifier* (phone, UnionID, e-mail, device) points to one customer. An *interaction* is something a customer
// did or received on a channel; interactions are a stream. A *change* is one committed edit of a record. An *actor*
// is who asks: a user, a dealer's user, a visitor holding a write key, or a named system role. *Metadata* is
// everything a user can declare.

export * from './define.ts';
export * from './errors.ts';
export * from './fields.ts';
export * from './filter.ts';
export * from './json.ts';
export * from './metadata.ts';
export * from './names.ts';
export * from './query.ts';
