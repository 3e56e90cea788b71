import { type QueryClient, queryOptions, useQuery } from '@tanstack/react-query';
import { type Company, get } from './api.ts';

// Who is signed in, asked first of all. That nobody is, is an answer.

export interface Me {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly avatar: { readonly id?: unknown } | null;
  readonly department: { readonly name?: unknown } | null;
  readonly roles: readonly string[];
  readonly capabilities: readonly string[];
  readonly external: boolean;
  readonly language: 'zh' | 'en';
  readonly timeZone: string;
  readonly company: Company;
}

/** Signed in but for a step that is still due. */
export interface Unfinished {
  readonly pending: readonly ('otp' | 'enrol' | 'password')[];
}

export interface Session {
  readonly me: Me | Unfinished | null;
  /** Nobody was set up yet. */
  readonly needed: boolean;
  readonly singleSignOn: boolean;
}

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: () => get<Session>('session'),
  staleTime: 5 * 60_000,
});

export const isUnfinished = (me: Session['me']): me is Unfinished => me !== null && 'pending' in me;

/** Who is signed in; null when nobody is, or a step is still due. */
export function useMe(): Me | null {
  const me = useQuery(sessionQuery).data?.me ?? null;
  return isUnfinished(me) ? null : me;
}

/** Forgets everything that was read, and asks anew who is here. */
export async function sessionChanged(queries: QueryClient): Promise<Session> {
  forgetRead(queries);
  // The query itself stays, so that pages that show it hear of the answer.
  return queries.fetchQuery({ ...sessionQuery, staleTime: 0 });
}

/** The zone in which times are shown. */
export function useZone(): string {
  return useMe()?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Forgets everything that was read but for who is here. */
export function forgetRead(queries: QueryClient): void {
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionQuery.queryKey[0] });
}
