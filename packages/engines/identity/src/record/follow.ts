import {
  advanceCursor,
  type CatalogField,
  type CatalogObject,
  createCursor,
  type Kernel,
  readChanges,
  type SealedChange,
  type SystemActor,
} from '@huike/kernel';
import type { Json, JsonObject } from '@huike/schema';
import { identifierFields } from '../identifier/fields.ts';
import { type Identifier, identifierOf, kindsOf } from '../identifier/kinds.ts';
import { adopt } from '../merge/merge.ts';
import type { Stitching } from '../stitch/context.ts';
import type { Arrival } from '../stitch/plan.ts';
import { stitch } from '../stitch/stitch.ts';
import { recordsById } from './records.ts';
import { customerObject } from './sync.ts';
import { recordChannel, storeTraits, type Trait } from './traits.ts';

// Records that people and imports make become customers that channels find: the follower reads the log of changes behind
// a cursor of its own, so that nothing is passed over and nothing is done twice, whatever dies.

const actor: SystemActor = { kind: 'system', name: 'identity' };
const cursor = 'identity.records';
const atOnce = 500;
const every = 500;

export interface FollowerOptions {
  readonly onError: (error: unknown) => void;
}

/** Follows the log while the process lives. One of several servers follows at a time. */
export class RecordFollower {
  readonly #kernel: Kernel;
  readonly #options: FollowerOptions;
  #running: Promise<void> = Promise.resolve();
  #busy = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(kernel: Kernel, options: FollowerOptions) {
    this.#kernel = kernel;
    this.#options = options;
  }

  async start(): Promise<void> {
    await createCursor(this.#kernel.db, cursor);
    this.#timer = setInterval(() => this.#wake(), every);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  #wake(): void {
    if (this.#busy) return;
    this.#busy = true;
    this.#running = this.#catchUp().finally(() => {
      this.#busy = false;
    });
  }

  async #catchUp(): Promise<void> {
    try {
      while (!this.#kernel.draining && (await followRecords(this.#kernel)) > 0);
    } catch (error) {
      this.#options.onError(error);
    }
  }
}

/** Takes in the next changes; how many there were, 0 also when another server is at it. */
export function followRecords(kernel: Kernel): Promise<number> {
  return kernel.transact(actor, async (tx, writer) => {
    const [at] = await tx.queryText<{ seq: number }>(
      'select seq::float8 as seq from huike.change_cursor where name = $1 for update skip locked',
      [cursor],
      'identity.cursor',
    );
    if (at === undefined) return 0;
    const changes = await readChanges(tx, at.seq, atOnce);
    const last = changes.at(-1);
    if (last === undefined) return 0;
    const catalog = kernel.catalogs.current();
    const object = customerObject(catalog);
    if (object !== null) {
      const context = { tx, writer, catalog, kinds: kindsOf(catalog), now: kernel.now() };
      await take(
        context,
        object,
        changes.filter((change) => change.object === object.id && change.actor !== actor.name),
      );
    }
    await advanceCursor(tx, cursor, last.seq);
    return changes.length;
  });
}

async function take(context: Stitching, object: CatalogObject, changes: readonly SealedChange[]): Promise<void> {
  const fields = identifierFields(object);
  const tags = new Set([object.title, ...fields.keys()].map(({ tag }) => String(tag)));
  const gone = new Set<string>();
  const touched = new Set<string>();
  /** By record, the tags of fields that were given. */
  const given = new Map<string, Set<string>>();
  for (const { op, record, data } of changes) {
    if (record === null) continue;
    const changed = Object.keys(data);
    given.set(record, (given.get(record) ?? new Set()).union(new Set(changed)));
    if (op === 'delete') gone.add(record);
    else if (op !== 'update' || changed.some((tag) => tags.has(tag))) {
      gone.delete(record);
      touched.add(record);
    }
  }
  if (gone.size > 0) await letGo(context, [...gone]);
  const records =
    given.size === 0
      ? new Map<string, JsonObject>()
      : await recordsById(context.writer, object.name, [...given.keys()]);
  if (records.size === 0) return;
  await adopt(context, [...records.keys()]);
  const arrivals = [...records].map(([id, record]) => arrivalOf(context, object, fields, id, record));
  await storeTraits(context.tx, [
    ...arrivals.flatMap(({ identity, name, at }) =>
      name === null ? [] : [{ identity, field: 'name', channel: recordChannel, value: name, at }],
    ),
    ...[...records].flatMap(([id, record]) => entered(context, object, id, record, given.get(id) ?? new Set())),
  ]);
  await stitch(
    context,
    arrivals.filter(({ identity, identifiers }) => identifiers.length > 0 && touched.has(identity)),
  );
}

/** What people entered: of those fields no channel says any more what they hold. */
function entered(
  { now }: Stitching,
  object: CatalogObject,
  identity: string,
  record: JsonObject,
  tags: ReadonlySet<string>,
): Trait[] {
  return [...object.fields.values()].flatMap((field) => {
    const value: Json = record[field.name] ?? null;
    const plain = !field.system && field.target === null && field.handler.parse !== null;
    if (!plain || value === null || !tags.has(String(field.tag))) return [];
    return [{ identity, field: field.name, channel: recordChannel, value, at: now }];
  });
}

function arrivalOf(
  { kinds, now }: Stitching,
  object: CatalogObject,
  fields: ReadonlyMap<CatalogField, string>,
  id: string,
  record: JsonObject,
): Arrival & { readonly identity: string; readonly traits: JsonObject } {
  const identifiers: Identifier[] = [];
  for (const [field, name] of fields) {
    const kind = kinds.get(name);
    const value: Json = record[field.name] ?? null;
    const identifier = kind === undefined || typeof value !== 'string' ? null : identifierOf(kind, '', value);
    if (identifier !== null && identifier !== 'nobody') identifiers.push(identifier);
  }
  identifiers.sort((a, b) => a.kind.order - b.kind.order);
  const title = record[object.title.name];
  const name = typeof title === 'string' ? title : null;
  return { event: null, channel: 'record', at: now, identifiers, name, signsOut: false, identity: id, traits: {} };
}

/** A customer whose record was deleted is nobody's any more: who comes with its identifiers is a new one. */
async function letGo({ tx }: Stitching, records: readonly string[]): Promise<void> {
  await tx.queryText(
    `delete from huike.identifier where identity in (select id from huike.identity where survivor = any($1))`,
    [records],
    'identity.letGo',
  );
}
