import { customerPage, decisions, type Identity, lookup, reviews, startMatch, timeline } from '@huike/identity';
import { type Kernel, readProgress, requestCancel } from '@huike/kernel';
import { isId, type JsonObject, problem } from '@huike/schema';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { addressOf, param, wholeParam } from '../address.ts';
import { bodyOf, optionalText, text, texts } from '../body.ts';
import { actorOf, allowed, demand } from '../identify.ts';
import { invalid, malformed } from '../wrong.ts';

// customers: the one customer, whatever the channel.

interface OfCustomer {
  Params: { readonly id: string };
}

export function customerRoutes(app: FastifyInstance, kernel: Kernel, identity: Identity): void {
  app.get('/customers/lookup', async (request) => {
    const actor = may(request, 'read');
    const address = addressOf(request);
    const kind = param(address, 'kind', 60);
    const value = param(address, 'value', 600);
    if (kind === undefined) throw invalid('kind', 'a kind of identifier such as phone', '应为身份标识类型，例如 phone');
    if (value === undefined) throw invalid('value', 'what to look for', '应为要查找的值');
    return lookup(kernel, actor, { kind, value, scope: param(address, 'scope', 100) ?? '' });
  });

  reviewRoutes(app, kernel, identity);
  matchRoutes(app, kernel);

  app.get<OfCustomer>('/customers/:id', (request) => customerPage(kernel, may(request, 'read'), request.params.id));

  app.get<OfCustomer>('/customers/:id/timeline', async (request) => {
    const actor = may(request, 'read');
    const address = addressOf(request);
    const cursor = param(address, 'cursor', 500);
    const limit = wholeParam(address, 'limit', { max: 200 }) ?? 50;
    const page = await timeline(kernel, actor, request.params.id, {
      limit,
      ...(cursor === undefined ? {} : { cursor }),
    });
    return { data: page.data, page: { next: page.next } };
  });

  app.post<OfCustomer>('/customers/:id/merge', async (request) => {
    const actor = may(request, 'write');
    const body = bodyOf(request.body);
    const others = texts(body, 'with');
    if (others.length === 0) throw problem('merge.same');
    return identity.merge(actor, [request.params.id, ...others], optionalText(body, 'reason') ?? null);
  });

  app.post<OfCustomer>('/customers/:id/unmerge', async (request) => {
    const actor = may(request, 'write');
    const merge = text(bodyOf(request.body), 'mergeId', 60).toLowerCase();
    if (!isId(merge)) throw problem('merge.unknown');
    return { customers: await identity.unmerge(actor, request.params.id, merge) };
  });
}

/** Pairs that wait for a person. */
function reviewRoutes(app: FastifyInstance, kernel: Kernel, identity: Identity): void {
  app.get('/customers/reviews', async (request) => {
    const actor = may(request, 'read');
    const address = addressOf(request);
    const state = param(address, 'state', 10) ?? 'open';
    if (state !== 'open' && state !== 'later') throw invalid('state', 'open or later', '应为 open 或 later');
    const cursor = param(address, 'cursor', 500);
    const limit = wholeParam(address, 'limit', { max: 200 }) ?? 50;
    const page = await reviews(kernel, actor, { state, limit, ...(cursor === undefined ? {} : { cursor }) });
    return { data: page.data, page: { next: page.next } };
  });

  app.post<OfCustomer>('/customers/reviews/:id', async (request) => {
    const actor = may(request, 'write');
    const given = text(bodyOf(request.body), 'decision', 20);
    const decision = decisions.find((one) => one === given);
    if (decision === undefined)
      throw malformed('/decision', 'same, different or later', '应为 same、different 或 later');
    return { merged: await identity.decide(actor, request.params.id, decision) };
  });
}

/** Matching over all customers: a preview, or for good. */
function matchRoutes(app: FastifyInstance, kernel: Kernel): void {
  const operator = (request: FastifyRequest, operation: 'read' | 'write') =>
    allowed(kernel, request, { area: 'customers', operation }, 'operations');

  app.post('/customers/match', async (request, reply) => {
    const actor = operator(request, 'write');
    const body = request.body === undefined ? {} : bodyOf(request.body);
    const thresholds = thresholdsIn(body);
    const run = { apply: body.apply === true, ...(thresholds === null ? {} : { thresholds }) };
    const id = await startMatch(kernel, actor, run);
    return reply.code(202).header('location', `/api/v1/customers/match/${id}`).send({ id });
  });

  app.get<OfCustomer>('/customers/match/:id', async (request) => {
    operator(request, 'read');
    const progress = isId(request.params.id) ? await readProgress(kernel.db, request.params.id) : null;
    if (progress === null || progress.kind !== 'match') throw problem('record.unknown');
    return progress;
  });

  app.post<OfCustomer>('/customers/match/:id/cancel', async (request) => {
    operator(request, 'write');
    const { id } = request.params;
    return { cancelling: isId(id) && (await requestCancel(kernel.db, id)) };
  });
}

function thresholdsIn(body: JsonObject): { readonly upper: number; readonly lower: number } | null {
  const { thresholds } = body;
  if (thresholds === undefined || thresholds === null) return null;
  const { upper, lower } = bodyOf(thresholds);
  const sound = typeof upper === 'number' && typeof lower === 'number' && lower > 0 && lower <= upper && upper <= 1;
  if (!sound)
    throw malformed(
      '/thresholds',
      '{upper, lower}, 0 < lower ≤ upper ≤ 1',
      '应为 {upper, lower}，0 < lower ≤ upper ≤ 1',
    );
  return { upper, lower };
}

const may = (request: FastifyRequest, operation: 'read' | 'write') =>
  demand(actorOf(request), { area: 'customers', operation });
