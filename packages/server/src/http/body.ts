import { isJsonObject, type Json, type JsonObject, problem } from '@huike/schema';

// Reading small bodies of fixed shape. Each names the part that is wrong.

export function bodyOf(body: unknown): JsonObject {
  if (isJsonObject(body)) return body;
  throw problem('request.malformed', { detail: 'expected a JSON object' });
}

export function text(body: JsonObject, name: string, limit = 1_000): string {
  const value = optionalText(body, name, limit);
  if (value === undefined) throw problem('request.malformed', { detail: `/${name} is missing` });
  return value;
}

export function optionalText(body: JsonObject, name: string, limit = 1_000): string | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' || value.includes('\0') || !value.isWellFormed()) {
    throw problem('request.malformed', { detail: `/${name} is a text` });
  }
  if (value.length > limit) throw problem('request.malformed', { detail: `/${name} has at most ${limit} characters` });
  return value;
}

export function texts(body: JsonObject, name: string): readonly string[] {
  const value = body[name];
  if (
    Array.isArray(value) &&
    value.length <= 1_000 &&
    value.every((item: Json) => typeof item === 'string' && item.length <= 1_000)
  ) {
    return value.map(String);
  }
  throw problem('request.malformed', { detail: `/${name} is an array of texts` });
}

const idPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** An id in an address. One that no record can have answers like one that none has. */
export function recordId(id: string): string {
  if (!idPattern.test(id)) throw problem('record.unknown');
  return id.toLowerCase();
}
