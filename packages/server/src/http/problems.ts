import {
  type ErrorCode,
  type ErrorParams,
  errors,
  type Issue,
  type Language,
  message,
  Problem,
  problem,
} from '@huike/schema';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';

// Every failure answers as RFC 9457 application/problem+json, from the one registry of errors.

export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly requestId: string;
  readonly errors?: readonly { readonly path: string; readonly code: ErrorCode; readonly message: string }[];
}

/** The body of a problem in a language. */
export function problemBody(failure: Problem, language: Language, requestId: string): ProblemBody {
  const params = failure.code === 'system.unexpected' ? { requestId } : failure.params;
  const body = {
    type: `urn:huike:problem:${failure.code}`,
    title: titleOf(failure.code, language),
    status: failure.status,
    code: failure.code,
    detail: message(failure.code, params, language),
    requestId,
  };
  if (failure.issues.length === 0) return body;
  return { ...body, errors: failure.issues.map((issue) => issueBody(issue, language)) };
}

function issueBody(issue: Issue, language: Language) {
  return { path: issue.path, code: issue.code, message: message(issue.code, issue.params ?? {}, language) };
}

/** The message without the part that differs from case to case. */
function titleOf(code: ErrorCode, language: Language): string {
  return errors[code][language].split(/[：:（(]/)[0]?.replace(/[“"]?\{\w+\}[”"]?/g, '…') ?? code;
}

/** What a thrown thing is to the caller. Only what is in the registry is told; the rest is logged. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const code = fastifyCode(error);
  const known = code === null ? undefined : fastifyProblems[code];
  return known === undefined ? problem('system.unexpected') : problem(known.code, known.params);
}

const fastifyProblems: Readonly<Record<string, { readonly code: ErrorCode; readonly params: ErrorParams }>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'request.tooLarge', params: { limit: '10 MB' } },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { code: 'request.unsupportedType', params: {} },
  FST_ERR_CTP_EMPTY_JSON_BODY: { code: 'request.malformed', params: { detail: 'the body is empty' } },
  FST_ERR_CTP_INVALID_JSON_BODY: { code: 'request.malformed', params: { detail: 'the body is not JSON' } },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: { code: 'request.malformed', params: { detail: 'the content length is wrong' } },
  FST_ERR_BAD_URL: { code: 'request.malformed', params: { detail: 'the address' } },
  FST_ERR_MAX_PARAM_LENGTH: { code: 'route.unknown', params: {} },
  FST_ERR_VALIDATION: { code: 'request.malformed', params: { detail: 'the parameters' } },
  FST_REQ_FILE_TOO_LARGE: { code: 'request.tooLarge', params: { limit: '100 MB' } },
  FST_INVALID_MULTIPART_CONTENT_TYPE: { code: 'request.unsupportedType', params: {} },
};

function fastifyCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** Fastify's error handler. */
export function answerError(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): void {
  const failure = malformed(error) ?? asProblem(error);
  if (failure.code === 'system.unexpected') request.log.error({ err: error }, 'unexpected error');
  else if (failure.status >= 500) request.log.warn({ err: error, code: failure.code }, 'unavailable');
  send(failure, request, reply);
}

/** JSON and parameters that Fastify itself refuses tell where, but never what the parser says inside. */
function malformed(error: FastifyError | Error): Problem | null {
  if ('validation' in error && Array.isArray(error.validation)) {
    const [first] = error.validation;
    const where = first === undefined ? '' : `${first.instancePath} ${first.message ?? ''}`.trim();
    return problem('request.malformed', { detail: where.slice(0, 200) });
  }
  if (error instanceof SyntaxError && 'statusCode' in error)
    return problem('request.malformed', { detail: 'the body is not JSON' });
  return null;
}

export function send(failure: Problem, request: FastifyRequest, reply: FastifyReply): void {
  const retry =
    failure.params['seconds'] ??
    (failure.params['minutes'] === undefined ? undefined : Number(failure.params['minutes']) * 60);
  if (failure.status === 429 && retry !== undefined) reply.header('retry-after', String(retry));
  reply
    .code(failure.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify(problemBody(failure, languageOf(request), request.id)));
}

/** The signed-in user's language, else what the client prefers; Chinese unless English is asked for. */
export function languageOf(request: FastifyRequest): Language {
  if (request.actor) return request.actor.language;
  const wanted = request.headers['accept-language'] ?? '';
  const en = wanted.search(/\ben\b/i);
  const zh = wanted.search(/\bzh\b/i);
  return en >= 0 && (zh < 0 || en < zh) ? 'en' : 'zh';
}
