import { appendEvent, discardDead, type Kernel, listDead, replayDead, type UserActor } from '@huike/kernel';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { addressOf, param, wholeParam } from '../address.ts';
import { bodyOf, texts } from '../body.ts';
import { allowed } from '../identify.ts';
import { invalid, malformed } from '../wrong.ts';

// Jobs that failed at their last attempt: a person looks at them, and replays or discards them.

export function jobRoutes(app: FastifyInstance, kernel: Kernel): void {
  const operator = (request: FastifyRequest, operation: 'read' | 'write') =>
    allowed(kernel, request, { area: 'operations', operation }, 'operations');

  app.get('/jobs', async (request) => {
    operator(request, 'read');
    return kernel.jobStats();
  });

  app.get('/jobs/dead', async (request) => {
    operator(request, 'read');
    const address = addressOf(request);
    const before = param(address, 'before', 19);
    if (before !== undefined && !isJobId(before)) throw invalid('before', 'the id of a job', '应为任务编号');
    const limit = wholeParam(address, 'limit', { max: 200 }) ?? 50;
    const dead = await listDead(kernel.db, { limit: limit + 1, ...(before === undefined ? {} : { before }) });
    const data = dead.slice(0, limit);
    return { data, page: { next: dead.length > limit ? (data.at(-1)?.id ?? null) : null } };
  });

  app.post('/jobs/dead/replay', async (request) => {
    const actor = operator(request, 'write');
    return { replayed: await change(kernel, actor, 'jobsReplayed', idsOf(request), replayDead) };
  });

  app.post('/jobs/dead/discard', async (request) => {
    const actor = operator(request, 'write');
    return { discarded: await change(kernel, actor, 'jobsDiscarded', idsOf(request), discardDead) };
  });
}

const isJobId = (id: string) => /^\d{1,18}$/.test(id);

function idsOf(request: FastifyRequest): readonly string[] {
  const ids = texts(bodyOf(request.body), 'ids');
  if (ids.length === 0 || !ids.every(isJobId)) throw malformed('/ids', 'the ids of jobs', '应为任务编号');
  return ids;
}

/** How many jobs it was. Stands in the log with who did it. */
function change(
  kernel: Kernel,
  actor: UserActor,
  type: string,
  ids: readonly string[],
  act: typeof replayDead,
): Promise<number> {
  return kernel.db.transaction(async (tx) => {
    const count = await act(tx, ids);
    if (count > 0) await appendEvent(tx, actor, { type, data: { ids: [...ids], count } });
    return count;
  });
}
