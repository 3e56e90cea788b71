import type { Kernel } from '@huike/kernel';
import type { FastifyInstance } from 'fastify';
import { addressOf, names, param, wholeParam } from '../address.ts';
import { actorOf, demand } from '../identify.ts';
import { sendJson } from '../writing.ts';
import { invalid } from '../wrong.ts';

// GET search?q=: across objects.

export function searchRoutes(app: FastifyInstance, kernel: Kernel): void {
  app.get('/search', async (request, reply) => {
    const actor = demand(actorOf(request), { area: 'search', operation: 'read' });
    const address = addressOf(request);
    const text = param(address, 'q', 500);
    const objects = names(address, 'objects');
    const limit = wholeParam(address, 'limit', { max: 100 });
    if (text === undefined) throw invalid('q', 'what to look for', '应为要查找的内容');
    const found = await kernel.search(actor, {
      text,
      ...(objects === undefined ? {} : { objects }),
      ...(limit === undefined ? {} : { limit }),
    });
    return sendJson(reply, `{"data":${found}}`);
  });
}
