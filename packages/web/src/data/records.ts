import { queryOptions } from '@tanstack/react-query';
import { call, get, type RecordData } from './api.ts';

// Single records. Their keys: ['record', object, id]; lists: ['list', object, …]; so that a change finds all of them.

export const recordQuery = (object: string, id: string) =>
  queryOptions({
    queryKey: ['record', object, id],
    queryFn: () => get<RecordData>(`records/${object}/${id}`),
  });

export type Values = Readonly<Record<string, unknown>>;

export const createRecord = (object: string, values: Values) =>
  call<{ id: string }>('POST', `records/${object}`, values);

/** Throws a Refusal with status 412 when somebody changed the record since `version`. */
export const updateRecord = (object: string, id: string, version: number, values: Values) =>
  call<{ id: string; version?: number }>('PATCH', `records/${object}/${id}`, values, { 'if-match': String(version) });

export const deleteRecord = (object: string, id: string) => call<unknown>('DELETE', `records/${object}/${id}`);

/** Back from the recycle bin, or back to a version. */
export const restoreRecord = (object: string, id: string, version?: number) =>
  call<unknown>('POST', `records/${object}/${id}/restore`, version === undefined ? {} : { version });
