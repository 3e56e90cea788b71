import type { Kernel } from '@huike/kernel';
import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

// Prometheus metrics: requests by route (never by address, whose parts are endless), jobs, the process itself.

export const metrics = new Registry();

const requests = new Histogram({
  name: 'huike_http_request_seconds',
  help: 'How long requests took',
  labelNames: ['method', 'route', 'status'],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
  registers: [metrics],
});
const jobs = new Gauge({ name: 'huike_jobs', help: 'Jobs by state', labelNames: ['state'], registers: [metrics] });
const wait = new Gauge({
  name: 'huike_jobs_oldest_wait_seconds',
  help: 'How long the oldest due job has waited',
  registers: [metrics],
});

let begun = false;

export function registerMetrics(app: FastifyInstance, kernel: Kernel): void {
  // Several servers in one process (tests) share the process's own figures.
  if (!begun) collectDefaultMetrics({ register: metrics });
  begun = true;
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    requests.labels(request.method, route, String(reply.statusCode)).observe(reply.elapsedTime / 1000);
  });
  app.addHook('onRequest', async (request) => {
    if (request.url !== '/metrics') return;
    const stats = await kernel.jobStats();
    for (const state of ['waiting', 'running', 'dead'] as const) jobs.labels(state).set(stats[state]);
    wait.set(stats.oldestWait);
  });
}
