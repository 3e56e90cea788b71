import type { IdentifierKind, MetadataDocument } from '@huike/schema';

// A small company's metadata for tests of identity: an object that identities resolve to, what refers to it, and kinds
// of identifier.

const kind = (name: string, rest: Omit<IdentifierKind, 'name'>): IdentifierKind => ({ name, ...rest });

/** `member` is who customers are; `purchase`, `visitNote` and `member` itself refer to it. */
export const customersMetadata = {
  identifierKinds: [
    kind('userId', { form: 'exact', strength: 'strong', rank: 10, perCustomer: 1 }),
    kind('unionId', { form: 'exact', strength: 'strong', rank: 20, scoped: true, perCustomer: 1 }),
    kind('openId', { form: 'exact', strength: 'strong', rank: 30, scoped: true, perCustomer: 1 }),
    kind('creditCode', { form: 'creditCode', strength: 'strong', rank: 40, perCustomer: 1 }),
    kind('nationalId', { form: 'nationalId', strength: 'medium', rank: 10, perCustomer: 1 }),
    kind('phone', { form: 'phone', strength: 'medium', rank: 20, perCustomer: 5 }),
    kind('email', { form: 'email', strength: 'medium', rank: 30, perCustomer: 5 }),
    kind('device', { form: 'lower', strength: 'weak', rank: 10 }),
    kind('cookie', { form: 'exact', strength: 'weak', rank: 20 }),
  ],
  objects: [
    {
      name: 'member',
      title: 'name',
      traits: ['customer'],
      fields: [
        { name: 'name', type: 'text', required: true },
        { name: 'phone', type: 'phone', identifier: 'phone' },
        { name: 'email', type: 'email', identifier: 'email' },
        { name: 'city', type: 'text' },
        { name: 'birthDate', type: 'date' },
        { name: 'recommendedBy', type: 'relation', to: 'member' },
        { name: 'interests', type: 'relations', to: 'interest' },
        { name: 'spent', type: 'rollup', from: 'purchase', via: 'member', fn: 'sum', of: 'amount' },
      ],
    },
    { name: 'interest', title: 'name', fields: [{ name: 'name', type: 'text' }] },
    {
      name: 'purchase',
      title: 'code',
      fields: [
        { name: 'code', type: 'text', unique: true },
        { name: 'amount', type: 'decimal' },
        { name: 'member', type: 'relation', to: 'customer' },
      ],
    },
  ],
} as const satisfies MetadataDocument;
