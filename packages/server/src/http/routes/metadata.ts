import { applyMetadata, declaredState, describe, type Kernel, planMetadata, type UserActor } from '@huike/kernel';
import { isJsonObject, problem } from '@huike/schema';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { actorOf, demand } from '../identify.ts';

// The metadata: what the caller may know of it, and for those who may change it the plan and its execution.

interface Address {
  readonly view?: string;
}

export function metadataRoutes(app: FastifyInstance, kernel: Kernel): void {
  /** `?view=declared` is the whole state as `apply` takes it. */
  app.get<{ Querystring: Address }>('/metadata', async (request) => {
    const actor = demand(actorOf(request), { area: 'metadata', operation: 'read' });
    const catalog = kernel.catalogs.current();
    if (request.query.view !== 'declared') return describe(catalog, actor);
    demandCapability(kernel, actor, 'metadata');
    return { version: catalog.version, ...declaredState(catalog) };
  });

  app.post('/metadata/plan', async (request) => {
    const { document } = changeOf(kernel, request);
    const { version, steps, conflicts } = await planMetadata(kernel.db, document);
    return { version, steps, conflicts };
  });

  app.post<{ Querystring: { confirm?: string; version?: string } }>('/metadata/apply', async (request) => {
    const { actor, document } = changeOf(kernel, request);
    const { confirm, version } = request.query;
    const expected = version === undefined ? undefined : Number(version);
    if (expected !== undefined && !Number.isInteger(expected))
      throw problem('query.invalid', { path: '/version', detail: 'a whole number' });
    const applied = await applyMetadata(kernel.db, actor, document, {
      confirm: confirm === 'true',
      ...(expected === undefined ? {} : { expectedVersion: expected }),
    });
    await kernel.catalogs.reload(applied.version);
    return { version: applied.version, steps: applied.plan.steps, conflicts: applied.plan.conflicts };
  });
}

function changeOf(kernel: Kernel, request: FastifyRequest): { readonly actor: UserActor; readonly document: unknown } {
  const actor = demand(actorOf(request), { area: 'metadata', operation: 'write' });
  const document = request.body;
  if (!isJsonObject(document)) throw problem('request.malformed', { detail: 'a metadata document is an object' });
  // 三员分立: who may see what is in other hands than what there is.
  const rights = document.roles !== undefined || document.sharingRules !== undefined || removesRights(document.delete);
  const rest =
    Object.keys(document).some((key) => key !== 'roles' && key !== 'sharingRules' && key !== 'delete') ||
    removesOthers(document.delete);
  if (rights) demandCapability(kernel, actor, 'rights');
  if (rest || !rights) demandCapability(kernel, actor, 'metadata');
  return { actor, document };
}

function kindsRemoved(removals: unknown): unknown[] {
  return Array.isArray(removals)
    ? removals.map((removal: unknown) => (isJsonObject(removal) ? removal.kind : null))
    : [];
}

function removesRights(removals: unknown): boolean {
  return kindsRemoved(removals).some((kind) => kind === 'role' || kind === 'sharingRule');
}

function removesOthers(removals: unknown): boolean {
  return kindsRemoved(removals).some((kind) => kind !== 'role' && kind !== 'sharingRule');
}

function demandCapability(kernel: Kernel, actor: UserActor, capability: 'metadata' | 'rights'): void {
  if (actor.external || !kernel.may(actor, capability)) throw problem('access.denied');
}
