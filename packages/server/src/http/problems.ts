import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { errorCode } from '@huike/kernel';
import { type ErrorCode, errors, type Issue, type Language, message, newId, Problem, problem } from '@huike/schema';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { bodyLimit } from './body.ts';
import { malformed } from './wrong.ts';

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

/** What a thrown thing is to the caller. Only what is in the registry is told; the rest is for the log. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const known = fastifyProblems[errorCode(error)];
  if (known !== undefined) return known();
  if (dataException.test(errorCode(error)))
    return malformed('', 'a value cannot be kept or compared', '有无法保存或比较的值');
  return problem('system.unexpected');
}

/** PostgreSQL met a value that isn't one of its type, or too much of it. Whoever reads values refuses them before. */
const dataException = /^(22|54)/;

const fastifyProblems: Readonly<Record<string, () => Problem>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => problem('request.unsupportedType'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => malformed('', 'the content length is wrong', 'Content-Length 不正确'),
  FST_ERR_BAD_URL: () => malformed('', 'the address', '地址'),
  FST_ERR_MAX_PARAM_LENGTH: () => problem('route.unknown'),
  FST_MP_PREMATURE_CLOSE: () => malformed('', 'it ended too early', '请求未发送完整'),
  FST_REQ_FILE_TOO_LARGE: () => problem('request.tooLarge', { limit: '100 MB' }),
  FST_INVALID_MULTIPART_CONTENT_TYPE: () => problem('request.unsupportedType'),
  FST_FILES_LIMIT: () => problem('request.tooMany', { what: 'files', whatZh: '文件', limit: 20 }),
  FST_FIELDS_LIMIT: () => problem('request.tooMany', { what: 'parts', whatZh: '表单项', limit: 20 }),
  FST_PARTS_LIMIT: () => problem('request.tooMany', { what: 'parts', whatZh: '表单项', limit: 40 }),
  FST_PROTO_VIOLATION: () => malformed('', 'a part has a name that is not allowed', '表单项名称不允许'),
  // The caller went away in the middle of a body: nobody will read the answer.
  ECONNRESET: () => malformed('', 'it ended too early', '请求未发送完整'),
  ERR_STREAM_PREMATURE_CLOSE: () => malformed('', 'it ended too early', '请求未发送完整'),
};

/** Fastify's error handler. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const failure = tooLarge(error, request) ?? asProblem(error);
  if (failure.code === 'system.unexpected') request.log.error({ err: error }, 'unexpected error');
  else if (failure.status >= 500) request.log.warn({ err: error, code: failure.code }, 'unavailable');
  else if (dataException.test(errorCode(error)))
    request.log.error({ err: error }, 'a value that nobody refused reached the database');
  send(failure, request, reply);
}

/** A body past the limit of its route. */
function tooLarge(error: unknown, request: FastifyRequest): Problem | null {
  if (errorCode(error) !== 'FST_ERR_CTP_BODY_TOO_LARGE') return null;
  const limit = request.routeOptions.bodyLimit ?? bodyLimit;
  return problem('request.tooLarge', { limit: `${limit / 1024 / 1024} MB` });
}

/** What isn't HTTP at all is answered on the bare connection: there is no request to speak of. */
export function answerNoise(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  const failure = malformed('', 'it is not HTTP', '不是有效的 HTTP 请求');
  const body = JSON.stringify({ ...problemBody(failure, 'zh', newId()), status });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-type: ${problemType}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

const problemType = 'application/problem+json; charset=utf-8';

export function send(failure: Problem, request: FastifyRequest, reply: FastifyReply): void {
  const retry =
    failure.params.seconds ?? (failure.params.minutes === undefined ? undefined : Number(failure.params.minutes) * 60);
  if (failure.status === 429 && retry !== undefined) reply.header('retry-after', String(retry));
  reply
    .code(failure.status)
    .header('content-type', problemType)
    .send(JSON.stringify(problemBody(failure, languageOf(request), request.id)));
}

/** The signed-in user's language, else what the client prefers; Chinese unless English is asked for. */
export function languageOf(request: FastifyRequest): Language {
  return request.actor?.language ?? preferredLanguage(request.headers['accept-language']);
}

/** `en-GB,en;q=0.9,zh;q=0.8`: the one with the greater weight, of two alike the first. */
function preferredLanguage(header = ''): Language {
  let best: { readonly language: Language; readonly weight: number } = { language: 'zh', weight: 0 };
  for (const part of header.slice(0, 500).split(',')) {
    const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
    const language = tag.split('-')[0];
    const weight = Number(/^\s*q=([\d.]+)/.exec(parameters.join(';'))?.[1] ?? 1);
    if ((language === 'zh' || language === 'en') && weight > best.weight) best = { language, weight };
  }
  return best.language;
}
