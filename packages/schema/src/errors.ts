// Every error that a caller can meet: a stable code, an HTTP status, and words in Chinese and English.
// {name} in a message is filled from the parameters. docs and the problem+json bodies are made from this.
import { flowErrors } from './errors/flow.ts';
import { identityErrors } from './errors/identity.ts';
import { importErrors } from './errors/import.ts';
import { metadataErrors } from './errors/metadata.ts';
import { peopleErrors } from './errors/people.ts';
import { requestErrors } from './errors/request.ts';
import { systemErrors } from './errors/system.ts';
import { writeErrors } from './errors/write.ts';
import { expectedInChinese } from './expected.ts';

export const errors = {
  ...requestErrors,
  ...peopleErrors,
  ...writeErrors,
  ...metadataErrors,
  ...identityErrors,
  ...flowErrors,
  ...importErrors,
  ...systemErrors,
} as const;

export type ErrorCode = keyof typeof errors;
export type ErrorParams = Readonly<Record<string, string | number>>;
export type Language = 'zh' | 'en';

/** One thing wrong at one place of the input. `path` is a JSON pointer-like path such as `/2/fee`. */
export interface Issue {
  readonly path: string;
  readonly code: ErrorCode;
  readonly params?: ErrorParams;
}

/** An expected failure. Anything else that is thrown is a defect, and answers as `system.unexpected`. */
export class Problem extends Error {
  readonly code: ErrorCode;
  readonly params: ErrorParams;
  readonly issues: readonly Issue[];

  constructor(code: ErrorCode, params: ErrorParams = {}, issues: readonly Issue[] = []) {
    super(message(code, params, 'en'));
    this.name = 'Problem';
    this.code = code;
    this.params = params;
    this.issues = issues;
  }

  get status(): number {
    return errors[this.code].status;
  }
}

/** Makes the error to throw: `throw problem('record.unknown')`. */
export function problem(code: ErrorCode, params: ErrorParams = {}, issues: readonly Issue[] = []): Problem {
  return new Problem(code, params, issues);
}

/**
 * The words of an error in a language, with its parameters filled in. Where a parameter is words itself, its Chinese
 * stands beside it (`detail` and `detailZh`), or among the expectations.
 */
export function message(code: ErrorCode, params: ErrorParams, language: Language): string {
  return errors[code][language].replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = String((language === 'zh' ? params[`${name}Zh`] : undefined) ?? params[name] ?? whole);
    return name === 'expected' && language === 'zh' ? expectedInChinese(value) : value;
  });
}
