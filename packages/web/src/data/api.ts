import type { FieldDefinition, Label, Layout, Menu, View } from '@huike/schema';
import { noteOwn } from './own.ts';

// The page's only way to the server: the public contract, by the session's cookie.

export interface Company {
  readonly currency: string;
  readonly timeZone: string;
  readonly language: 'zh' | 'en';
}

export interface OptionInfo {
  readonly value: string;
  readonly label: Label;
  readonly color?: string;
  readonly retired?: boolean;
}

export interface FieldInfo {
  readonly name: string;
  readonly label: Label;
  readonly type: string;
  readonly system: boolean;
  readonly required: boolean;
  readonly right: 'masked' | 'read' | 'edit';
  readonly definition?: Partial<FieldDefinition> | null;
  readonly options?: readonly OptionInfo[];
  readonly target?: string;
  /** Of what is computed: the type that its values have. */
  readonly shows?: string;
}

export interface ObjectInfo {
  readonly name: string;
  readonly label: Label;
  readonly title: string;
  readonly icon: string | null;
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
  readonly company: Company;
  readonly objects: readonly ObjectInfo[];
  readonly views: readonly ViewInfo[];
  readonly layouts: readonly Layout[];
  readonly menus: readonly Menu[];
  readonly capabilities: readonly string[];
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

  /** What is wrong with a field, if anything is. */
  at(field: string): string | undefined {
    return this.errors.find(({ path }) => path === field || path.split('/').includes(field))?.message;
  }
}

/** The server couldn't be reached: nothing is known of what was asked. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    const chinese = document.documentElement.lang.startsWith('zh');
    super(chinese ? '网络连接已断开，尚未保存' : 'No connection: this is not saved yet', { cause });
  }
}

type Headers = Readonly<Record<string, string>>;

/** Called when the server says that nobody is signed in any more. */
let onSignedOut = () => {};
export function whenSignedOut(act: () => void): void {
  onSignedOut = act;
}

/** Sends a request; the answer's JSON is the caller's claim about the contract. Throws a Refusal. */
export function call<T>(method: string, path: string, body?: unknown, headers: Headers = {}): Promise<T> {
  const json: Headers = body === undefined ? {} : { 'content-type': 'application/json' };
  return send(method, path, body === undefined ? undefined : JSON.stringify(body), { ...json, ...headers });
}

export const get = <T>(path: string) => call<T>('GET', path);

/** Sends a form with files in it. Throws a Refusal. */
export const post = <T>(path: string, form: FormData) => send<T>('POST', path, form, {});

const writes = /^(PATCH|PUT|POST) records\/\w+(\/[\w-]{36})?$/;

async function send<T>(method: string, path: string, body: BodyInit | undefined, headers: Headers): Promise<T> {
  const request = fetch(`/api/v1/${path}`, {
    method,
    headers: { 'x-huike': '1', 'accept-language': document.documentElement.lang, ...headers },
    ...(body === undefined ? {} : { body }),
  });
  const response = await request.catch((error: unknown) => {
    throw new Unreachable(error);
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  const json = text === '' || !isJson ? undefined : JSON.parse(text);
  if (response.ok) {
    if (writes.test(`${method} ${path}`)) noteOwn(json);
    return json;
  }
  const refusal = new Refusal(response.status, json ?? {});
  if (refusal.code === 'auth.required') onSignedOut();
  throw refusal;
}
