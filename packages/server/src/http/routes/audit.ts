import { type ChainHead, type Kernel, verifyChain } from '@huike/kernel';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Address, addressOf, param, wholeParam } from '../address.ts';
import { allowed } from '../identify.ts';
import { invalid } from '../wrong.ts';

// The log, for auditors: read in its order, and whether it is what was written.

const largest = Number.MAX_SAFE_INTEGER - 10_000;

export function auditRoutes(app: FastifyInstance, kernel: Kernel): void {
  const auditor = (request: FastifyRequest) => allowed(kernel, request, { area: 'audit', operation: 'read' }, 'audit');

  app.get('/changes', async (request) => {
    const actor = auditor(request);
    const address = addressOf(request);
    const { data, next, last } = await kernel.audit(actor, {
      after: wholeParam(address, 'after', { min: 0, max: largest }) ?? 0,
      limit: wholeParam(address, 'limit', { max: 500 }) ?? 100,
    });
    return { data, page: { next, last } };
  });

  /** From the beginning, or from a head that was kept elsewhere: a log rewritten as a whole can't meet that. */
  app.get('/changes/verify', async (request) => {
    auditor(request);
    return verifyChain(kernel.db, headIn(addressOf(request)));
  });
}

function headIn(address: Address): ChainHead | undefined {
  const block = wholeParam(address, 'block', { min: 0, max: largest });
  const seq = wholeParam(address, 'seq', { min: 0, max: largest });
  const hash = param(address, 'hash', 64);
  if (block === undefined && seq === undefined && hash === undefined) return undefined;
  if (block === undefined || seq === undefined || hash === undefined || !/^[0-9a-f]{64}$/.test(hash))
    throw invalid('hash', 'block, seq and hash go together', 'block、seq 与 hash 须同时给出');
  return { block, seq, hash };
}
