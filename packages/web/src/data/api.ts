import type { FieldDefinition, Label, View } from '@huike/schema';

// The page's only way to the server: the public contract, by the session's cookie.

export interface FieldInfo {
  readonly name: string;
  readonly label: Label;
  readonly type: string;
  readonly system: boolean;
  readonly required: boolean;
  readonly right: 'masked' | 'read' | 'edit';
  readonly options?: readonly {
    readonly value: string;
    readonly label: Label;
    readonly color?: string;
    readonly retired?: boolean;
  }[];
  /** As declared, but for what names something that the viewer may not know. */
  readonly definition?: Partial<FieldDefinition> | null;
  readonly target?: string;
}

export interface ObjectInfo {
  readonly name: string;
  readonly label: Label;
  readonly title: string;
  readonly app: string | null;
  readonly traits: readonly string[];
  readonly may: {
    readonly create: boolean;
    readonly update: boolean;
    readonly delete: boolean;
    readonly export: boolean;
  };
  readonly fields: readonly FieldInfo[];
}

export type ViewInfo = View;

export interface Metadata {
  readonly version: number;
  readonly views: readonly ViewInfo[];
  readonly capabilities: readonly string[];
  readonly objects: readonly ObjectInfo[];
}

export interface Me {
  readonly id: string;
  readonly name: string;
  readonly language?: 'zh' | 'en';
  readonly pending?: readonly string[];
}

export type RecordData = { readonly id: string; readonly version: number } & { readonly [field: string]: unknown };

export interface Page {
  readonly data: readonly RecordData[];
  readonly page: { readonly next: string | null };
}

/** A refusal in the server's own words: RFC 9457. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: readonly { readonly path: string; readonly message: string }[];

  constructor(status: number, body: { code?: string; detail?: string; errors?: Refusal['errors'] }) {
    super(body.detail ?? `HTTP ${status}`);
    this.status = status;
    this.code = body.code ?? 'unknown';
    this.errors = body.errors ?? [];
  }
}

/** Sends a request; the answer's JSON is the caller's claim about the contract. Throws a Refusal. */
export async function call<T>(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<T> {
  const response = await fetch(`/api/v1/${path}`, {
    method,
    headers: {
      'x-huike': '1',
      'accept-language': document.documentElement.lang,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = text === '' ? undefined : JSON.parse(text);
  if (!response.ok) throw new Refusal(response.status, json ?? {});
  return json;
}

export const get = <T>(path: string) => call<T>('GET', path);
