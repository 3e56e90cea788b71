/** What a value means to batch matching, where that doesn't follow from its field's type. */
export const matchTypes = [
  'givenName',
  'familyName',
  'fullName',
  'company',
  'birthDate',
  'phone',
  'email',
  'address',
  'city',
  'region',
  'postalCode',
  'nationalId',
  'category',
  'text',
  'number',
] as const;
export type MatchType = (typeof matchTypes)[number];
