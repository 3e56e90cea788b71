import { Decimal as Base } from 'decimal.js';

// Exact decimals. They travel and are stored as text; arithmetic is done here, never on JavaScript numbers.

/** 60 significant digits, halves away from zero (as PostgreSQL rounds numeric), never an exponent in text. */
export const Decimal = Base.clone({
  precision: 60,
  rounding: Base.ROUND_HALF_UP,
  toExpNeg: -9e15,
  toExpPos: 9e15,
});
export type Decimal = Base;

const pattern = /^([+-]?)(\d{1,100})(?:\.(\d{1,100}))?$/;

/**
 * Reads a decimal: text such as `-12.30`, or a JSON number whose shortest decimal has at most 15 significant digits
 * (beyond that a double no longer says what was written). The written scale is kept. Null when it isn't one.
 */
export function parseDecimal(value: unknown): string | null {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return null;
    const exact = new Decimal(value);
    return exact.precision() <= 15 ? unsignedZero(exact.toFixed()) : null;
  }
  if (typeof value !== 'string' || value.length > 210) return null;
  const match = pattern.exec(value.normalize('NFKC').trim());
  if (match === null) return null;
  const [, sign, whole = '', fraction] = match;
  const digits = whole.replace(/^0+(?=\d)/, '') + (fraction === undefined ? '' : `.${fraction}`);
  return unsignedZero(sign === '-' ? `-${digits}` : digits);
}

/** A decimal with exactly `scale` digits after the point, halves away from zero. */
export function roundDecimal(text: string, scale: number): string {
  return unsignedZero(new Decimal(text).toFixed(scale));
}

function unsignedZero(text: string): string {
  return /^-[0.]*$/.test(text) ? text.slice(1) : text;
}

const minorUnits: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};

/** The currencies whose amounts don't have two digits after the point (ISO 4217), by currency. */
export const unusualScales: ReadonlyMap<string, number> = new Map(
  Object.entries(minorUnits).flatMap(([scale, currencies]) =>
    currencies.split(' ').map((currency): [string, number] => [currency, Number(scale)]),
  ),
);

/** How many digits an amount of this currency has after the point. */
export function currencyScale(currency: string): number {
  return unusualScales.get(currency) ?? 2;
}
