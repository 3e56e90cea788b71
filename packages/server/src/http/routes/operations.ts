import type { Kernel } from '@huike/kernel';
import type { FastifyInstance } from 'fastify';
import { metrics } from '../metrics.ts';

// What those who run the server, and their machines, look at.

/** Anybody may ask, however often: the database is asked once a second. */
const freshFor = 1_000;

export function operationRoutes(app: FastifyInstance, kernel: Kernel): void {
  const open = { config: { public: true } };
  const look = remembered(() => readiness(kernel));
  const stats = remembered(() => kernel.jobStats());

  app.get('/livez', open, async () => ({ status: 'ok' }));

  app.get('/readyz', open, async (_, reply) => {
    const checks = kernel.draining ? { draining: { ok: false } } : await look();
    const ready = Object.values(checks).every((check) => check.ok);
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ok' : 'unavailable', checks });
  });

  app.get('/metrics', open, async (_, reply) => {
    // Without the database the process still tells of itself.
    const jobs = await stats().catch(() => null);
    return reply.header('content-type', metrics.contentType).send(await metrics.text(jobs));
  });
}

type Checks = Readonly<Record<string, { readonly ok: boolean; readonly detail?: string }>>;

async function readiness(kernel: Kernel): Promise<Checks> {
  try {
    const { oldestWait } = await kernel.jobStats();
    // The kernel isn't there before its migrations are. Jobs that wait are no reason to refuse requests.
    return {
      database: { ok: true },
      migrations: { ok: true },
      jobs: { ok: true, detail: `${Math.round(oldestWait)} s behind` },
    };
  } catch {
    return { database: { ok: false } };
  }
}

function remembered<T>(read: () => Promise<T>): () => Promise<T> {
  let known: Promise<T> | null = null;
  let askedAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (known === null || performance.now() - askedAt >= freshFor) {
      askedAt = performance.now();
      known = read();
      // Whoever asked hears of the failure; the next second asks anew.
      known.catch(() => {});
    }
    return known;
  };
}
