import type { Kernel } from '@huike/kernel';
import type { FastifyInstance } from 'fastify';
import type { Http } from '../app.ts';
import { actorOf } from '../identify.ts';
import { metrics } from '../metrics.ts';
import { openApi } from '../openapi.ts';

// What those who run the server look at.

/** Jobs may wait this long before the server stops calling itself ready for more. */
const longestWait = 600;

export function operationRoutes(app: FastifyInstance, { kernel }: Http): void {
  const open = { config: { public: true }, logLevel: 'warn' as const };

  app.get('/livez', open, async () => ({ status: 'ok' }));

  app.get('/readyz', open, async (_, reply) => {
    const checks = await readiness(kernel);
    const ready = Object.values(checks).every((check) => check.ok);
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ok' : 'unavailable', checks });
  });

  app.get('/metrics', open, async (_, reply) =>
    reply.header('content-type', metrics.contentType).send(await metrics.metrics()),
  );

  app.get('/api/openapi.json', async (request) => openApi(kernel.catalogs.current(), actorOf(request)));
}

async function readiness(kernel: Kernel): Promise<Record<string, { readonly ok: boolean; readonly detail?: string }>> {
  if (kernel.draining) return { draining: { ok: false } };
  try {
    const { oldestWait } = await kernel.jobStats();
    return {
      database: { ok: true },
      migrations: { ok: true },
      jobs: { ok: oldestWait < longestWait, detail: `${Math.round(oldestWait)} s` },
    };
  } catch {
    return { database: { ok: false } };
  }
}
