import { call, type Page, type RecordData, Refusal, Unreachable } from '../data/api.ts';
import { type Column, valueAt } from './columns.ts';
import { did, type History, nothingDone, redo, undo } from './history.ts';
import { isRelation, sameValue, toWritten } from './input.ts';
import type { Rows } from './rows.ts';

// Changes of cells: shown at once, written as one batch with the versions that the page knows, taken back when the
// server refuses. What somebody else changed meanwhile is merged cell by cell; only the same cell asks the person.

export interface Change {
  readonly id: string;
  readonly column: Column;
  /** As shown. */
  readonly before: unknown;
  readonly after: unknown;
  /** Of the record when the edit began, where the cell has changed since. */
  readonly version?: number;
}

export type Step = readonly Change[];

/** Something that the person decides. */
export interface Question {
  readonly kind: 'conflict' | 'refused';
  readonly items: readonly {
    readonly change: Change;
    /** What the other wrote, or why it can't be. */
    readonly theirs?: unknown;
    readonly by?: string;
    readonly message?: string;
  }[];
  /** How many of the changes are well. */
  readonly rest: number;
}
/** `mine` and `rest` write; `theirs` writes what isn't in question; `cancel` writes nothing. */
export type Decision = 'mine' | 'theirs' | 'rest' | 'cancel';

export interface EditsHost {
  readonly object: string;
  readonly rows: () => Rows;
  /** What a record is read with again. */
  readonly fields: () => readonly string[];
  /** The field that tells who changed a record last, where the viewer sees it. */
  readonly changedBy: string | null;
  readonly ask: (question: Question) => Promise<Decision>;
  /** `saved` tells how many cells were written. */
  readonly saved: (cells: number, how: 'do' | 'undo' | 'redo') => void;
  readonly failed: (error: unknown) => void;
  /** Resolves when the server can be reached again. */
  readonly reachable: () => Promise<void>;
  readonly marked: () => void;
}

const atOnce = 1_000;
const tries = 4;

export class Edits {
  readonly #host: EditsHost;
  #history: History<Step> = nothingDone;
  /** One after the other: the second of two quick edits of a record knows the version of the first. */
  #last: Promise<void> = Promise.resolve();
  /** Cells under way, by `id path`; an empty text waits, another says why not. */
  readonly marks = new Map<string, string>();

  constructor(host: EditsHost) {
    this.#host = host;
  }

  get canUndo(): boolean {
    return this.#history.done.length > 0;
  }

  get canRedo(): boolean {
    return this.#history.undone.length > 0;
  }

  /** Resolves when it is written, refused or given up. */
  apply(step: Step): Promise<void> {
    const changes = step.filter((change) => !sameValue(change.before, change.after));
    if (changes.length === 0) return Promise.resolve();
    return this.#queue(changes, 'do', (written) => {
      this.#history = did(this.#history, written);
    });
  }

  undo(): Promise<void> {
    const found = undo(this.#history);
    if (found === null) return Promise.resolve();
    this.#history = found.history;
    return this.#queue(inverse(found.step), 'undo', () => {});
  }

  redo(): Promise<void> {
    const found = redo(this.#history);
    if (found === null) return Promise.resolve();
    this.#history = found.history;
    return this.#queue(found.step, 'redo', () => {});
  }

  #queue(changes: Step, how: 'do' | 'undo' | 'redo', then: (written: Step) => void): Promise<void> {
    this.#mark(changes, '');
    const rows = this.#host.rows();
    for (const { id, column, after } of changes) rows.pin(id, { [column.path]: after });
    this.#last = this.#last.then(async () => {
      const written = await this.#write(changes);
      for (const change of changes) this.marks.delete(keyOf(change));
      this.#unpin(changes);
      if (written.length > 0) {
        then(written);
        this.#host.saved(written.length, how);
      }
      this.#host.marked();
    });
    return this.#last;
  }

  #mark(changes: Step, why: string): void {
    for (const change of changes) this.marks.set(keyOf(change), why);
    this.#host.marked();
  }

  /** From now on the server's word counts. */
  #unpin(changes: Step): void {
    const rows = this.#host.rows();
    for (const { id, column } of changes) rows.unpin(id, [column.path]);
  }

  /** What of the changes was written. */
  async #write(all: Step): Promise<Step> {
    let changes = all;
    const written: Change[] = [];
    for (let tried = 0; tried < tries && changes.length > 0; tried++) {
      const ids = [...new Set(changes.map(({ id }) => id))].slice(0, atOnce);
      const part = changes.filter(({ id }) => ids.includes(id));
      try {
        await this.#send(ids, part);
        written.push(...part);
        changes = changes.filter((change) => !part.includes(change));
        tried = -1;
      } catch (error) {
        if (error instanceof Unreachable) {
          // What was typed stays, marked, and goes out when the line is back: by the versions that it was typed over.
          const rows = this.#host.rows();
          changes = changes.map((change): Change => {
            const version = change.version ?? rows.find(change.id)?.version;
            return version === undefined ? change : { ...change, version };
          });
          this.#mark(changes, error.message);
          this.#host.failed(error);
          await this.#host.reachable();
          this.#mark(changes, '');
          tried = -1;
          continue;
        }
        if (tried === tries - 1) return this.#givenUp(error, changes, written);
        try {
          const decided = await this.#after(error, ids, part);
          changes = [...decided, ...changes.filter((change) => !part.includes(change))];
        } catch (hopeless) {
          return this.#givenUp(hopeless, changes, written);
        }
      }
    }
    return written;
  }

  /** What was written before stays written. */
  #givenUp(error: unknown, left: Step, written: Step): Step {
    this.#show(left, (change) => change.before);
    this.#host.failed(error);
    return written;
  }

  async #send(ids: readonly string[], part: Step): Promise<void> {
    const rows = this.#host.rows();
    const unknown = ids.filter((id) => rows.find(id) === undefined);
    const fetched = await this.#fetch(unknown);
    const body = ids.map((id) => {
      const values = part.filter((change) => change.id === id);
      const begun = values.find((change) => change.version !== undefined)?.version;
      const version = begun ?? (rows.find(id) ?? fetched.get(id))?.version;
      return {
        id,
        ...(version === undefined ? {} : { version }),
        ...Object.fromEntries(values.map(({ column, after }) => [column.path, toWritten(column.field, after)])),
      };
    });
    const { data } = await call<{ readonly data: readonly { readonly id: string; readonly version: number }[] }>(
      'PATCH',
      `records/${this.#host.object}`,
      body,
    );
    for (const { id, version } of data) rows.patch(id, { version });
    // Formulas, and the form in which the server keeps what was typed.
    void this.#readAgain(ids);
  }

  /** What is still to be written after a refusal. Throws what nobody can decide. */
  async #after(error: unknown, ids: readonly string[], part: Step): Promise<Step> {
    if (!(error instanceof Refusal)) throw error;
    if (error.status === 412) return this.#merge(ids, part);
    const items = error.errors.flatMap(({ path, message }) => {
      const [, index, field] = path.split('/');
      const id = ids[Number(index)];
      return part
        .filter((change) => change.id === id && (field === undefined || change.column.path === field))
        .map((change) => ({ change, message }));
    });
    if (items.length === 0) throw error;
    const refused = new Set(items.map(({ change }) => change));
    const rest = part.filter((change) => !refused.has(change));
    const decision = await this.#host.ask({ kind: 'refused', items, rest: rest.length });
    if (decision === 'rest') {
      this.#show([...refused], (change) => change.before);
      return rest;
    }
    this.#show(part, (change) => change.before);
    return [];
  }

  async #merge(ids: readonly string[], part: Step): Promise<Step> {
    const rows = this.#host.rows();
    const { changedBy } = this.#host;
    const fresh = await this.#fetch(ids, changedBy === null ? [] : [changedBy]);
    const gone = part.filter((change) => !fresh.has(change.id));
    // From here on the version that was read just now counts.
    const kept = part.filter((change) => fresh.has(change.id)).map(({ version: _, ...change }): Change => change);
    const conflicts = kept.flatMap((change) => {
      const record = fresh.get(change.id);
      if (record === undefined) return [];
      const theirs = valueAt(record, change.column.path);
      if (same(change, theirs, change.before) || same(change, theirs, change.after)) return [];
      const by = changedBy === null ? null : record[changedBy];
      const name = typeof by === 'object' && by !== null && 'name' in by ? String(by.name) : undefined;
      return [{ change, theirs, ...(name === undefined ? {} : { by: name }) }];
    });
    for (const [id, record] of fresh) {
      const mine = kept.filter((change) => change.id === id).map(({ column, after }) => [column.path, after]);
      rows.patch(id, { ...record, ...Object.fromEntries(mine) });
    }
    if (gone.length > 0) rows.refresh();
    if (conflicts.length === 0) return kept;
    const disputed = new Set(conflicts.map(({ change }) => change));
    const rest = kept.filter((change) => !disputed.has(change));
    const decision = await this.#host.ask({ kind: 'conflict', items: conflicts, rest: rest.length });
    if (decision === 'mine') {
      // So that taking it back brings the other's value.
      return kept.map((change) => {
        const conflict = conflicts.find((one) => one.change === change);
        return conflict === undefined ? change : { ...change, before: conflict.theirs };
      });
    }
    for (const { change, theirs } of conflicts) rows.patch(change.id, { [change.column.path]: theirs });
    if (decision === 'theirs') return rest;
    this.#show(rest, (change) => change.before);
    return [];
  }

  async #readAgain(ids: readonly string[]): Promise<void> {
    try {
      const rows = this.#host.rows();
      for (const [id, record] of await this.#fetch(ids)) {
        // A newer edit of the page's own stays shown.
        const own = Object.keys(record).filter((field) => this.marks.has(`${id} ${field}`));
        const known = Object.fromEntries(Object.entries(record).filter(([field]) => !own.includes(field)));
        if ((rows.find(id)?.version ?? 0) <= record.version) rows.patch(id, known);
      }
    } catch {
      // What was written is written; the list shows the computed rest at its next reading.
    }
  }

  async #fetch(ids: readonly string[], more: readonly string[] = []): Promise<ReadonlyMap<string, RecordData>> {
    const found = new Map<string, RecordData>();
    const fields = [...this.#host.fields(), ...more];
    for (let from = 0; from < ids.length; from += 500) {
      const part = ids.slice(from, from + 500);
      const filter = { field: 'id', op: 'in', value: part };
      const body = { fields, filter, limit: 500 };
      const { data } = await call<Page>('POST', `records/${this.#host.object}/query`, body);
      for (const record of data) found.set(record.id, record);
    }
    return found;
  }

  #show(changes: Step, value: (change: Change) => unknown): void {
    const rows = this.#host.rows();
    const byId = new Map<string, Record<string, unknown>>();
    for (const change of changes) {
      byId.set(change.id, { ...byId.get(change.id), [change.column.path]: value(change) });
    }
    for (const [id, values] of byId) rows.patch(id, values);
  }
}

function keyOf({ id, column }: Change): string {
  return `${id} ${column.path}`;
}

function inverse(step: Step): Step {
  return step.map((change) => ({ ...change, before: change.after, after: change.before }));
}

/** Related records are the same by their ids, however much of them is known. */
function same({ column: { field } }: Change, one: unknown, other: unknown): boolean {
  if (isRelation(field)) return sameValue(toWritten(field, one), toWritten(field, other));
  if (field.type === 'money') return sameValue(amount(one), amount(other));
  return sameValue(one, other);
}

function amount(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('amount' in value)) return value;
  return [Number(value.amount), 'currency' in value ? value.currency : null];
}
