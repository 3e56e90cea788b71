// Takes an import back: what it created goes to the recycle bin, what it changed goes back to the version before; what
// was changed since stays as it is, and is told.
import { endProgress, failPoint, type Kernel, type Queryable, reportProgress, sql, type Tx } from '@huike/kernel';
import type { Command, ErrorCode, ErrorParams } from '@huike/schema';
import { askerOf } from './run.ts';
import { type Asker, findImport, type ImportRow, moveImport, type UndoReport } from './store.ts';

const atOnce = 500;
const mostExamples = 5;

/** An undo that begins. */
export const nothingUndone = (asker: Asker): UndoReport => ({ asker, deleted: 0, restored: 0, kept: 0, problems: [] });

/** Notes which records there are to take back; how many. */
export async function planUndo(db: Queryable, id: string): Promise<number> {
  return db.execute(sql`
    insert into huike.import_undo (import, record, created, first, last, writes)
    select b.import, r.record, bool_or(r.created), min(r.version), max(r.version), count(*)
    from huike.import_batch b, unnest(b.records, b.versions, b.created) r (record, version, created)
    where b.import = ${sql.value(id)} group by b.import, r.record`);
}

interface ToUndo {
  readonly record: string;
  readonly created: boolean;
  readonly first: number;
  readonly last: number;
  readonly writes: number;
}

/** Does what is still to be done of an undo. */
export async function runUndo(kernel: Kernel, id: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    const row = await findImport(kernel.db, id);
    if (row === null || row.state !== 'undoing') return;
    signal.throwIfAborted();
    const more = await undoSome(kernel, row, signal);
    failPoint('import.undo');
    if (more) continue;
    await kernel.db.transaction(async (tx) => {
      await moveImport(tx, id, ['undoing'], 'undone');
      if (row.progress !== null) await endProgress(tx, row.progress, { state: 'done' });
    });
    return;
  }
}

/** Takes back some of the records, the latest first; false when there were none left. */
async function undoSome(kernel: Kernel, row: ImportRow, signal: AbortSignal): Promise<boolean> {
  const actor = await askerOf(kernel, row.undo?.asker ?? row);
  return kernel.transact(actor, async (tx, writer) => {
    const records = await take(tx, row.id);
    if (records.length === 0) return false;
    // Others changed the record between two writes of the import: there is no way back that would spare theirs.
    const [mine, others] = [
      records.filter(({ first, last, writes }) => writes === last - first + 1),
      records.filter(({ first, last, writes }) => writes !== last - first + 1),
    ];
    const kept = others.map(({ record }): Kept => ({ record, ...changedSince }));
    let [deleted, restored] = [0, 0];
    for (const result of await writer.writePartial(mine.map((one) => commandFor(row.object, one)))) {
      const one = mine[result.index];
      if (one === undefined) continue;
      if ('problem' in result) {
        const { code, params } = result.problem;
        kept.push({ record: one.record, ...(code === 'write.version' ? changedSince : { code, params }) });
      } else if (one.created) deleted++;
      else restored++;
    }
    signal.throwIfAborted();
    await saveReport(tx, row, { deleted, restored, kept });
    return true;
  });
}

interface Kept {
  readonly record: string;
  readonly code: ErrorCode;
  readonly params: ErrorParams;
}

const changedSince = { code: 'import.changedSince', params: {} } as const;

/** Takes records off the list; it happens together with what is done to them. */
function take(tx: Tx, id: string): Promise<ToUndo[]> {
  return tx.query<ToUndo>(sql`
    delete from huike.import_undo u using (
      select record from huike.import_undo where import = ${sql.value(id)} order by record desc limit ${sql.value(atOnce)}
      for update
    ) next
    where u.import = ${sql.value(id)} and u.record = next.record
    returning u.record, u.created, u.first, u.last, u.writes`);
}

function commandFor(object: string, { record, created, first, last }: ToUndo): Command {
  if (created) return { op: 'delete', object, id: record, version: last };
  return { op: 'restore', object, id: record, toVersion: first - 1, version: last };
}

async function saveReport(
  tx: Tx,
  { id, undo, progress }: ImportRow,
  news: { readonly deleted: number; readonly restored: number; readonly kept: readonly Kept[] },
): Promise<void> {
  if (undo === null) return;
  const problems = undo.problems.map((one) => ({ ...one, examples: [...one.examples] }));
  for (const { record, code, params } of news.kept) {
    let known = problems.find((one) => one.code === code);
    if (known === undefined) {
      known = { code, params, count: 0, examples: [] };
      problems.push(known);
    }
    known.count++;
    if (known.examples.length < mostExamples) known.examples.push(record);
  }
  const report: UndoReport = {
    asker: undo.asker,
    deleted: undo.deleted + news.deleted,
    restored: undo.restored + news.restored,
    kept: undo.kept + news.kept.length,
    problems,
  };
  await tx.execute(
    sql`update huike.import set undo = ${sql.value(JSON.stringify(report))}::json where id = ${sql.value(id)}`,
  );
  if (progress !== null)
    await reportProgress(tx, progress, { done: report.deleted + report.restored + report.kept, message: 'undoing' });
}
