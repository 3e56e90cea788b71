import {
  type Actor,
  ensurePartitions,
  type Kernel,
  type ReadingWriter,
  type SystemActor,
  type Tx,
} from '@huike/kernel';
import { type ErrorCode, type ErrorParams, isId, isJsonObject, type Json, problem } from '@huike/schema';
import { kindsOf } from './identifier/kinds.ts';
import { adopt, type Merged, mergeCustomers } from './merge/merge.ts';
import { unmergeCustomers } from './merge/unmerge.ts';
import { customerObject } from './record/sync.ts';
import { customersOf, type Decision, decide } from './review/queue.ts';
import type { Stitching } from './stitch/context.ts';
import { bringRecords, identify } from './stitch/stitch.ts';
import { Batches, type Taken } from './track/batches.ts';
import { eventLimits, isRefusal, readEvent, type Source, type TrackEvent } from './track/event.ts';
import { forget, type Interaction, storeInteractions, takeNew } from './track/interactions.ts';
import { storeRecords } from './track/records.ts';

// Who is the same customer. One an application; everything else goes through the kernel.

const actor: SystemActor = { kind: 'system', name: 'identity' };

export interface Rejected {
  readonly index: number;
  /** The sender's id of the event, where it gave one. */
  readonly id: string | null;
  readonly code: ErrorCode;
  readonly params: ErrorParams;
  /** Which part of the event, as `/identifiers/phone`. */
  readonly path: string;
}

export interface Tracked {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: readonly Rejected[];
}

export class Identity {
  readonly #kernel: Kernel;
  readonly #batches = new Batches((events) => this.#take(events));
  #partitionsUntil = new Date(0);

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Takes in the events of a channel; answers after the commit. What is wrong with one keeps out none but that one. */
  async track(source: Source, given: readonly Json[]): Promise<Tracked> {
    const now = this.#kernel.now();
    const kinds = kindsOf(this.#kernel.catalogs.current());
    const events: TrackEvent[] = [];
    const rejected: Rejected[] = [];
    /** Where the events stood among what was given. */
    const indexes: number[] = [];
    for (const [index, one] of given.entries()) {
      const read = readEvent(one, kinds, source, now);
      if (isRefusal(read)) rejected.push({ index, id: idOf(one), ...read });
      else {
        events.push(read);
        indexes.push(index);
      }
    }
    if (events.length === 0) return { accepted: 0, duplicates: 0, rejected };
    const { kept, refused } = await this.#batches.add(events);
    const known = rejected.length;
    const told = new Set<string>();
    let accepted = 0;
    for (const [at, event] of events.entries()) {
      if (kept.has(event)) accepted++;
      const refusal = refused.get(event.id);
      // Of two with one id the first was tried.
      if (refusal === undefined || told.has(event.id)) continue;
      told.add(event.id);
      rejected.push({ index: indexes[at] ?? 0, id: event.senderId, ...refusal });
    }
    const duplicates = events.length - accepted - (rejected.length - known);
    rejected.sort((a, b) => a.index - b.index);
    return { accepted, duplicates, rejected };
  }

  /**
   * Joins customers by a person's decision. Throws `customer.unknown` for one that the actor may not read,
   * `access.denied` for one that may not be changed, `merge.same`.
   */
  async merge(actor: Actor, ids: readonly string[], reason: string | null): Promise<Merged> {
    const wanted = [...new Set(ids.map(knownId))];
    const customers = new Set(await Promise.all(wanted.map((id) => this.customerOf(id))));
    await this.#demand(actor, [...customers]);
    const records = await this.#recordsAmong(wanted);
    const who = actor.kind === 'user' ? actor.id : actor.name;
    return this.transact(async (context) => {
      await adopt(context, records);
      const decision = { source: 'person' as const, actor: who, reason, evidence: { customers: wanted } };
      return mergeCustomers(context, customerObject(context.catalog), wanted, decision, customers);
    });
  }

  /** Undoes a merge; the customers that it is now. Throws as `merge`, and `merge.unknown`, `merge.undone`. */
  async unmerge(actor: Actor, given: string, merge: string): Promise<string[]> {
    const id = knownId(given);
    const customer = await this.customerOf(id);
    await this.#demand(actor, [customer]);
    const who = actor.kind === 'user' ? actor.id : actor.name;
    return this.transact((context) => {
      const object = customerObject(context.catalog);
      return unmergeCustomers(context, object, { id, customer }, isId(merge) ? merge : id, who);
    });
  }

  /** Decides a review. Two that are the same are merged. Throws as `merge`, and `review.unknown`. */
  async decide(actor: Actor, review: string, decision: Decision): Promise<Merged | null> {
    const pair = await customersOf(this.#kernel, knownId(review));
    const who = actor.kind === 'user' ? actor.id : actor.name;
    const customers = await Promise.all(pair.map((id) => this.customerOf(id)));
    await this.#demand(actor, customers);
    const same = decision === 'same' && customers[0] !== customers[1];
    const merged = same ? await this.merge(actor, customers, null) : null;
    await decide(this.#kernel, who, pair, decision);
    return merged;
  }

  /** The customer that an id is read as: the id itself unless it was merged. */
  async customerOf(id: string): Promise<string> {
    const [row] = await this.#kernel.db.queryText<{ survivor: string }>(
      'select survivor from huike.identity where id = $1',
      [id],
      'identity.customerOf',
    );
    return row?.survivor ?? id;
  }

  /** A customer without a record is a visitor: whoever may see customers at all may join it to one. */
  async #demand(actor: Actor, ids: readonly string[]): Promise<void> {
    const object = customerObject(this.#kernel.catalogs.current());
    if (object === null) throw problem('customer.absent');
    // First what is there: a record that is made meanwhile isn't held against anybody.
    const records = await this.#recordsAmong(ids);
    const [readable, changeable] = await Promise.all([
      this.#kernel.visibleAmong(actor, object.name, records),
      this.#kernel.visibleAmong(actor, object.name, records, 'update'),
    ]);
    for (const id of records) {
      if (!readable.has(id)) throw problem('customer.unknown');
      if (!changeable.has(id)) throw problem('access.denied');
    }
  }

  async #recordsAmong(ids: readonly string[]): Promise<string[]> {
    const object = customerObject(this.#kernel.catalogs.current());
    if (object === null) return [];
    return [...(await this.#kernel.visibleAmong(actor, object.name, ids))];
  }

  async #take(events: readonly TrackEvent[]): Promise<Taken> {
    const now = this.#kernel.now();
    if (now >= this.#partitionsUntil) this.#partitionsUntil = await ensurePartitions(this.#kernel.db, 'interaction');
    return this.transact(async (context) => {
      const fresh = await takeNew(context.tx, events, now);
      if (fresh.length === 0) return { kept: new Set(), refused: new Map() };
      const own = customerObject(context.catalog)?.name;
      const stitched = await identify(
        context,
        fresh.map(({ id, channel, at, identifiers, traits, record, type }) => ({
          event: id,
          name: typeof traits.name === 'string' ? traits.name : null,
          signsOut: type === 'signOut',
          ...{ channel, at, identifiers },
          // A member of a till: what the record says is said of the customer.
          traits: record === null || record.object !== own ? traits : { ...record.values, ...traits },
        })),
      );
      const interactions = fresh.map((event, at) => ({ identity: stitched.identities[at] ?? event.id, event }));
      const bringsRecord = ({ event: { record } }: Interaction) => record !== null && record.object !== own;
      const withRecord = interactions.filter(bringsRecord);
      const alone = withRecord.length === 0 ? interactions : interactions.filter((one) => !bringsRecord(one));
      // Before the records, which others wait for from the moment that they are written until the commit.
      await storeInteractions(context.tx, alone, now);
      await bringRecords(context, stitched);
      const refused = await storeRecords(context, withRecord);
      await forget(context.tx, [...refused.keys()]);
      const written = withRecord.filter(({ event }) => !refused.has(event.id));
      await storeInteractions(context.tx, written, now);
      return { kept: new Set([...alone, ...written].map(({ event }) => event)), refused };
    });
  }

  /** A transaction of the identity engine's own: `fn` may run several times. */
  transact<T>(fn: (context: Stitching) => Promise<T>): Promise<T> {
    return this.#kernel.transact(actor, (tx: Tx, writer: ReadingWriter) => {
      const catalog = this.#kernel.catalogs.current();
      return fn({ tx, writer, catalog, kinds: kindsOf(catalog), now: this.#kernel.now() });
    });
  }
}

function knownId(id: string): string {
  const known = id.toLowerCase();
  if (!isId(known)) throw problem('customer.unknown');
  return known;
}

function idOf(event: Json): string | null {
  const id = isJsonObject(event) ? event.id : null;
  return typeof id === 'string' ? id.slice(0, eventLimits.name) : null;
}
