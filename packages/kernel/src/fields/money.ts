import { currencyScale, Decimal, isJsonObject, type Json, parseDecimal, roundDecimal } from '@huike/schema';
import type { FieldHandler, ParseContext, StoredValues } from '../catalog/types.ts';
import { sql } from '../database/sql.ts';
import { column, definitionOf, isBlank, operatorSets, refused, stored, textColumn, wrongType } from './common.ts';
import { comparedDecimal, fits, tooLarge } from './decimal.ts';
import { mask } from './mask.ts';
import { outOfRange } from './number.ts';
import { dayOf } from './zone.ts';

const wholeDigits = 18;
const expected = 'an amount such as 12.50, or {"amount", "currency"}';
const cleared: StoredValues = { '': null, currency: null, rate: null, base: null };

/** The last rate on or before the day, or null. The company's own currency is 1. */
function rateOf(currency: string, day: string, { company }: ParseContext): string | null {
  if (currency === company.currency) return '1';
  let latest: { readonly from: string; readonly rate: string } | null = null;
  for (const rate of company.rates) {
    if (rate.currency === currency && rate.from <= day && (latest === null || rate.from >= latest.from)) latest = rate;
  }
  return latest?.rate ?? null;
}

function parts(value: Json, { company }: ParseContext): { readonly amount: Json; readonly currency: Json } | null {
  if (!isJsonObject(value)) return { amount: value, currency: company.currency };
  if (Object.keys(value).some((key) => key !== 'amount' && key !== 'currency')) return null;
  return { amount: value.amount ?? null, currency: value.currency ?? company.currency };
}

/** An amount in its currency, with the rate of its day and what it is in the company's currency. */
export const money: FieldHandler = {
  type: 'money',
  columns: () => [
    { suffix: '', sqlType: 'numeric' },
    { ...textColumn, suffix: 'currency' },
    { suffix: 'rate', sqlType: 'numeric' },
    { suffix: 'base', sqlType: 'numeric' },
  ],
  parse: (value, field, context) => {
    if (isBlank(value)) return stored(cleared);
    const read = parts(value, context);
    if (read === null) return wrongType(expected);
    if (read.amount === null || isBlank(read.amount)) return stored(cleared);
    const written = parseDecimal(read.amount);
    if (written === null) return wrongType(expected);
    const currency = typeof read.currency === 'string' ? read.currency.trim().toUpperCase() : '';
    if (!/^[A-Z]{3}$/.test(currency)) return wrongType('a currency code such as CNY');
    const amount = roundDecimal(written, currencyScale(currency));
    const day = dayOf(context.now, context.company.timeZone);
    const rate = rateOf(currency, day, context);
    if (rate === null) return refused('value.noRate', { currency, day });
    const base = roundDecimal(new Decimal(amount).times(rate).toFixed(), currencyScale(context.company.currency));
    if (!fits(amount, wholeDigits) || !fits(base, 2 * wholeDigits)) return tooLarge(wholeDigits);
    return outOfRange(amount, definitionOf(field, 'money') ?? {}) ?? stored({ '': amount, currency, rate, base });
  },
  output: (field, row) => {
    const [amount, currency] = [column(field, row), column(field, row, 'currency')];
    return sql`case when ${amount} is not null then json_build_object('amount', ${amount}::text, 'currency', ${currency}) end`;
  },
  present: (columns) => {
    const amount = columns[''] ?? null;
    return amount === null ? null : { amount, currency: columns.currency ?? null };
  },
  operators: operatorSets.number,
  comparable: { ...comparedDecimal, expression: (field, row) => column(field, row, 'base') },
  mask,
  search: null,
  jsonSchema: () => {
    const amount = { type: 'string', pattern: '^-?[0-9]+(\\.[0-9]+)?$' };
    const currency = { type: 'string', pattern: '^[A-Z]{3}$' };
    const object = { type: 'object', properties: { amount, currency }, required: ['amount', 'currency'] };
    const written = { ...amount, type: ['string', 'number'] };
    const loose = {
      ...object,
      properties: { amount: written, currency },
      required: ['amount'],
      additionalProperties: false,
    };
    return { in: { oneOf: [written, loose] }, out: object };
  },
};
