import type { Actor, Answer, Kernel, Writer, Written } from '@huike/kernel';
import { Problem } from '@huike/schema';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { addressOf, flag } from './address.ts';
import { idempotent } from './idempotency.ts';
import { answerLines, Lines } from './lines.ts';
import { itemOf, itemResults, type ToCommand, withoutPlace } from './partial.ts';

// Writing records as they come in a body: one, an array that is all or nothing, an array of which each counts for
// itself (`?partial=true`), or lines.

/**
 * Carries out what the body says, once for its Idempotency-Key. One record is answered by `{id, version}` and `status`,
 * an array by `{data: [{id, version}]}`, `?partial=true` by `{results}`, lines by lines.
 */
export async function answerWrite(
  kernel: Kernel,
  actor: Actor,
  request: FastifyRequest,
  reply: FastifyReply,
  { toCommand, status }: { readonly toCommand: ToCommand; readonly status: number },
): Promise<FastifyReply> {
  const { body } = request;
  if (body instanceof Lines) return answerLines(kernel, actor, request, reply, body, toCommand);
  const partial = flag(addressOf(request), 'partial');
  const answer = await idempotent(kernel, actor, request, async (writer): Promise<Answer> => {
    if (partial) {
      const items = Array.isArray(body) ? body : [body];
      const results = await itemResults((commands) => writer.writePartial(commands), request, items, toCommand);
      return { status: 200, body: JSON.stringify({ results }) };
    }
    return { status, body: JSON.stringify(await written(writer, body, toCommand)) };
  });
  return sendJson(reply.code(answer.status), answer.body);
}

async function written(writer: Writer, body: unknown, toCommand: ToCommand): Promise<object> {
  if (Array.isArray(body)) {
    const commands = body.map((item: unknown, index) => toCommand(itemOf(item, `/${index}`), `/${index}`));
    return { data: (await writer.write(commands)).map(told) };
  }
  const [one] = await writer.write([toCommand(itemOf(body, ''), '')]).catch((error: unknown) => {
    throw error instanceof Problem ? withoutPlace(error, 0) : error;
  });
  return one === undefined ? {} : told(one);
}

const told = ({ id, version }: Written) => ({ id, version });

/** JSON text as it is. */
export function sendJson(reply: FastifyReply, json: string): FastifyReply {
  return reply.header('content-type', 'application/json; charset=utf-8').send(json);
}
