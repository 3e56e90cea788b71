import type { JobStats } from '@huike/kernel';
import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

// Prometheus metrics: requests by route (never by address, whose parts are endless), jobs, the process itself.

const registry = new Registry();

const requests = new Histogram({
  name: 'huike_http_request_seconds',
  help: 'How long requests took',
  labelNames: ['method', 'route', 'status'],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
  registers: [registry],
});
const jobs = new Gauge({ name: 'huike_jobs', help: 'Jobs by state', labelNames: ['state'], registers: [registry] });
const wait = new Gauge({
  name: 'huike_jobs_oldest_wait_seconds',
  help: 'How long the oldest due job has waited',
  registers: [registry],
});

export const metrics = {
  contentType: registry.contentType,
  /** Everything, with the jobs as they are now; as they were last where that isn't known. */
  text(stats: JobStats | null): Promise<string> {
    if (stats !== null) {
      for (const state of ['waiting', 'running', 'dead'] as const) jobs.labels(state).set(stats[state]);
      wait.set(stats.oldestWait);
    }
    return registry.metrics();
  },
};

let begun = false;

export function registerMetrics(app: FastifyInstance): void {
  // Several servers in one process (tests) share the process's own figures.
  if (!begun) collectDefaultMetrics({ register: registry });
  begun = true;
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    requests.labels(request.method, route, String(reply.statusCode)).observe(reply.elapsedTime / 1000);
  });
}
