import type { FieldDefinition } from '@huike/schema';
import type { FieldHandler, StoredType } from '../catalog/types.ts';
import { boolean } from './boolean.ts';
import { autoNumber, formula, formulaHandler, id, rollup, rollupHandler, version } from './computed.ts';
import { email, phone, url } from './contact.ts';
import { date, dateTime } from './date.ts';
import { decimal, percent } from './decimal.ts';
import { money } from './money.ts';
import { number } from './number.ts';
import { cascade, option, options } from './option.ts';
import { address, geo } from './place.ts';
import { department, file, image, relation, relations, table, user } from './relation.ts';
import { richText } from './rich-text.ts';
import { longText, text } from './text.ts';

export type * from '../catalog/types.ts';

export { parseInstant } from './date.ts';

export { maskedValue, maskText } from './mask.ts';
export { optionsOf, refuseRetired } from './option.ts';
export { plainText } from './rich-text.ts';
export { dayOf } from './zone.ts';

/** The handler of each type. What formulas and rollups yield differs from field to field: use `handlerOf` for them. */
export const handlers: Readonly<Record<StoredType, FieldHandler>> = {
  id,
  version,
  text,
  longText,
  richText,
  number,
  decimal,
  money,
  percent,
  date,
  dateTime,
  boolean,
  option,
  options,
  cascade,
  phone,
  email,
  url,
  address,
  geo,
  user,
  department,
  relation,
  relations,
  table,
  file,
  image,
  autoNumber,
  formula,
  rollup,
};

/**
 * The handler of a field, by its declaration or, for system fields, by its type. A rollup is of the type of the field
 * that it is over: `measured` is that field's handler, null for a count.
 */
export function handlerOf(field: FieldDefinition | StoredType, measured: FieldHandler | null = null): FieldHandler {
  if (typeof field === 'string') return handlers[field];
  if (field.type === 'formula') return formulaHandler(field);
  if (field.type === 'rollup') return rollupHandler(field, measured);
  return handlers[field.type];
}
