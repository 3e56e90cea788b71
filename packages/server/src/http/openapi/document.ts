import { accessOf, type Catalog, type UserActor } from '@huike/kernel';
import type { Json, JsonObject, Language } from '@huike/schema';
import { fixedCalls } from './fixed.ts';
import { objectCalls, objectSchemas, type Seen } from './objects.ts';
import { type Call, parameters, ref, shared } from './parts.ts';

// The OpenAPI 3.1 document, made from the metadata for one actor: what may not be known isn't in it. Nothing in it comes
// from records.

const documents = new WeakMap<Catalog, Map<string, string>>();

/** The document as JSON text; made once for each role set, version of the metadata and language. */
export function openApi(catalog: Catalog, actor: UserActor): string {
  const known = documents.get(catalog) ?? new Map<string, string>();
  documents.set(catalog, known);
  const key = `${accessOf(catalog, actor).key} ${actor.language}`;
  const text = known.get(key) ?? JSON.stringify(makeDocument(catalog, actor, actor.language));
  known.set(key, text);
  return text;
}

function makeDocument(catalog: Catalog, actor: UserActor, language: Language): JsonObject {
  const access = accessOf(catalog, actor);
  const capabilities = actor.external ? new Set() : access.capabilities;
  const reads = (name: string) => access.object(name) !== null;
  const seen = [...catalog.objects.keys()].flatMap((name): Seen[] => {
    const rights = access.object(name);
    return rights === null ? [] : [{ object: rights.object, rights, reads, unmasks: capabilities.has('unmask') }];
  });
  const fixed = fixedCalls.filter((call) => call.for === undefined || capabilities.has(call.for));
  const calls = [...fixed, ...seen.flatMap((one) => objectCalls(one))];
  const schemas = Object.assign({}, ...seen.map((one) => objectSchemas(one, language)));
  return {
    openapi: '3.1.0',
    info: { title: language === 'zh' ? '汇客 API' : 'Huike API', version: String(catalog.version) },
    servers: [{ url: '/api/v1' }],
    paths: pathsOf(calls, language),
    security: [{ session: [] }, { token: [] }],
    components: {
      schemas: { ...shared, ...schemas },
      parameters,
      responses: {
        Problem: { description: 'RFC 9457', content: { 'application/problem+json': { schema: ref('Problem') } } },
      },
      securitySchemes: {
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'huike_session',
          description: 'From sign-in. Writes also carry the header x-huike: 1',
        },
        token: { type: 'http', scheme: 'bearer', description: 'A personal token, within its scopes' },
      },
    },
  };
}

function pathsOf(calls: readonly Call[], language: Language): JsonObject {
  const paths = new Map<string, Record<string, Json>>();
  for (const call of calls) {
    const path = paths.get(call.path) ?? {};
    path[call.method] = operation(call, language);
    paths.set(call.path, path);
  }
  return Object.fromEntries(paths);
}

function operation(call: Call, language: Language): JsonObject {
  const { body, lines, form, answer, content, status = 200, open } = call;
  const json = (schema: JsonObject): JsonObject => ({ 'application/json': { schema } });
  const out = content ?? (answer === undefined ? undefined : json(answer));
  return {
    tags: [call.tag],
    operationId: call.name,
    summary: call.summary[language],
    ...(open === true ? { security: [] } : {}),
    ...(call.parameters === undefined ? {} : { parameters: call.parameters }),
    ...(form === undefined
      ? {}
      : { requestBody: { required: true, content: { 'multipart/form-data': { schema: form } } } }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: call.bodyOptional !== true,
            content: { ...json(body), ...(lines === undefined ? {} : { 'application/x-ndjson': { schema: lines } }) },
          },
        }),
    responses: {
      [status]: { description: 'OK', ...(out === undefined ? {} : { content: out }) },
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}
