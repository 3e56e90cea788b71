import { customerPage, type Identity, lookup, timeline } from '@huike/identity';
import type { Kernel } from '@huike/kernel';
import { isId, problem } from '@huike/schema';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { addressOf, param, wholeParam } from '../address.ts';
import { bodyOf, optionalText, text, texts } from '../body.ts';
import { actorOf, demand } from '../identify.ts';
import { invalid } from '../wrong.ts';

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

const may = (request: FastifyRequest, operation: 'read' | 'write') =>
  demand(actorOf(request), { area: 'customers', operation });
