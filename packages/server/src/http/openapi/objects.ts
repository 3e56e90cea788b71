import type { CatalogField, ObjectAccess } from '@huike/kernel';
import { isJsonObject, type Json, type Label } from '@huike/schema';
import {
  anything,
  type Call,
  flag,
  id,
  list,
  nullable,
  object,
  parameter,
  queryParameter,
  ref,
  type Schema,
  text,
  whole,
} from './parts.ts';

// The calls on the records of one object, as far as an actor may know the object.

/** System fields that may be written: who a record belongs to. */
const given: ReadonlySet<string> = new Set(['owner', 'department']);

/** The schemas of an object: as it is read, made and changed. */
export function objectSchemas(
  { object: it, ...access }: Seen,
  language: keyof Label,
): Readonly<Record<string, Schema>> {
  const fields = [...it.fields.values()];
  const read = fields.flatMap((field) => {
    const seen = access.rights.field(field);
    return seen === null
      ? []
      : [[field.name, titled(outOf(field, seen.masked !== false, access), field, language)] as const];
  });
  const written = fields.filter((field) => !field.system || given.has(field.name));
  const input = (may: (field: CatalogField) => boolean) =>
    written.flatMap((field) => {
      const { in: schema } = field.handler.jsonSchema(field);
      return isJsonObject(schema) && may(field)
        ? [[field.name, titled(nullable(schema), field, language)] as const]
        : [];
    });
  const made = input((field) => access.rights.creatable(field));
  const needed = made
    .map(([name]) => it.fields.get(name))
    .flatMap((field) => (field?.required === true && !hasDefault(field) ? [field.name] : []));
  const changed = input((field) => access.rights.editable(field) !== false);
  const base = { title: it.label[language], type: 'object' };
  return {
    [it.name]: { ...base, properties: Object.fromEntries(read) },
    [`${it.name}.new`]: {
      ...base,
      properties: Object.fromEntries(made),
      ...(needed.length === 0 ? {} : { required: needed }),
      additionalProperties: false,
    },
    [`${it.name}.change`]: {
      ...base,
      properties: { ...Object.fromEntries(changed), version: whole(1) },
      additionalProperties: false,
    },
  };
}

/** An object under the rights of an actor. */
export interface Seen {
  readonly object: ObjectAccess['object'];
  readonly rights: ObjectAccess;
  /** Whether the records of another object may be read. */
  readonly reads: (name: string) => boolean;
  readonly unmasks: boolean;
}

function hasDefault({ definition }: CatalogField): boolean {
  return definition !== null && 'default' in definition && definition.default !== undefined;
}

function titled(schema: Schema, field: CatalogField, language: keyof Label): Schema {
  return { title: field.label[language], ...schema };
}

function outOf(field: CatalogField, masked: boolean, { reads }: Pick<Seen, 'reads'>): Schema {
  const { target } = field;
  const related = target !== null && reads(target.name) ? named(target.title.name) : named(null);
  let schema: Json = field.handler.jsonSchema(field).out;
  if (field.type === 'relation' || field.type === 'user' || field.type === 'department') schema = related;
  if (field.type === 'relations') schema = list(related);
  const clear = isJsonObject(schema) ? schema : {};
  return masked ? { anyOf: [clear, text, { type: 'null' }] } : nullable(clear);
}

const named = (title: string | null) => object({ id, ...(title === null ? {} : { [`${title}?`]: nullable(text) }) });

const tag = 'records';

/** The calls that an actor may try on an object's records. */
export function objectCalls(seen: Seen): readonly Call[] {
  const { object: it, rights } = seen;
  return [
    ...readCalls(seen),
    ...(rights.allowsCreate ? createCalls(it.name, it.label) : []),
    ...(rights.rows('update') === false ? [] : updateCalls(it.name, it.label)),
    ...(rights.rows('delete') === false ? [] : deleteCalls(it.name, it.label)),
  ];
}

const words = (label: Label, zh: string, en: string): Label => ({ zh: `${zh}：${label.zh}`, en: `${label.en}: ${en}` });
const byId = [parameter('id')];
const idempotent = parameter('idempotencyKey');

function readCalls({ object: it, rights, unmasks }: Seen): Call[] {
  const { name, label } = it;
  const base = `/records/${name}`;
  const paged = object({ data: list(ref(name)), page: object({ next: nullable(text), 'total?': whole(0) }) });
  const call = (part: Omit<Call, 'tag' | 'summary'>, zh: string, en: string): Call => ({
    ...part,
    tag,
    summary: words(label, zh, en),
  });
  const listed = ['fields', 'filter', 'sort', 'limit', 'cursor', 'skip', 'count', 'deleted'].map(parameter);
  const asked = object({
    'fields?': list(text),
    'filter?': ref('Filter'),
    'sort?': list(text),
    'limit?': whole(1, 10_000),
    'cursor?': text,
    'skip?': whole(0, 10_000_000),
    'count?': flag,
    'deleted?': { const: 'only' },
    'group?': list({
      oneOf: [
        text,
        object({ field: text, by: { enum: ['day', 'week', 'month', 'quarter', 'year'] }, 'timeZone?': text }),
      ],
    }),
    'measures?': list(
      object({ fn: { enum: ['count', 'countDistinct', 'sum', 'avg', 'min', 'max'] }, 'field?': text, as: text }),
    ),
  });
  const calls = [
    call({ method: 'get', path: base, name: `list.${name}`, parameters: listed, answer: paged }, '列表', 'list'),
    call(
      {
        method: 'post',
        path: `${base}/query`,
        name: `query.${name}`,
        body: asked,
        answer: { anyOf: [paged, object({ data: list(anything) })] },
      },
      '查询或汇总',
      'query or aggregate',
    ),
    call(
      {
        method: 'get',
        path: `${base}/{id}`,
        name: `get.${name}`,
        parameters: [...byId, parameter('fields'), parameter('deleted')],
        answer: ref(name),
      },
      '单条',
      'one record',
    ),
    call(
      {
        method: 'get',
        path: `${base}/{id}/changes`,
        name: `history.${name}`,
        parameters: [...byId, queryParameter('before', whole(1)), queryParameter('limit', whole(1, 200))],
        answer: object({ data: list(anything), page: anything }),
      },
      '历史',
      'history',
    ),
    call(
      {
        method: 'get',
        path: `${base}/{id}/team`,
        name: `team.${name}`,
        parameters: byId,
        answer: object({ data: list(anything) }),
      },
      '团队成员',
      'team',
    ),
  ];
  if (unmasks)
    calls.push(
      call(
        {
          method: 'post',
          path: `${base}/{id}/unmask`,
          name: `unmask.${name}`,
          parameters: byId,
          body: object({ fields: list(text), reason: text }),
          answer: anything,
        },
        '查看脱敏内容',
        'see masked values',
      ),
    );
  if (rights.rows('export') !== false) {
    const file = { type: 'string', contentMediaType: 'application/octet-stream' };
    const content = {
      'text/csv': { schema: text },
      'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': { schema: file },
    };
    calls.push(
      call(
        {
          method: 'get',
          path: `${base}/export`,
          name: `export.${name}`,
          parameters: [
            queryParameter('format', { enum: ['csv', 'xlsx'] }),
            ...['fields', 'filter', 'sort'].map(parameter),
          ],
          content,
        },
        '导出',
        'export',
      ),
    );
  }
  return calls;
}

const one = (schema: Schema): Schema => ({ oneOf: [schema, list(schema)] });
const written: Schema = { anyOf: [ref('Written'), ref('WrittenMany'), ref('ItemResults')] };

function createCalls(name: string, label: Label): Call[] {
  const made = ref(`${name}.new`);
  return [
    {
      ...{
        method: 'post',
        path: `/records/${name}`,
        tag,
        name: `create.${name}`,
        summary: words(label, '新建', 'create'),
      },
      ...{ parameters: [parameter('partial'), idempotent], body: one(made), lines: made, status: 201, answer: written },
    },
    {
      ...{
        method: 'put',
        path: `/records/${name}`,
        tag,
        name: `upsert.${name}`,
        summary: words(label, '新建或更新', 'upsert'),
      },
      parameters: [
        queryParameter('key', text, 'The field that tells records apart', true),
        parameter('partial'),
        idempotent,
      ],
      ...{ body: one(made), lines: made, answer: written },
    },
  ];
}

function updateCalls(name: string, label: Label): Call[] {
  const change = ref(`${name}.change`);
  const known = { allOf: [object({ id }), anything] };
  const base = `/records/${name}`;
  const members = list(object({ user: { oneOf: [id, object({ id })] }, right: { enum: ['read', 'edit'] } }));
  return [
    {
      method: 'patch',
      path: base,
      tag,
      name: `update.${name}`,
      summary: words(label, '批量更新', 'update several'),
      parameters: [parameter('partial'), idempotent],
      body: one(known),
      lines: known,
      answer: written,
    },
    {
      method: 'patch',
      path: `${base}/{id}`,
      tag,
      name: `change.${name}`,
      summary: words(label, '更新', 'update'),
      parameters: [...byId, parameter('ifMatch'), idempotent],
      body: change,
      answer: ref('Written'),
    },
    {
      method: 'post',
      path: `${base}/{id}/restore`,
      tag,
      name: `restore.${name}`,
      summary: words(label, '恢复', 'bring back, or back to a version'),
      parameters: [...byId, idempotent],
      body: object({ 'version?': whole(1), 'fields?': list(text) }),
      bodyOptional: true,
      answer: ref('Written'),
    },
    {
      method: 'put',
      path: `${base}/{id}/team`,
      tag,
      name: `setTeam.${name}`,
      summary: words(label, '设置团队成员', 'set the team'),
      parameters: byId,
      body: members,
      answer: object({ data: list(anything) }),
    },
  ];
}

function deleteCalls(name: string, label: Label): Call[] {
  const known = object({ id, 'version?': whole(1) });
  return [
    {
      method: 'delete',
      path: `/records/${name}`,
      tag,
      name: `deleteSeveral.${name}`,
      summary: words(label, '批量删除', 'delete several'),
      parameters: [parameter('partial'), idempotent],
      body: one(known),
      lines: known,
      answer: written,
    },
    {
      method: 'delete',
      path: `/records/${name}/{id}`,
      tag,
      name: `delete.${name}`,
      summary: words(label, '删除', 'delete'),
      parameters: [...byId, parameter('ifMatch'), idempotent],
      answer: ref('Written'),
    },
  ];
}
