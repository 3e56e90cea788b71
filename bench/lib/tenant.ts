// A database with the product installed, the bench's object and people in it, and what they sign in with.
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { actorForUser, applyMetadata, createToken, Kernel, type UserActor } from '@huike/kernel';
import { administratorRole, type MetadataDocument } from '@huike/schema';
import type { Cluster } from './cluster.ts';
import { metadata } from './metadata.ts';
import { company, head, managers } from './people.ts';
import type { Tags } from './prospects.ts';
import { idAt } from './random.ts';

const setup = { kind: 'system', name: 'setup' } as const;
const administratorId = idAt(Date.UTC(2024, 0, 1), 0, 401);

/** Bearer tokens. */
export interface Tokens {
  readonly administrator: string;
  /** Ordinary, yet sees everything. */
  readonly head: string;
  /** Ordinary, see a quarter each. */
  readonly managers: readonly string[];
}

/** A kernel on a database, alone: no server, no jobs. */
export async function openKernel(cluster: Cluster, database: string, poolSize = 16): Promise<Kernel & AsyncDisposable> {
  const dataFolder = await mkdtemp(path.join(cluster.folder, 'kernel-'));
  const kernel = await Kernel.open({
    database: { url: cluster.urlOf(database), poolSize, statementTimeout: 600_000 },
    dataFolder,
    apps: [],
    environment: {},
    onError: (error) => console.error(error),
  });
  const dispose = async () => {
    await kernel.close();
    await rm(dataFolder, { recursive: true, force: true });
  };
  return Object.assign(kernel, { [Symbol.asyncDispose]: dispose });
}

/** Makes the database with metadata and people, and no records yet. */
export async function createTenant(
  cluster: Cluster,
  database: string,
  document: MetadataDocument = metadata,
): Promise<Tokens> {
  await cluster.create(database);
  await using kernel = await openKernel(cluster, database);
  const { version } = await applyMetadata(kernel.db, setup, document);
  await kernel.catalogs.reload(version);
  await kernel.write(setup, [
    ...company(),
    {
      op: 'create',
      object: 'user',
      id: administratorId,
      values: { name: 'Administrator', email: 'administrator@example.com', roles: [administratorRole] },
    },
  ]);
  const tokenOf = async (id: string) =>
    (await createToken(kernel.people, await actorOf(kernel, id), { name: 'bench', scopes: ['*'] })).token;
  return {
    administrator: await tokenOf(administratorId),
    head: await tokenOf(head.id),
    managers: await Promise.all(managers.map(({ id }) => tokenOf(id))),
  };
}

/** A person as the kernel knows who asks. */
export async function actorOf(kernel: Kernel, id: string): Promise<UserActor> {
  const actor = await actorForUser(kernel.people, id, { ip: '127.0.0.1', userAgent: 'bench', requestId: null });
  if (actor === null) throw new Error(`nobody signs in as ${id}`);
  return actor;
}

/** The numbers of the fields that search looks into, as the catalog gave them. */
export async function tagsOf(cluster: Cluster, database: string): Promise<Tags> {
  await using kernel = await openKernel(cluster, database, 1);
  const fields = kernel.catalogs.current().objects.get('prospect')?.fields;
  const tag = (name: string) => fields?.get(name)?.tag ?? 0;
  return { name: tag('name'), company: tag('company'), mobile: tag('mobile'), email: tag('email') };
}
