import { queryOptions } from '@tanstack/react-query';
import { get, post } from '../../data/api.ts';

// What the server tells of an import, and how one is asked for.

export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly count: number;
  readonly values: readonly { readonly column: string; readonly value: string; readonly count: number }[];
  readonly examples: readonly {
    readonly line: number;
    readonly column: string | null;
    readonly value: string | null;
    readonly message: string;
  }[];
}

export interface Report {
  readonly id: string;
  readonly object: string;
  readonly file: string;
  readonly dryRun: boolean;
  readonly state: 'waiting' | 'running' | 'unconfirmed' | 'done' | 'failed' | 'cancelled' | 'undoing' | 'undone';
  readonly progress: { readonly done: number; readonly total: number | null } | null;
  readonly rows: {
    readonly total: number;
    readonly new: number;
    readonly updated: number;
    readonly rejected: number;
  };
  readonly mapping: Readonly<Record<string, string | null>>;
  readonly values: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly warnings: readonly { readonly message: string }[];
  readonly problems: readonly Problem[];
  readonly rejects: string | null;
  readonly failure: { readonly message: string } | null;
  readonly undo: { readonly deleted: number; readonly restored: number } | null;
  readonly createdAt: string;
}

export interface Spec {
  readonly object: string;
  readonly mode: 'insert' | 'update' | 'upsert';
  readonly key?: string;
  readonly mapping?: Report['mapping'];
  readonly values?: Report['values'];
  readonly dryRun: boolean;
}

export const isUnderWay = ({ state }: Report) => ['waiting', 'running', 'undoing'].includes(state);

/** Asked again every second while something is under way. */
export const reportQuery = (id: string) =>
  queryOptions({
    queryKey: ['import', id],
    queryFn: () => get<Report>(`imports/${id}`),
    refetchInterval: ({ state }) => (state.data === undefined || isUnderWay(state.data) ? 700 : false),
  });

export async function startImport(file: File, spec: Spec): Promise<string> {
  const form = new FormData();
  form.append('spec', JSON.stringify(spec));
  form.append('file', file);
  return (await post<{ id: string }>('imports', form)).id;
}
