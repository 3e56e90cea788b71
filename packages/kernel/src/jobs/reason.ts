// Why a job failed, in words that are safe to keep and to show.
import { Problem } from '@huike/schema';

const longest = 500;
const secretName =
  /\b((?:proxy-)?authorization|cookie|password|passwd|pwd|[\w-]*secret|[\w-]*token|[\w-]*key|signature|sign|otp)\b/;
const assigned = new RegExp(
  `${secretName.source}(["']?\\s*[=:]\\s*)(?:(?:bearer|basic)\\s+)?("[^"]*"|'[^']*'|[^\\s,;&]+)`,
  'gi',
);
const scheme = /\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi;
// A path or query of a URL may be a credential by itself (robots' webhooks), as may user and password before the @.
const url = /\b([a-z][a-z0-9+.-]*:\/\/)(?:[^\s/@]*@)?([^\s/?#"'<>]*)([/?#][^\s"'<>]*)?/gi;

/** The message of an error without secrets, at most 500 characters. Never empty. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Problem ? `${error.code}: ` : '';
  const words = error instanceof Error ? error.message : typeof error === 'string' ? error : '';
  const clean = withoutSecrets(words)
    .trim()
    .slice(0, longest - code.length)
    .toWellFormed();
  return `${code}${clean || (error instanceof Error ? error.name : 'failed without a reason')}`;
}

/** Text with what looks like a secret replaced by ***. */
export function withoutSecrets(text: string): string {
  return text
    .replaceAll('\0', '')
    .replace(
      url,
      (_all, protocol: string, host: string, rest?: string) => `${protocol}${host}${rest === undefined ? '' : '/…'}`,
    )
    .replace(assigned, '$1$2***')
    .replace(scheme, '$1 ***');
}
