import {
  type Applied,
  applyMetadata,
  changedKinds,
  declaredState,
  deletedMetadata,
  describe,
  type Kernel,
  keepOwn,
  metadataClashes,
  metadataTasks,
  planMetadata,
  restoreMetadata,
  takeShipped,
  type UserActor,
  undoMetadata,
} from '@huike/kernel';
import { type Capability, isId, isJsonObject, type JsonObject, kindNames, problem } from '@huike/schema';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { addressOf, flag, param, wholeParam } from '../address.ts';
import { bodyOf, optionalWhole, text, texts } from '../body.ts';
import { actorOf, allowed, demand } from '../identify.ts';
import { malformed } from '../wrong.ts';

// The metadata: what the caller may know of it, and for those who may change it the plan and its execution, and the
// way back.

export function metadataRoutes(app: FastifyInstance, kernel: Kernel): void {
  const may = (request: FastifyRequest, operation: 'read' | 'write', capability: Capability) =>
    allowed(kernel, request, { area: 'metadata', operation }, capability);

  /** `?view=declared` is the whole state as `apply` takes it. */
  app.get('/metadata', async (request) => {
    const actor = demand(actorOf(request), { area: 'metadata', operation: 'read' });
    const catalog = kernel.catalogs.current();
    if (param(addressOf(request), 'view') !== 'declared') return describe(catalog, actor);
    // Who gives rights has to know what there is.
    may(request, 'read', kernel.may(actor, 'rights') ? 'rights' : 'metadata');
    return { version: catalog.version, ...declaredState(catalog) };
  });

  app.post('/metadata/plan', async (request) => {
    const { document } = changeOf(kernel, request);
    const { version, steps, conflicts } = await planMetadata(kernel.db, document);
    return { version, steps, conflicts };
  });

  app.post('/metadata/apply', async (request) => {
    const { actor, document } = changeOf(kernel, request);
    const address = addressOf(request);
    const expectedVersion = wholeParam(address, 'version', { min: 0 });
    const options = {
      confirm: flag(address, 'confirm'),
      ...(expectedVersion === undefined ? {} : { expectedVersion }),
    };
    return told(kernel, await applyMetadata(kernel.db, actor, document, options));
  });

  app.get('/metadata/deleted', async (request) => {
    may(request, 'read', 'metadata');
    return { data: await deletedMetadata(kernel.db) };
  });

  app.get('/metadata/clashes', async (request) => {
    may(request, 'read', 'metadata');
    return { data: await metadataClashes(kernel.db) };
  });

  /** Takes the shipped value, or keeps the own one for good. */
  app.post('/metadata/clashes', async (request) => {
    const body = bodyOf(request.body);
    const kind = kindNames.find((name) => name === body.kind);
    if (kind === undefined) throw malformed('/kind', 'a kind of metadata', '应为元数据种类');
    const place = { app: text(body, 'app'), kind, name: text(body, 'name'), path: texts(body, 'path') };
    const actor = may(request, 'write', capabilityFor(kind));
    const take = body.take;
    if (typeof take !== 'boolean') throw malformed('/take', 'true or false', '应为 true 或 false');
    if (take) {
      const confirm = flag(addressOf(request), 'confirm');
      return told(kernel, await takeShipped(kernel.db, actor, place, { confirm }));
    }
    await keepOwn(kernel.db, actor, place);
    return { version: kernel.catalogs.current().version, steps: [], conflicts: [] };
  });

  app.get('/metadata/tasks', async (request) => {
    may(request, 'read', 'metadata');
    return { data: await metadataTasks(kernel.db) };
  });

  app.post('/metadata/restore', async (request) => {
    const actor = may(request, 'write', 'metadata');
    const id = text(bodyOf(request.body), 'id');
    if (!isId(id)) throw malformed('/id', 'an id', '应为 id');
    return told(kernel, await restoreMetadata(kernel.db, actor, id));
  });

  app.post('/metadata/undo', async (request) => {
    const actor = demand(actorOf(request), { area: 'metadata', operation: 'write' });
    const version = optionalWhole(bodyOf(request.body), 'version');
    if (version === undefined) throw malformed('/version', 'it is missing', '缺失');
    const kinds = await changedKinds(kernel.db, version);
    for (const capability of new Set(kinds.map(capabilityFor))) may(request, 'write', capability);
    if (kinds.length === 0) may(request, 'write', 'metadata');
    return told(kernel, await undoMetadata(kernel.db, actor, version));
  });
}

async function told(kernel: Kernel, { version, plan }: Applied): Promise<object> {
  // The answer to the next request knows it.
  await kernel.catalogs.reload(version);
  return { version, steps: plan.steps, conflicts: plan.conflicts };
}

/** 三员分立: who may see what is in other hands than what there is. */
function capabilityFor(kind: string): Capability {
  return ['roles', 'role', 'sharingRules', 'sharingRule'].includes(kind) ? 'rights' : 'metadata';
}

function changeOf(
  kernel: Kernel,
  request: FastifyRequest,
): { readonly actor: UserActor; readonly document: JsonObject } {
  const document = bodyOf(request.body);
  const { delete: removals, ...kinds } = document;
  const removed = Array.isArray(removals)
    ? removals.map((one: unknown) => (isJsonObject(one) ? String(one.kind) : ''))
    : [];
  const needed = new Set([...Object.keys(kinds), ...removed].map(capabilityFor));
  const actor = demand(actorOf(request), { area: 'metadata', operation: 'write' });
  for (const capability of needed) allowed(kernel, request, { area: 'metadata', operation: 'write' }, capability);
  if (needed.size === 0 && !kernel.may(actor, 'metadata') && !kernel.may(actor, 'rights'))
    throw problem('access.denied');
  return { actor, document };
}
