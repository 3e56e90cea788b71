import type { FastifyRequest } from 'fastify';
import { invalid } from './wrong.ts';

// The parameters of an address. Whatever is given twice, or can't be text in the database, is refused by its name.

export type Address = Readonly<Record<string, unknown>>;

/** The parameters after the question mark. */
export function addressOf(request: FastifyRequest): Address {
  const { query } = request;
  return typeof query === 'object' && query !== null ? { ...query } : {};
}

/** One parameter as text. Throws `query.invalid` when it is given twice or holds what can't be kept. */
export function param(address: Address, name: string, limit = 10_000): string | undefined {
  const value = address[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw invalid(name, 'given more than once', '重复出现');
  if (value.includes('\0') || !value.isWellFormed())
    throw invalid(name, 'has characters that cannot be kept', '含有无法保存的字符');
  if (value.length > limit) throw invalid(name, `at most ${limit} characters`, `最多 ${limit} 个字符`);
  return value;
}

/** Names separated by commas. */
export function names(address: Address, name: string): readonly string[] | undefined {
  return param(address, name)?.split(',').filter(Boolean);
}

/** A yes or no: `true` and `1` are yes. */
export function flag(address: Address, name: string): boolean {
  const value = param(address, name);
  return value === 'true' || value === '1';
}

/** A whole number written plainly. */
export function whole(text: string, name: string, { min = 1, max = 2_147_483_647 } = {}): number {
  const value = Number(text);
  if (!/^\d{1,16}$/.test(text) || value < min || value > max)
    throw invalid(name, `a whole number from ${min} to ${max}`, `应为 ${min} 到 ${max} 的整数`);
  return value;
}

/** A whole number among the parameters. */
export function wholeParam(
  address: Address,
  name: string,
  range: { readonly min?: number; readonly max?: number } = {},
): number | undefined {
  const text = param(address, name);
  return text === undefined ? undefined : whole(text, name, range);
}
