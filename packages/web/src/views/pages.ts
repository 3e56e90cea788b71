import { useInfiniteQuery } from '@tanstack/react-query';
import { call, type Page, type RecordData } from '../data/api.ts';
import type { ListAsk } from './records.ts';

/** The records of a list, page after page, in the order of the list. */
export function useRecordPages(ask: ListAsk, limit: number) {
  const pages = useInfiniteQuery({
    queryKey: ['list', ask.object, 'pages', ask, limit],
    queryFn: ({ pageParam }) =>
      call<Page>('POST', `records/${ask.object}/query`, {
        ...{ fields: ask.fields, sort: ask.sort, limit },
        ...(ask.filter === null ? {} : { filter: ask.filter }),
        ...(pageParam === null ? {} : { cursor: pageParam }),
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.page.next,
  });
  const records: readonly RecordData[] = pages.data?.pages.flatMap((page) => page.data) ?? [];
  return { ...pages, records };
}
