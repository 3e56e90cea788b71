import { isId, isJsonObject, type Json, type JsonObject, problem } from '@huike/schema';
import type { FastifyInstance } from 'fastify';
import { malformed } from './wrong.ts';

// Bodies: what may come in at all, and reading small ones of fixed shape, naming the part that is wrong.

/** JSON is kept for one request as a whole; NDJSON, files and imports are streamed and have limits of their own. */
export const bodyLimit = 10 * 1024 * 1024;

const deepest = 100;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** JSON of limited size and depth. Other types are 415 unless a route takes them. */
export function acceptJson(app: FastifyInstance): void {
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('application/json', { parseAs: 'buffer', bodyLimit }, (_request, body, done) => {
    try {
      done(null, parseJson(Buffer.isBuffer(body) ? body : Buffer.from(body)));
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  });
}

/** The value of JSON text; undefined of none at all. Throws `request.malformed` and `request.tooDeep`. */
export function parseJson(bytes: Uint8Array): Json | undefined {
  const value = parseEvents(bytes);
  if (value !== undefined) refuseBombs(value);
  return value;
}

/** The same of a body whose parts are checked one by one: it may be of any depth, and have any keys. */
export function parseEvents(bytes: Uint8Array): Json | undefined {
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch {
    throw malformed('', 'it is not JSON in UTF-8', '不是 UTF-8 编码的 JSON');
  }
}

/** What PostgreSQL or a recursive function would choke on, and keys that mean something to JavaScript. */
function refuseBombs(value: Json): void {
  let level: Json[] = [value];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > deepest) throw problem('request.tooDeep', { what: 'The body', whatZh: '请求内容', limit: deepest });
    const below: Json[] = [];
    for (const one of level) {
      if (typeof one !== 'object' || one === null) continue;
      if (!Array.isArray(one) && Object.hasOwn(one, '__proto__'))
        throw malformed('', 'a key is "__proto__"', '含有键“__proto__”');
      for (const inner of Object.values(one)) if (typeof inner === 'object' && inner !== null) below.push(inner);
    }
    level = below;
  }
}

/** The body as an object. */
export function bodyOf(body: unknown): JsonObject {
  if (isJsonObject(body)) return body;
  throw malformed('', 'expected a JSON object', '应为 JSON 对象');
}

export function text(body: JsonObject, name: string, limit = 1_000): string {
  const value = optionalText(body, name, limit);
  if (value === undefined) throw malformed(`/${name}`, 'it is missing', '缺失');
  return value;
}

export function optionalText(body: JsonObject, name: string, limit = 1_000): string | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' || value.includes('\0') || !value.isWellFormed())
    throw malformed(`/${name}`, 'expected text', '应为文本');
  if (value.length > limit) throw malformed(`/${name}`, `at most ${limit} characters`, `最多 ${limit} 个字符`);
  return value;
}

const isText = (item: Json): item is string =>
  typeof item === 'string' && item.length <= 1_000 && item.isWellFormed() && !item.includes('\0');

/** An array of texts, at most 1,000. */
export function texts(body: JsonObject, name: string): readonly string[] {
  const value: Json | undefined = body[name];
  const items: readonly Json[] = Array.isArray(value) ? value : [];
  const kept = items.filter(isText);
  if (!Array.isArray(value) || value.length > 1_000 || kept.length < value.length)
    throw malformed(`/${name}`, 'expected an array of texts', '应为文本数组');
  return kept;
}

/** A whole number in a body; absent or null is undefined. */
export function optionalWhole(
  body: JsonObject,
  name: string,
  { min = 1, max = 2_147_483_647 } = {},
): number | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max)
    throw malformed(`/${name}`, `expected a whole number from ${min} to ${max}`, `应为 ${min} 到 ${max} 的整数`);
  return value;
}

/** An id in an address. One that no record can have answers like one that none has. */
export function recordId(id: string): string {
  const known = id.toLowerCase();
  if (!isId(known)) throw problem('record.unknown');
  return known;
}
