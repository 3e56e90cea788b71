import { type Problem, problem } from '@huike/schema';

// What is wrong with a request before the kernel sees it, in both languages.

/** The request can't be read. `at` is a pointer into the body; '' where the whole is meant. */
export function malformed(at: string, en: string, zh: string): Problem {
  const [detail, detailZh] = at === '' ? [en, zh] : [`${at}: ${en}`, `${at}：${zh}`];
  return problem('request.malformed', { detail, detailZh });
}

/** A parameter of the address, or a part of a query, isn't what it should be. */
export function invalid(name: string, en: string, zh: string): Problem {
  return problem('query.invalid', { path: `/${name}`, detail: en, detailZh: zh });
}
