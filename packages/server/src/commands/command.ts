import { actorForUser, type Database, type Kernel, openDatabase, type UserActor } from '@huike/kernel';
import { isJsonObject } from '@huike/schema';
import { type Config, readConfig } from '../config.ts';
import { say } from '../say.ts';
import { type Opened, openKernel, withDatabase } from '../start.ts';

/** Works with the kernel, beside a server where one runs on the same data, and closes it. */
export async function withKernel<T>(environment: NodeJS.ProcessEnv, work: (opened: Opened) => Promise<T>): Promise<T> {
  const opened = await openKernel(readConfig(environment), environment, (error, where) => {
    process.stderr.write(`${where}: ${error instanceof Error ? error.message : String(error)}\n`);
  });
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}

/** Works with the database alone, as it is: nothing is migrated or installed. */
export async function withBareDatabase<T>(
  environment: NodeJS.ProcessEnv,
  work: (database: Database, config: Config) => Promise<T>,
): Promise<T> {
  const config = readConfig(environment);
  const opened = await withDatabase(config, async (url, embedded) => {
    const directUrl = config.databaseDirectUrl;
    return { embedded, database: await openDatabase({ url, ...(directUrl === null ? {} : { directUrl }) }) };
  });
  try {
    return await work(opened.database, config);
  } finally {
    await opened.database.close();
    await opened.embedded?.stop();
  }
}

/** Who does what a command does. */
export const operator = { kind: 'system', name: 'command' } as const;

/** The user of this e-mail, as who a command works. Throws when there is none who may sign in. */
export async function actorByEmail(kernel: Kernel, email: string, agent: string): Promise<UserActor> {
  const filter = { field: 'email', op: 'eq', value: email };
  const { data } = await kernel.list(operator, 'user', { fields: ['id'], filter, limit: 1 });
  const found: unknown = JSON.parse(data);
  const [user]: readonly unknown[] = Array.isArray(found) ? found : [];
  const id = isJsonObject(user) && typeof user.id === 'string' ? user.id : null;
  const origin = { ip: null, userAgent: agent, requestId: null };
  const actor = id === null ? null : await actorForUser(kernel.people, id, origin);
  if (actor === null) throw new Error(say.text('token.user', { email }));
  return actor;
}
