// What each semantic type means for matching.
import type { SemanticType } from '../types.ts';
import { birthDate } from './dates.ts';
import type { Kind } from './kind.ts';
import { familyName, fullName, givenName } from './person.ts';
import { category, city, email, nationalId, number, phone, postalCode, region } from './simple.ts';
import { address, company, text } from './words.ts';

export const kinds: Readonly<Record<SemanticType, Kind>> = {
  givenName,
  familyName,
  fullName,
  company,
  birthDate,
  phone,
  email,
  address,
  city,
  region,
  postalCode,
  nationalId,
  category,
  text,
  number,
};
