// The formats of TEXT, from Excel's spelling to PostgreSQL's, which both back ends read.

const number = /^(#,##)?(0{1,20})(?:\.(0{1,20}))?(%?)$/;
const largest = '9'.repeat(60);

/** `0.00`, `#,##0`, `000`, `0%`; null when it is none of these. */
export function numberFormat(text: string): string | null {
  const match = number.exec(text);
  if (match === null) return null;
  const [, grouped, zeros = '', decimals, percent] = match;
  const whole = `${largest}${zeros}`.slice(zeros.length);
  const digits = grouped === undefined ? whole : whole.replace(/(?<=\d)(?=(\d{3})+$)/g, ',');
  return `FM${digits}${decimals === undefined ? '' : `.${decimals}`}${percent}`;
}

const part = /yyyy|yy|m{1,2}|dd?|hh?|ss?|"[^"\\]*"|[-/.: ,年月日时分秒]/gi;
const spelled: Readonly<Record<string, string>> = {
  yyyy: 'YYYY',
  yy: 'YY',
  mm: 'MM',
  m: 'FMMM',
  dd: 'DD',
  d: 'FMDD',
  hh: 'HH24',
  h: 'FMHH24',
  ss: 'SS',
  s: 'FMSS',
};

/** `yyyy-mm-dd`, `m月d日`, and with `hasTime` `hh:mm:ss`, where m after h is minutes; null when it is none of these. */
export function dateFormat(text: string, hasTime: boolean): string | null {
  const parts = text.match(part) ?? [];
  if (parts.length === 0 || parts.join('') !== text) return null;
  let afterHour = false;
  let format = '';
  for (const written of parts) {
    const token = written.toLowerCase();
    if (/^[hs]/.test(token) && !hasTime) return null;
    const known = spelled[token];
    if (known === undefined) format += `"${written.replaceAll('"', '')}"`;
    else format += token.startsWith('m') && afterHour ? known.replace(/MM$/, 'MI') : known;
    if (known !== undefined) afterHour = token.startsWith('h');
  }
  return format;
}

const pattern = /"([^"]*)"|(FM)?(YYYY|YY|MM|DD|HH24|MI|SS)/g;

/** A time of the calendar by such a format. */
export function formatted(at: Date, format: string): string {
  return format.replace(pattern, (_, literal: string | undefined, plain: string | undefined, token: string) => {
    if (literal !== undefined) return literal;
    const digits = String(partOf(at, token));
    if (token === 'YYYY') return digits.padStart(4, '0');
    return plain === undefined ? digits.padStart(2, '0').slice(-2) : digits;
  });
}

function partOf(at: Date, token: string): number {
  switch (token) {
    case 'MM':
      return at.getUTCMonth() + 1;
    case 'DD':
      return at.getUTCDate();
    case 'HH24':
      return at.getUTCHours();
    case 'MI':
      return at.getUTCMinutes();
    case 'SS':
      return at.getUTCSeconds();
    default:
      return at.getUTCFullYear();
  }
}
