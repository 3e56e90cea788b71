import Type from 'typebox';
import { Compile } from 'typebox/compile';
import type { Issue } from './errors.ts';
import { type FieldDefinition, fieldSchemas, fieldTypes } from './fields.ts';
import { flowParts } from './flow/shape.ts';
import { isJsonObject, type Json, type JsonObject } from './json.ts';
import type { Kind, MetadataDocument, ObjectDefinition } from './metadata.ts';
import { kinds, ObjectSchema } from './metadata.ts';
import { isName, namePattern } from './names.ts';
import { type Items, kindNames } from './state.ts';
import { nameOf } from './upsert.ts';

// Whether plain JSON has the shape of metadata. Fields are checked one by one by their type, so that an error names
// the property that is wrong and not "none of 27 types fits".

const fieldValidators = Object.fromEntries(fieldTypes.map((type) => [type, Compile(fieldSchemas[type])]));
const objectWithoutFields = Compile(
  Type.Object(
    { ...ObjectSchema.properties, fields: Type.Optional(Type.Array(Type.Unknown(), { maxItems: 800 })) },
    {
      additionalProperties: false,
    },
  ),
);
const itemValidators = {
  settings: Compile(kinds.settings),
  optionSets: Compile(kinds.optionSets),
  identifierKinds: Compile(kinds.identifierKinds),
  objects: objectWithoutFields,
  roles: Compile(kinds.roles),
  sharingRules: Compile(kinds.sharingRules),
  views: Compile(kinds.views),
  layouts: Compile(kinds.layouts),
  menus: Compile(kinds.menus),
  flows: Compile(kinds.flows),
} as const;

const removalKinds = [
  'field',
  'index',
  'object',
  'role',
  'optionSet',
  'identifierKind',
  'view',
  'layout',
  'sharingRule',
  'menu',
  'flow',
] as const;

/** What a removal must look like, checked apart since its kinds differ in what they name. */
function removalIssues(removal: Json, path: string): Issue[] {
  if (!isJsonObject(removal)) return [typeIssue(path, 'object')];
  const part = removal.kind === 'field' || removal.kind === 'index';
  const allowed = part ? ['kind', 'object', 'name'] : ['kind', 'name'];
  const issues: Issue[] = [];
  if (!removalKinds.some((kind) => kind === removal.kind)) {
    issues.push({ path: `${path}/kind`, code: 'metadata.choice', params: { allowed: removalKinds.join(', ') } });
  }
  if (typeof removal.name !== 'string') issues.push({ path: `${path}/name`, code: 'value.required' });
  if (part && typeof removal.object !== 'string') issues.push({ path: `${path}/object`, code: 'value.required' });
  for (const key of Object.keys(removal)) if (!allowed.includes(key)) issues.push(unknownProperty(path, key));
  return issues;
}

/** A document whose lists and names can be relied on; its items may still be partial or wrong inside. */
export interface RawDocument {
  readonly items: ReadonlyMap<Kind, readonly JsonObject[]>;
  readonly delete: NonNullable<MetadataDocument['delete']>;
}

/** Reads the outside of a document: known kinds, lists of named things, nothing named twice. */
export function readDocument(document: unknown): { readonly issues: readonly Issue[]; readonly raw: RawDocument } {
  const issues: Issue[] = [];
  const items = new Map<Kind, JsonObject[]>();
  const removals: NonNullable<MetadataDocument['delete']>[number][] = [];
  if (!isJsonObject(document)) {
    return { issues: [typeIssue('', 'object')], raw: { items, delete: [] } };
  }
  for (const [key, list] of Object.entries(document)) {
    const kind = kindNames.find((name) => name === key);
    if (kind === undefined && key !== 'delete') issues.push(unknownProperty('', key));
    else if (list === undefined) continue;
    else if (!Array.isArray(list)) issues.push(typeIssue(`/${key}`, 'array'));
    else if (kind !== undefined) {
      issues.push(...namedIssues(list, kind, `/${kind}`));
      items.set(kind, list.filter(isJsonObject));
    } else {
      for (const [index, removal] of list.entries()) {
        const wrong = removalIssues(removal, `/delete/${index}`);
        issues.push(...wrong);
        if (wrong.length === 0) removals.push(removal);
      }
    }
  }
  return { issues, raw: { items, delete: removals } };
}

/** Parts that are named things in turn, by the list that their whole stands in. */
const partsOf: Readonly<Record<string, readonly string[]>> = { objects: ['fields', 'indexes'], fields: ['fields'] };

/** Each thing in a list has a good name that no other in the list has; the parts of an object and of a table too. */
function namedIssues(list: readonly Json[], of: string, path: string): Issue[] {
  const issues: Issue[] = [];
  const seen = new Set<string>();
  for (const [index, item] of list.entries()) {
    const at = `${path}/${index}`;
    const name = nameOf(item);
    if (!isJsonObject(item)) issues.push(typeIssue(at, 'object'));
    else if (name === undefined) issues.push({ path: `${at}/name`, code: 'value.required' });
    else if (!isName(name)) issues.push({ path: `${at}/name`, code: 'metadata.name', params: { name } });
    else if (seen.has(name)) issues.push({ path: `${at}/name`, code: 'metadata.duplicate', params: { name } });
    if (name !== undefined) seen.add(name);
    if (!isJsonObject(item)) continue;
    for (const part of partsOf[of] ?? []) {
      const parts = item[part];
      if (Array.isArray(parts)) issues.push(...namedIssues(parts, part, `${at}/${part}`));
    }
  }
  return issues;
}

/** Finds the place of a part in the document, from its place in the item. */
export type Locate = (path: string) => string;

/** What is wrong with the shape of one whole item. */
export function itemIssues(kind: Kind, item: JsonObject, locate: Locate): Issue[] {
  const issues = errorsOf(itemValidators[kind], item, locate, '');
  if (kind === 'roles') issues.push(...keyIssues(item.objects, '/objects', locate));
  if (kind === 'flows') issues.push(...flowShapeIssues(item, locate));
  if (kind !== 'objects' || !Array.isArray(item.fields)) return issues;
  for (const field of item.fields) issues.push(...fieldIssues(field, `/fields/${nameOf(field) ?? ''}`, locate));
  return issues;
}

function flowShapeIssues(flow: JsonObject, locate: Locate): Issue[] {
  return flowParts(flow).flatMap(({ at, part, validator }): Issue[] => {
    if (!isJsonObject(part)) return [typeIssue(locate(at), 'object')];
    if ('Check' in validator) return errorsOf(validator, part, locate, at);
    return [{ path: locate(`${at}/type`), code: 'metadata.choice', params: { allowed: validator.join(', ') } }];
  });
}

function fieldIssues(field: Json, path: string, locate: Locate): Issue[] {
  if (!isJsonObject(field)) return [typeIssue(locate(path), 'object')];
  const type = fieldTypes.find((name) => name === field.type);
  if (type === undefined) {
    return [{ path: locate(`${path}/type`), code: 'metadata.choice', params: { allowed: fieldTypes.join(', ') } }];
  }
  const validator = fieldValidators[type];
  const issues = validator === undefined ? [] : errorsOf(validator, field, locate, path);
  if (type !== 'table' || !Array.isArray(field.fields)) return issues;
  for (const inner of field.fields) {
    issues.push(...fieldIssues(inner, `${path}/fields/${nameOf(inner) ?? ''}`, locate));
  }
  return issues;
}

/** JSON Schema's patternProperties let other keys pass. */
function keyIssues(grants: Json | undefined, path: string, locate: Locate): Issue[] {
  if (!isJsonObject(grants)) return [];
  return Object.entries(grants).flatMap(([object, grant]) => {
    const fields = isJsonObject(grant) && isJsonObject(grant.fields) ? Object.keys(grant.fields) : [];
    const wrong = (name: string) => name !== '*' && !namePattern.test(name);
    const issue = (name: string, at: string): Issue => ({
      path: locate(at),
      code: 'metadata.name',
      params: { name },
    });
    return [
      ...(wrong(object) ? [issue(object, `${path}/${object}`)] : []),
      ...fields.filter(wrong).map((name) => issue(name, `${path}/${object}/fields/${name}`)),
    ];
  });
}

interface Validator {
  Check(value: unknown): boolean;
  Errors(value: unknown): readonly SchemaError[];
}

interface SchemaError {
  readonly keyword: string;
  readonly schemaPath: string;
  readonly instancePath: string;
  readonly params: object;
  readonly message: string;
}

function errorsOf(validator: Validator, value: unknown, locate: Locate, base: string): Issue[] {
  if (validator.Check(value)) return [];
  const issues: Issue[] = [];
  for (const error of choicesJoined(validator.Errors(value))) {
    const at = byName(value, error.instancePath);
    issues.push(...issuesOf(error, (path) => locate(`${base}${path}`), at));
  }
  return issues;
}

/** Parts are known by name, not by their place: the merged item isn't the list that was given. */
function byName(value: unknown, pointer: string): string {
  const match = /^\/(fields|indexes)\/(\d+)(.*)$/.exec(pointer);
  if (match === null || !isJsonObject(value)) return pointer;
  const [, part = '', index, rest = ''] = match;
  const parts = value[part];
  const name = Array.isArray(parts) ? nameOf(parts[Number(index)]) : undefined;
  return name === undefined ? pointer : `/${part}/${name}${rest}`;
}

/** A union of constants fails once for each: one error that lists them all says more. */
function choicesJoined(errors: readonly SchemaError[]): readonly SchemaError[] {
  const unions = errors.filter((error) => error.keyword === 'anyOf').map((error) => error.instancePath);
  return errors.flatMap((error) => {
    if (error.keyword === 'anyOf') {
      const allowed = errors.filter((other) => other.keyword === 'const' && other.instancePath === error.instancePath);
      return [{ ...error, params: { allowed: allowed.map((one) => parameter(one, 'allowedValue')).join(', ') } }];
    }
    return unions.includes(error.instancePath) ? [] : [error];
  });
}

function issuesOf(error: SchemaError, locate: Locate, at: string): Issue[] {
  const path = locate(at);
  switch (error.keyword) {
    case 'additionalProperties': {
      const names = Reflect.get(error.params, 'additionalProperties');
      return Array.isArray(names) ? names.map((name) => unknownProperty(path, String(name))) : [];
    }
    case 'required': {
      const names = Reflect.get(error.params, 'requiredProperties');
      return Array.isArray(names)
        ? names.map((name) => ({ path: locate(`${at}/${name}`), code: 'value.required' as const }))
        : [];
    }
    case 'boolean':
      return [];
    case 'type':
      return [typeIssue(path, parameter(error, 'type'))];
    case 'const':
      return [{ path, code: 'metadata.choice', params: { allowed: parameter(error, 'allowedValue') } }];
    case 'anyOf':
      return [{ path, code: 'metadata.choice', params: { allowed: parameter(error, 'allowed') } }];
    case 'maxLength':
    case 'maxItems':
      return [{ path, code: 'metadata.tooMany', params: { limit: parameter(error, 'limit') } }];
    case 'minimum':
    case 'maximum':
      return [
        {
          path,
          code: 'metadata.limit',
          params: { comparison: parameter(error, 'comparison'), limit: parameter(error, 'limit') },
        },
      ];
    default:
      return [{ path, code: 'metadata.shape', params: { detail: error.message } }];
  }
}

function parameter(error: SchemaError, name: string): string {
  return String(Reflect.get(error.params, name));
}

function typeIssue(path: string, expected: string): Issue {
  return { path, code: 'metadata.type', params: { expected } };
}

function unknownProperty(path: string, name: string): Issue {
  return { path: `${path}/${name}`, code: 'metadata.unknownProperty', params: { name } };
}

/** Narrows an item whose shape was checked. Throws a defect when it wasn't. */
export function asItem<K extends Kind>(kind: K, item: JsonObject): Items[K] {
  if (itemIssues(kind, item, (path) => path).length > 0) throw new Error(`${kind} ${nameOf(item)} was not checked`);
  return trusted(kind, item);
}

/** An item that was checked when it was stored. */
export function trusted<K extends Kind>(_kind: K, item: JsonObject): Items[K] {
  return item as unknown as Items[K];
}

/** An item as plain JSON. */
export function asJson(item: Items[Kind] | FieldDefinition | ObjectDefinition): JsonObject {
  return item as unknown as JsonObject;
}
