// Carries an import out: reads the file once to settle how it is written, then writes it batch by batch. Each batch
// commits together with the fact that it is done, so that an import that was cut off goes on where it was.
import {
  type Actor,
  actorForUser,
  endProgress,
  errorCode,
  failPoint,
  type Kernel,
  openFile,
  reportProgress,
  type Tx,
} from '@huike/kernel';
import { Problem, problem } from '@huike/schema';
import { type BatchContext, carryOut, type Outcome, prepare } from './batch.ts';
import { type Draft, drafter } from './draft.ts';
import { Duplicates } from './duplicates.ts';
import { Finder } from './finder.ts';
import { KeySet } from './keyset.ts';
import { columnsOf } from './mapping.ts';
import { Rehearsal } from './rehearsal.ts';
import type { BadRow, Table, TableRow } from './rows.ts';
import { type Asker, type Failure, forgetBatches, type ImportRow, moveImport, saveBatch, saveSurvey } from './store.ts';
import { gate, matchRate, type Survey, survey } from './survey.ts';
import { openTable } from './table.ts';
import { addRejects, type Tally } from './tally.ts';
import { sceneOf } from './targets.ts';

const rowsAtOnce = 1_000;
/** Long texts make shorter batches. */
const lettersAtOnce = 4_000_000;

/** The line of work ends here, for a reason that isn't a failure. */
class Stopped extends Error {
  readonly state: 'cancelled' | 'unconfirmed';

  constructor(state: Stopped['state']) {
    super(state);
    this.state = state;
  }
}

/** Of a dry run: takes back what the batch wrote. */
class TakenBack extends Error {
  readonly outcome: Outcome;

  constructor(outcome: Outcome) {
    super('a dry run');
    this.outcome = outcome;
  }
}

/**
 * Does what is still to be done of an import. Whatever ends it for good is noted with it; what may pass (the database
 * is away, the server stops) is thrown, for the job to try again.
 */
export async function runImport(kernel: Kernel, id: string, signal: AbortSignal): Promise<void> {
  const row = await moveImport(kernel.db, id, ['waiting', 'running'], 'running');
  if (row === null) return;
  try {
    await carryThrough(kernel, row, signal);
    await end(kernel, row, 'done');
  } catch (error) {
    if (error instanceof Stopped) await end(kernel, row, error.state);
    else if (error instanceof Problem && error.status < 500)
      await end(kernel, row, 'failed', { code: error.code, params: error.params });
    else throw error;
  }
}

/** The end, with its progress, in one transaction. */
async function end(
  kernel: Kernel,
  { id, progress }: ImportRow,
  state: 'done' | 'failed' | 'cancelled' | 'unconfirmed',
  failure?: Failure,
): Promise<void> {
  await kernel.db.transaction(async (tx) => {
    const moved = await moveImport(tx, id, ['running'], state, failure === undefined ? {} : { failure });
    if (moved === null || progress === null) return;
    await endProgress(tx, progress, { state: state === 'unconfirmed' ? 'done' : state });
  });
}

/** Who asked, as of now. Throws `import.userGone`. */
export async function askerOf(kernel: Kernel, { userId, origin }: Asker): Promise<Actor> {
  if (userId === null) return { kind: 'system', name: 'command' };
  const actor = await actorForUser(kernel.people, userId, origin);
  if (actor === null) throw problem('import.userGone');
  return actor;
}

/** The file of an import as a table. Throws `import.fileGone`. */
export async function tableOf(kernel: Kernel, { file, fileName, spec }: ImportRow): Promise<Table> {
  const { stream } = await openFile(kernel.files, file).catch((error: unknown) => {
    throw error instanceof Problem && error.code === 'file.unknown' ? problem('import.fileGone') : error;
  });
  return openTable(stream, { fileName, ...(spec.sheet === null ? {} : { sheet: spec.sheet }) });
}

async function carryThrough(kernel: Kernel, row: ImportRow, signal: AbortSignal): Promise<void> {
  const actor = await askerOf(kernel, row);
  const found = row.survey ?? (await look(kernel, row, actor, signal));
  const rate = matchRate(found);
  const { dryRun, confirm } = row.spec;
  if (!dryRun && !confirm && rate !== null && rate < gate) throw new Stopped('unconfirmed');
  if (dryRun) await forgetBatches(kernel.db, row.id);
  await report(kernel, row, { done: dryRun ? 0 : row.done, total: found.total, message: 'writing' });
  const writing = new Writing(kernel, row, found, dryRun ? { done: 0, problems: [] } : row);
  const rows = rowsFrom(await tableOf(kernel, row), writing.done);
  for await (const batch of ahead(batchesOf(rows))) {
    signal.throwIfAborted();
    await writing.write(batch, signal);
  }
}

/** The first reading. */
async function look(kernel: Kernel, row: ImportRow, actor: Actor, signal: AbortSignal): Promise<Survey> {
  const scene = sceneOf(kernel.catalogs.current(), actor, row.spec);
  const table = await tableOf(kernel, row);
  const columns = columnsOf(scene, row.spec.mapping, table.columns);
  const timeZone = row.spec.timeZone ?? scene.catalog.company.timeZone;
  const finder = new Finder(kernel, actor);
  const found = await survey(table, columns, { key: scene.key, finder, timeZone }, async (rows) => {
    signal.throwIfAborted();
    await report(kernel, row, { done: rows, message: 'reading' });
  });
  await saveSurvey(kernel.db, row.id, found);
  return found;
}

async function report(
  kernel: Kernel,
  { progress }: ImportRow,
  news: { readonly done: number; readonly total?: number; readonly message: string },
): Promise<void> {
  if (progress === null) return;
  const { cancelled } = await reportProgress(kernel.db, progress, news);
  if (cancelled) throw new Stopped('cancelled');
}

/** Writing the batches of one import, one after the other. */
class Writing {
  readonly #kernel: Kernel;
  readonly #row: ImportRow;
  readonly #survey: Survey;
  #rehearsal: Rehearsal | null = null;
  #repeated: KeySet | null = null;
  #context: BatchContext | null = null;
  #draft: (row: TableRow | BadRow) => Draft = () => {
    throw new Error('nothing was begun');
  };
  #done: number;
  #problems: Tally;
  #told: Promise<{ readonly cancelled: boolean }> = Promise.resolve({ cancelled: false });

  constructor(
    kernel: Kernel,
    row: ImportRow,
    found: Survey,
    from: { readonly done: number; readonly problems: Tally },
  ) {
    this.#kernel = kernel;
    this.#row = row;
    this.#survey = found;
    this.#done = from.done;
    this.#problems = from.problems;
  }

  get done(): number {
    return this.#done;
  }

  /** Writes the rows that come next. */
  async write(rows: readonly (TableRow | BadRow)[], signal: AbortSignal): Promise<void> {
    const actor = await askerOf(this.#kernel, this.#row);
    try {
      await this.#writeOnce(actor, rows, signal);
    } catch (error) {
      if (!isOfTheData(error)) throw error;
      // Something in these rows that only the database refuses: it is found by halves.
      if (rows.length > 1) {
        const half = rows.length >> 1;
        await this.write(rows.slice(0, half), signal);
        await this.write(rows.slice(half), signal);
        return;
      }
      await this.#rejectOne(rows, error, signal);
    }
    failPoint('import.batch');
    if ((await this.#told).cancelled) throw new Stopped('cancelled');
  }

  /** A row that the database refuses, alone. */
  async #rejectOne(rows: readonly (TableRow | BadRow)[], error: unknown, signal: AbortSignal): Promise<void> {
    const fault = { column: null, code: 'import.unstorable', params: { detail: errorCode(error) } } as const;
    const rejects = rows.map(({ line }) => ({ line, faults: [fault] }));
    const outcome = { created: 0, updated: 0, matched: 0, records: [], rejects, notes: [] };
    const problems = this.#tally(outcome, []);
    signal.throwIfAborted();
    await this.#kernel.db.transaction((tx) => this.#save(tx, rows.length, outcome, problems));
    this.#advance(rows.length, problems);
  }

  async #writeOnce(actor: Actor, rows: readonly (TableRow | BadRow)[], signal: AbortSignal): Promise<void> {
    const context = this.#contextFor(actor);
    const drafts = rows.map(this.#draft);
    const prepared = await prepare(context, drafts);
    const { dryRun } = this.#row.spec;
    const commit = async (tx: Tx, outcome: Outcome): Promise<Tally> => {
      signal.throwIfAborted();
      const problems = this.#tally(outcome, drafts);
      await this.#save(tx, rows.length, outcome, problems);
      return problems;
    };
    const kernel = this.#kernel;
    if (!dryRun) {
      const problems = await kernel.transact(actor, async (tx, writer) =>
        commit(tx, await carryOut(context, prepared, writer)),
      );
      this.#advance(rows.length, problems);
      return;
    }
    const outcome = await kernel
      .transact(actor, async (_tx, writer): Promise<Outcome> => {
        throw new TakenBack(await carryOut(context, prepared, writer));
      })
      .catch((error: unknown) => {
        if (error instanceof TakenBack) return error.outcome;
        throw error;
      });
    this.#advance(rows.length, await kernel.db.transaction((tx) => commit(tx, { ...outcome, records: [] })));
  }

  #tally(outcome: Outcome, drafts: readonly Draft[]): Tally {
    const { columns } = this.#survey;
    const tally = addRejects(this.#problems, outcome.rejects, drafts, columns);
    return addRejects(tally, outcome.notes, drafts, columns, true);
  }

  #advance(rows: number, problems: Tally): void {
    this.#done += rows;
    this.#problems = problems;
  }

  async #save(tx: Tx, rows: number, outcome: Outcome, problems: Tally): Promise<void> {
    const { id, progress } = this.#row;
    const saved = await saveBatch(tx, id, { first: this.#done, rows, outcome, problems });
    if (!saved) throw new Error('another process goes on with this import');
    if (progress === null) return;
    this.#told = reportProgress(tx, progress, { done: this.#done + rows });
    // The transaction minds its failure.
    this.#told.catch(() => {});
  }

  /** What the rows mean under the metadata and the rights of now. */
  #contextFor(actor: Actor): BatchContext {
    const catalog = this.#kernel.catalogs.current();
    const known = this.#context;
    if (known?.scene.catalog === catalog && sameRights(known.scene.actor, actor)) return known;
    const { spec } = this.#row;
    const scene = sceneOf(catalog, actor, spec);
    const columns = columnsOf(scene, spec.mapping, this.#survey.columns);
    this.#draft = drafter(scene, columns, spec, this.#survey);
    if (spec.dryRun) this.#rehearsal ??= new Rehearsal(this.#kernel, scene, columns);
    const finder = new Finder(this.#kernel, actor);
    if (spec.dryRun) this.#repeated ??= new KeySet();
    const { dedupe } = scene;
    const duplicates = dedupe === null ? null : new Duplicates(finder, dedupe.fields, this.#repeated);
    this.#context = { scene, columns, finder, rehearsal: this.#rehearsal, duplicates };
    return this.#context;
  }
}

function sameRights(one: Actor, other: Actor): boolean {
  const parts = (actor: Actor) =>
    actor.kind === 'system'
      ? actor.name
      : [actor.id, actor.roles, actor.departmentTree, actor.departmentPath, actor.external];
  return JSON.stringify(parts(one)) === JSON.stringify(parts(other));
}

/** Data exceptions, broken constraints, limits of the database: the same rows would fail the same way again. */
function isOfTheData(error: unknown): boolean {
  return !(error instanceof Problem) && /^(22|23|54)/.test(errorCode(error));
}

/** The rows behind the first `skip`. */
async function* rowsFrom(table: Table, skip: number): AsyncGenerator<TableRow | BadRow> {
  let n = 0;
  for await (const row of table.rows) if (n++ >= skip) yield row;
}

async function* batchesOf(rows: AsyncIterable<TableRow | BadRow>): AsyncGenerator<(TableRow | BadRow)[]> {
  let batch: (TableRow | BadRow)[] = [];
  let letters = 0;
  for await (const row of rows) {
    batch.push(row);
    for (const value of row.values) letters += value.length;
    if (batch.length < rowsAtOnce && letters < lettersAtOnce) continue;
    yield batch;
    batch = [];
    letters = 0;
  }
  if (batch.length > 0) yield batch;
}

/** Asks for the next item while the last one is being worked on. */
async function* ahead<T>(items: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = items.next();
  try {
    for (;;) {
      const { value, done } = await next;
      if (done === true) return;
      next = items.next();
      // Its failure is told when its turn comes.
      next.catch(() => {});
      yield value;
    }
  } finally {
    await next.catch(() => {});
    await items.return(undefined);
  }
}
