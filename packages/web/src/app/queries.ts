import { QueryClient } from '@tanstack/react-query';
import { Refusal } from '../data/api.ts';

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // What the server refused stays refused; what didn't reach it is tried again.
      retry: (count, error) => !(error instanceof Refusal) && count < 2,
    },
  },
});
