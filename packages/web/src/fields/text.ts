import type { Label } from '@huike/schema';
import type { FieldInfo } from '../data/api.ts';
import { spoken } from '../words/index.ts';

// Values as plain text.

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isEmpty = (value: unknown): boolean =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);

export const asList = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : isEmpty(value) ? [] : [value];

/** A related record by its title: what stands beside its id. */
export function titleIn(value: unknown): string {
  if (!isRecord(value)) return String(value ?? '');
  const { id, ...parts } = value;
  const title = Object.values(parts).find((part) => typeof part === 'string' && part !== '');
  return typeof title === 'string' ? title : String(id ?? '');
}

export const idIn = (value: unknown): string | null =>
  isRecord(value) && typeof value.id === 'string' ? value.id : typeof value === 'string' ? value : null;

export const addressParts = ['province', 'city', 'district', 'street'] as const;

/** An address as it is written in Chinese: from the large to the small. */
export function addressText(value: unknown): string {
  if (!isRecord(value)) return String(value ?? '');
  const { country, postcode } = value;
  return [country, ...addressParts.map((part) => value[part]), postcode].filter(Boolean).join(' ');
}

const locale = () => (spoken() === 'en' ? 'en' : 'zh-CN');

/** A decimal with its thousands apart, digit for digit. */
export function groupDigits(decimal: string): string {
  const match = /^(-?)(\d+)(\.\d+)?$/.exec(decimal);
  if (match === null) return decimal;
  const [, sign = '', whole = '', fraction = ''] = match;
  return `${sign}${whole.replace(/\B(?=(\d{3})+$)/g, ',')}${fraction}`;
}

const symbols = new Map<string, string>();

/** ¥ or US$, as people here write it; the code where there is none. */
function currencySymbol(currency: string): string {
  const key = `${locale()} ${currency}`;
  let symbol = symbols.get(key);
  if (symbol === undefined) {
    try {
      const parts = new Intl.NumberFormat(locale(), { style: 'currency', currency }).formatToParts(0);
      symbol = parts.find(({ type }) => type === 'currency')?.value ?? currency;
    } catch {
      symbol = currency;
    }
    symbols.set(key, symbol);
  }
  return symbol;
}

export function moneyText(value: unknown): string {
  if (!isRecord(value)) return groupDigits(String(value ?? ''));
  return `${currencySymbol(String(value.currency ?? ''))} ${groupDigits(String(value.amount ?? ''))}`.trim();
}

/** +86 goes without saying; eleven digits read best in three parts. */
export function phoneText(value: string): string {
  return value.replace(/^\+86(\d{3})(\d{4})(\d{4})$/, '$1 $2 $3').replace(/^\+86(\d{3})(\*+)(\d{4})$/, '$1 $2 $3');
}

export function sizeText(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  let at = 0;
  let size = bytes;
  while (size >= 1000 && at < units.length - 1) {
    size /= 1000;
    at++;
  }
  return `${at === 0 ? size : size.toFixed(1)} ${units[at]}`;
}

/** The words of a choice; the value where it is no longer known. */
export function optionLabel(field: FieldInfo, value: unknown): string {
  const option = field.options?.find((one) => one.value === value);
  return option === undefined ? String(value) : inWords(option.label);
}

export const inWords = (label: Label): string => (spoken() === 'en' ? label.en : label.zh) || label.zh || label.en;

export interface CascadeNode {
  readonly value: string;
  readonly label: Label;
  readonly children?: readonly CascadeNode[];
}

function isCascadeNode(value: unknown): value is CascadeNode {
  return isRecord(value) && typeof value.value === 'string' && isRecord(value.label);
}

/** The tree of a cascade field. Checked when it was declared. */
export function cascadeTree(field: FieldInfo): readonly CascadeNode[] {
  const { definition } = field;
  const tree = isRecord(definition) && 'tree' in definition ? definition.tree : [];
  return Array.isArray(tree) ? tree.filter(isCascadeNode) : [];
}

export function cascadeText(field: FieldInfo, value: unknown): string {
  let nodes: readonly CascadeNode[] = cascadeTree(field);
  return asList(value)
    .map((step) => {
      const node = nodes.find((one) => one.value === step);
      nodes = node?.children ?? [];
      return node === undefined ? String(step) : inWords(node.label);
    })
    .join(' / ');
}

/** Any value in one line. */
export function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join('、');
  if (!isRecord(value)) return String(value ?? '');
  if ('amount' in value) return moneyText(value);
  if ('province' in value || 'street' in value) return addressText(value);
  if ('lng' in value) return `${value.lat}, ${value.lng}`;
  return titleIn(value);
}
