import { v7 } from 'uuid';

/** API names: `[a-z][A-Za-z0-9]{0,47}`. They never change; labels do. */
export const namePattern = /^[a-z][A-Za-z0-9]{0,47}$/;

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function isName(value: unknown): value is string {
  return typeof value === 'string' && namePattern.test(value);
}

/** Whether a value is a UUID in canonical lower-case form, as every id in the product is. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && uuidPattern.test(value);
}

/** A new id: UUIDv7 (RFC 9562), in order of time within a process. */
export function newId(): string {
  return v7();
}

/** Words in the product's two languages. */
export interface Label {
  readonly zh: string;
  readonly en: string;
}
