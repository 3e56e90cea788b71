import type { App, Capability, Command, GroupQuery, ListQuery, Operation } from '@huike/schema';
import { type Actor, accessOf, type UserActor } from './access/index.ts';
import { CatalogHolder } from './catalog/index.ts';
import { Sealer } from './changes/index.ts';
import { type Database, type DatabaseConfig, migrate, openDatabase, type Tx } from './database/index.ts';
import { installAll } from './evolve/index.ts';
import { type Files, maxFileSize, openStore } from './files/index.ts';
import { kernelJobs } from './housekeeping.ts';
import { installJobs, type JobHandler, JobRunner, type JobStats, jobStats } from './jobs/index.ts';
import { once, type ReadingWriter, type Writer, writerIn } from './once.ts';
import { peopleHooks } from './people/hooks.ts';
import type { TeamMember } from './people/index.ts';
import { openPeople, openSecrets, type People } from './people/index.ts';
import { mayReadFile } from './read/files.ts';
import * as read from './read/index.ts';
import { readTeam, type Teammate, writeTeam } from './team.ts';
import type { Answer } from './write/idempotency.ts';
import { transact, write, writePartial } from './write/index.ts';
import type { Refused, Validator, WriteContext, WriteOptions, Written } from './write/types.ts';

// One kernel a process: the database, the catalog, people, the two paths to records, the sealer and the jobs. Everything
// outside of the kernel reads and writes through this.

export interface KernelOptions {
  readonly database: DatabaseConfig;
  readonly dataFolder: string;
  readonly apps: readonly App[];
  readonly environment: NodeJS.ProcessEnv;
  /** Hears of what failed in the background. */
  readonly onError: (error: unknown, where: string) => void;
  readonly now?: () => Date;
}

export class Kernel {
  readonly db: Database;
  readonly catalogs: CatalogHolder;
  readonly people: People;
  readonly files: Files;
  readonly now: () => Date;
  readonly #write: WriteContext;
  readonly #closers: (() => Promise<unknown> | unknown)[] = [];
  #draining = false;

  private constructor(people: People, catalogs: CatalogHolder, files: Files, write: WriteContext) {
    this.db = write.db;
    this.catalogs = catalogs;
    this.people = people;
    this.files = files;
    this.#write = write;
    this.now = write.now;
  }

  /** Migrates, installs what this version ships, and opens everything. Throws `database.*` when that can't be. */
  static async open(options: KernelOptions): Promise<Kernel> {
    const { onError, now = () => new Date() } = options;
    const db = await openDatabase(options.database);
    try {
      await migrate(db);
      await installJobs(db);
      await installAll(db, options.apps, (error, app) => onError(error, `app ${app}`));
      const catalogs = await CatalogHolder.open(db);
      const secrets = await openSecrets(options.dataFolder, options.environment);
      const sealer = new Sealer(db, { onError: (error) => onError(error, 'sealer') });
      const validators: Validator[] = [];
      const people = openPeople({
        database: db,
        secrets,
        catalog: () => catalogs.current(),
        write: (actor, commands) => write(context, actor, commands),
        now,
      });
      const context: WriteContext = {
        db,
        catalogs,
        now,
        hooks: peopleHooks(people),
        validators,
        committed: () => sealer.hint(),
      };
      const store = await openStore(options.environment, options.dataFolder);
      const files = { database: db, store, maxSize: maxFileSize(options.environment) };
      const kernel = new Kernel(people, catalogs, files, context);
      kernel.onClose(() => db.close());
      kernel.onClose(() => store.close());
      kernel.onClose(() => catalogs.close());
      kernel.onClose(() => sealer.stop());
      return kernel;
    } catch (error) {
      await db.close();
      throw error;
    }
  }

  /** Begins to run jobs in this process. */
  async runJobs(handlers: readonly JobHandler[], onError: KernelOptions['onError']): Promise<void> {
    const runner = await JobRunner.start({
      database: this.db,
      handlers: [...kernelJobs(this.people, this.files.store, this.#write), ...handlers],
      onFailure: (failure) => onError(failure, 'job'),
    });
    this.onClose(() => runner.stop());
  }

  /** Closed with the kernel, the latest first. */
  onClose(close: () => Promise<unknown> | unknown): void {
    this.#closers.push(close);
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** From now on `/readyz` sends new requests elsewhere. */
  drain(): void {
    this.#draining = true;
  }

  async close(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await close();
  }

  list(actor: Actor, object: string, query: ListQuery): Promise<read.Page> {
    return read.list(this, actor, object, query);
  }

  get(actor: Actor, object: string, id: string, query: Pick<ListQuery, 'fields' | 'deleted'> = {}): Promise<string> {
    return read.get(this, actor, object, id, query);
  }

  group(actor: Actor, object: string, query: GroupQuery): Promise<string> {
    return read.group(this, actor, object, query);
  }

  search(actor: Actor, query: read.SearchQuery): Promise<string> {
    return read.search(this, actor, query);
  }

  history(
    actor: Actor,
    object: string,
    id: string,
    page: { readonly before?: number; readonly limit: number },
  ): Promise<read.HistoryPage> {
    return read.history(this, actor, object, id, page);
  }

  unmask(
    actor: Actor,
    object: string,
    id: string,
    what: { readonly fields: readonly string[]; readonly reason: string },
  ): Promise<string> {
    return read.unmask(this, actor, object, id, what);
  }

  /** Which of the records the actor may read, or do something else to. */
  visibleAmong(
    actor: Actor,
    object: string,
    ids: readonly string[],
    operation: Operation = 'read',
  ): Promise<ReadonlySet<string>> {
    return read.visibleAmong(this, actor, object, ids, operation);
  }

  /** Who asks, as a page shows it. */
  me(actor: UserActor): Promise<read.Me> {
    return read.me(this, actor);
  }

  /** Begins to take records out as a file; it stands in the log. */
  exportRecords(
    actor: Actor,
    object: string,
    query: Pick<ListQuery, 'fields' | 'filter' | 'sort'>,
    format: string,
  ): Promise<read.Exported> {
    return read.exportRecords(this, actor, object, query, format);
  }

  /** The log, for those who may audit. */
  audit(actor: Actor, page: { readonly after: number; readonly limit: number }): Promise<read.AuditPage> {
    return read.audit(this, actor, page);
  }

  /** Whether the actor may read a file. */
  mayReadFile(actor: Actor, id: string): Promise<boolean> {
    return mayReadFile(this, actor, id);
  }

  team(actor: Actor, object: string, id: string): Promise<Teammate[]> {
    return readTeam(this, actor, object, id);
  }

  setTeam(actor: Actor, object: string, id: string, members: readonly TeamMember[]): Promise<void> {
    return writeTeam(this, actor, object, id, members);
  }

  write(actor: Actor, commands: readonly Command[], options: WriteOptions = {}): Promise<readonly Written[]> {
    return write(this.#write, actor, commands, options);
  }

  writePartial(
    actor: Actor,
    commands: readonly Command[],
    options: WriteOptions = {},
  ): Promise<readonly (Written | Refused)[]> {
    return writePartial(this.#write, actor, commands, options);
  }

  /**
   * A transaction in which records are written beside what `fn` does in the system's own tables. `fn` may run several
   * times: it has no effects outside of `tx`.
   */
  transact<T>(actor: Actor, fn: (tx: Tx, writer: ReadingWriter) => Promise<T>): Promise<T> {
    return transact(this.#write, (tx) => fn(tx, writerIn(tx, this.#write, actor)));
  }

  /** Writes at most once for an actor's Idempotency-Key; a repetition gets the same answer. */
  once(actor: Actor, key: string, request: Buffer, fn: (writer: Writer) => Promise<Answer>): Promise<Answer> {
    return once(this.#write, actor, key, request, fn);
  }

  /** Whether the actor has a capability besides records. */
  may(actor: Actor, capability: Capability): boolean {
    return accessOf(this.catalogs.current(), actor).capabilities.has(capability);
  }

  jobStats(): Promise<JobStats> {
    return jobStats(this.db);
  }
}
