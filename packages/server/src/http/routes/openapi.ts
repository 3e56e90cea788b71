import type { Kernel } from '@huike/kernel';
import type { FastifyInstance } from 'fastify';
import { actorOf } from '../identify.ts';
import { openApi } from '../openapi/document.ts';
import { sendJson } from '../writing.ts';

// GET /api/openapi.json: the calls that the caller may make, described.

export function openApiRoutes(app: FastifyInstance, kernel: Kernel): void {
  app.get('/api/openapi.json', async (request, reply) =>
    sendJson(reply, openApi(kernel.catalogs.current(), actorOf(request))),
  );
}
