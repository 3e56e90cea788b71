// Taking an import on: the file is looked at and the mapping settled before anyone waits for it.
import { hash } from 'node:crypto';
import { type Actor, appendEvent, type FileInfo, type Kernel, linkFiles, openFile, storeFile } from '@huike/kernel';
import { newId, type Problem, problem } from '@huike/schema';
import { begin, importsObject, jobFor, undoJobFor } from './job.ts';
import { columnsOf, guessed, recalled } from './mapping.ts';
import { fold } from './names.ts';
import { ownColumnCount } from './rejects.ts';
import type { ImportSpec, Mapping, ValueMapping } from './spec.ts';
import {
  addImport,
  type ImportRow,
  type ImportState,
  importOfRequest,
  moveImport,
  originOf,
  type PlannedSpec,
  recallMapping,
  recallValues,
  rememberMapping,
  rememberValues,
} from './store.ts';
import { openTable } from './table.ts';
import { type Scene, sceneOf } from './targets.ts';
import { nothingUndone, planUndo } from './undo.ts';

/** Imports may be larger than files that are put into records. */
const largest = 4 * 1024 ** 3;

/** Keeps the file of an import that is to come; it goes after a day when none does. Throws `request.tooLarge`. */
export function keepFile(
  kernel: Kernel,
  actor: Actor,
  stream: AsyncIterable<Uint8Array>,
  options: { readonly name: string; readonly signal?: AbortSignal },
): Promise<FileInfo> {
  const maxSize = Math.max(kernel.files.maxSize, largest);
  return storeFile({ ...kernel.files, maxSize }, actor, stream, options);
}

export interface Asked {
  readonly spec: ImportSpec;
  readonly file: Pick<FileInfo, 'id' | 'name'>;
  /** The mapping names some columns only: the others are to be guessed. */
  readonly guessRest?: boolean;
  /** A request that is sent again begins no second import. */
  readonly requestKey?: string | null;
}

/**
 * Begins an import; answers its id. Throws what is wrong with the file (`import.empty`, `import.notTable` …), with the
 * mapping (as `columnsOf`) and with the rights (as `sceneOf`).
 */
export async function startImport(kernel: Kernel, actor: Actor, asked: Asked): Promise<string> {
  const { file, requestKey = null } = asked;
  const { spec, header } = await plan(kernel, actor, asked);
  const id = newId();
  const added = await kernel.db.transaction(async (tx) => {
    if (!(await addImport(tx, { id, actor, file, spec, requestKey }))) return false;
    await linkFiles(tx, [{ fileId: file.id, objectId: importsObject, fieldTag: 0, recordId: id }]);
    if (asked.spec.mapping !== null) await rememberMapping(tx, spec.object, header, spec.mapping);
    if (asked.spec.values !== null) await rememberValues(tx, spec.object, header, spec.values);
    const { object, mode, key, dryRun } = spec;
    const objectId = kernel.catalogs.current().objects.get(object)?.id;
    const data = { import: id, file: file.name, mode, key, dryRun };
    await appendEvent(tx, actor, { type: 'import', data, ...(objectId === undefined ? {} : { object: objectId }) });
    await begin(tx, jobFor(id), { id, kind: 'import', createdBy: userOf(actor) });
    return true;
  });
  if (added) return id;
  const known =
    actor.kind === 'user' && requestKey !== null ? await importOfRequest(kernel.db, actor.id, requestKey) : null;
  if (known === null) throw problem('request.idempotencyBusy');
  return known.id;
}

const userOf = (actor: Actor) => (actor.kind === 'user' ? actor.id : null);

/** The spec with its mapping, checked against the file's header; and what names that header. */
async function plan(kernel: Kernel, actor: Actor, { spec, file, guessRest = false }: Asked): Promise<Planned> {
  const scene = sceneOf(kernel.catalogs.current(), actor, spec);
  const { stream } = await openFile(kernel.files, file.id);
  const table = await openTable(stream, { fileName: file.name, ...(spec.sheet === null ? {} : { sheet: spec.sheet }) });
  await table.close();
  // In a file of rejected rows, line and reason stand in front.
  const names = table.columns.slice(ownColumnCount(table.columns));
  const header = headerOf(names);
  const mapping = await mappingFor(kernel, scene, spec, guessRest, names, header);
  const columns = columnsOf(scene, mapping, table.columns);
  const isGuessed = guessRest || spec.mapping === null;
  const isField = (path: string) => scene.rights.object.fields.has(path.split('.')[0] ?? '');
  const isMapped = (path: string) => columns.some(({ target }) => target.path === path || target.field.name === path);
  const values = spec.values ?? (isGuessed ? await valuesFor(kernel, spec.object, header, isMapped) : {});
  for (const field of Object.keys(values)) if (!isField(field)) throw problem('field.unknown', { field });
  return { spec: { ...spec, mapping, values }, header };
}

interface Planned {
  readonly spec: PlannedSpec;
  readonly header: string;
}

async function mappingFor(
  kernel: Kernel,
  scene: Scene,
  { mapping, object }: ImportSpec,
  guessRest: boolean,
  names: readonly string[],
  header: string,
): Promise<Mapping> {
  if (mapping !== null && !guessRest) return mapping;
  const remembered = await recallMapping(kernel.db, object, header);
  const own = mapping ?? {};
  const paths = new Set(Object.values(own));
  const known = Object.entries(remembered === null ? {} : recalled(scene, remembered, names)).filter(
    ([name, path]) => !Object.hasOwn(own, name) && !paths.has(path),
  );
  return guessed(scene, names, { ...Object.fromEntries(known), ...own });
}

/** What values were taken for the last time, of fields that a column goes to. */
async function valuesFor(
  kernel: Kernel,
  object: string,
  header: string,
  isMapped: (path: string) => boolean,
): Promise<ValueMapping> {
  const known = await recallValues(kernel.db, object, header);
  return Object.fromEntries(Object.entries(known ?? {}).filter(([path]) => isMapped(path)));
}

/** Files of one kind have the same columns, in whatever order. */
const headerOf = (names: readonly string[]) => hash('sha256', JSON.stringify(names.map(fold).sort()));

const stateWords: Readonly<Record<ImportState, string>> = {
  waiting: '等待中',
  running: '进行中',
  unconfirmed: '待确认',
  done: '已完成',
  failed: '失败',
  cancelled: '已取消',
  undoing: '撤销中',
  undone: '已撤销',
};

/** What was asked for can't be done in this state. */
export const wrongState = (state: ImportState): Problem =>
  problem('import.state', { state, stateZh: stateWords[state] });

const ended: readonly ImportState[] = ['done', 'failed', 'cancelled'];

/** Goes on with an import of which few rows match. Throws `import.state`. */
export async function confirmImport(kernel: Kernel, row: ImportRow): Promise<void> {
  const progress = newId();
  await kernel.db.transaction(async (tx) => {
    const spec = { ...row.spec, confirm: true };
    const moved = await moveImport(tx, row.id, ['unconfirmed'], 'waiting', { spec, progress });
    if (moved === null) throw wrongState(row.state);
    await begin(tx, jobFor(row.id), { id: progress, kind: 'import', createdBy: row.userId });
  });
}

/**
 * Begins to take an import back, with the rights of who asks for that. Throws `import.state`, `import.notUndoable`.
 * `failed`: its job was given up.
 */
export async function undoImport(kernel: Kernel, actor: Actor, row: ImportRow, failed: boolean): Promise<void> {
  const progress = newId();
  const asker = { userId: userOf(actor), origin: originOf(actor) };
  await kernel.db.transaction(async (tx) => {
    const from: readonly ImportState[] = failed ? [...ended, 'running', 'waiting'] : ended;
    const moved = await moveImport(tx, row.id, from, 'undoing', { progress, undo: nothingUndone(asker) });
    if (moved === null) throw wrongState(row.state);
    const total = row.spec.dryRun ? 0 : await planUndo(tx, row.id);
    if (total === 0) throw problem('import.notUndoable');
    await appendEvent(tx, actor, { type: 'importUndone', data: { import: row.id, file: row.fileName } });
    await begin(tx, undoJobFor(row.id), { id: progress, kind: 'import.undo', createdBy: asker.userId, total });
  });
}
