import { accountCalls } from './account.ts';
import { administrationCalls } from './administration.ts';
import { customerCalls } from './customers.ts';
import {
  anything,
  type FixedCall,
  flag,
  id,
  list,
  nullable,
  object,
  page,
  parameter,
  queryParameter,
  ref,
  type Schema,
  text,
  whole,
} from './parts.ts';

// The calls that don't come from the metadata.

const query = queryParameter;
const limit = (maximum: number) => query('limit', whole(1, maximum));
const byId = [parameter('id')];
const bytes: Schema = { type: 'string', contentMediaType: 'application/octet-stream' };
const file = object({ id, name: text, type: text, size: whole(0) });

const data: readonly FixedCall[] = [
  {
    method: 'post',
    path: '/batch',
    tag: 'records',
    name: 'batch',
    summary: { zh: '批量命令（全部成功或全部不做）', en: 'Commands on several objects, all or nothing' },
    parameters: [parameter('idempotencyKey')],
    body: object({
      commands: list(
        object({
          op: { enum: ['create', 'update', 'upsert', 'delete', 'restore'] },
          object: text,
          'values?': anything,
          'id?': { oneOf: [id, object({ $ref: text })] },
          'ref?': text,
          'key?': text,
          'version?': whole(1),
        }),
      ),
    }),
    answer: object({ results: list(ref('Written')) }),
  },
  {
    method: 'get',
    path: '/search',
    tag: 'records',
    name: 'search',
    summary: { zh: '全局搜索', en: 'Search across objects' },
    parameters: [queryParameter('q', text, undefined, true), query('objects', text), limit(100)],
    answer: object({ data: list(object({ object: text, id, title: nullable(text) })) }),
  },
  {
    method: 'post',
    path: '/files',
    tag: 'files',
    name: 'keepFile',
    summary: { zh: '上传文件', en: 'Keep a file, to be put into a record' },
    form: object({ file: bytes }),
    status: 201,
    answer: { anyOf: [file, object({ data: list(file) })] },
  },
  {
    method: 'get',
    path: '/files/{id}',
    tag: 'files',
    name: 'file',
    summary: { zh: '下载文件', en: 'A file, or with Range a part of it' },
    parameters: byId,
    content: { '*/*': { schema: bytes } },
  },
  {
    method: 'post',
    path: '/imports',
    tag: 'imports',
    name: 'startImport',
    summary: { zh: '导入文件', en: 'Import a file' },
    parameters: [parameter('idempotencyKey')],
    form: object({
      file: bytes,
      spec: object({
        object: text,
        mode: { enum: ['insert', 'update', 'upsert'] },
        'key?': text,
        'mapping?': anything,
        'values?': anything,
        'orphans?': { enum: ['reject', 'empty'] },
        'dedupe?': object({ by: list(text), 'action?': { enum: ['reject', 'skip', 'update'] } }),
        'dryRun?': flag,
        'confirm?': flag,
        'timeZone?': text,
        'sheet?': text,
      }),
    }),
    status: 202,
    answer: object({ id }),
  },
  {
    method: 'get',
    path: '/imports',
    tag: 'imports',
    name: 'imports',
    summary: { zh: '导入记录', en: 'The imports' },
    parameters: [query('object', text), query('before', id), limit(200)],
    answer: page(anything, id),
  },
  {
    method: 'get',
    path: '/imports/{id}',
    tag: 'imports',
    name: 'import',
    summary: { zh: '导入进度与结果', en: 'How far an import is, and what became of the rows' },
    parameters: byId,
    answer: anything,
  },
  {
    method: 'get',
    path: '/imports/{id}/rejects',
    tag: 'imports',
    name: 'rejects',
    summary: { zh: '下载未导入的行', en: 'The rejected rows as a file' },
    parameters: byId,
    content: { 'text/csv': { schema: text } },
  },
  ...(['cancel', 'confirm', 'undo'] as const).map(
    (what): FixedCall => ({
      method: 'post',
      path: `/imports/{id}/${what}`,
      tag: 'imports',
      name: `${what}Import`,
      summary: {
        cancel: { zh: '停止导入', en: 'Stop an import' },
        confirm: { zh: '确认继续', en: 'Go on in spite of the warning' },
        undo: { zh: '撤销导入', en: 'Take an import back' },
      }[what],
      parameters: byId,
      status: 202,
      answer: anything,
    }),
  ),
  {
    method: 'get',
    path: '/events',
    tag: 'records',
    name: 'events',
    summary: { zh: '变更事件流', en: 'Server-sent events of records that change' },
    parameters: [query('objects', text, undefined, true), query('back', { type: 'integer' })],
    content: { 'text/event-stream': { schema: text } },
  },
  {
    method: 'get',
    path: '/metadata',
    tag: 'metadata',
    name: 'metadata',
    summary: { zh: '元数据', en: 'The metadata as the caller may know it' },
    parameters: [query('view', { const: 'declared' })],
    answer: anything,
  },
];

export const fixedCalls: readonly FixedCall[] = [...accountCalls, ...data, ...customerCalls, ...administrationCalls];
