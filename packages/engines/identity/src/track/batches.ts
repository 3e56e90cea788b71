import type { Refusal, TrackEvent } from './event.ts';

// Calls that come while others are under way wait, and are taken in together: one transaction for many calls costs little
// more than for one. Calls that know a customer by the same identifier are never under way side by side, so that they
// don't wait for each other's locks, or begin anew, in the database.

export interface Taken {
  /** Events that were stored. */
  readonly kept: ReadonlySet<TrackEvent>;
  /** Events whose records can't be written, by the interaction's id. */
  readonly refused: ReadonlyMap<string, Refusal>;
}

/** Takes in events in one transaction; those that come to nothing are told, or it throws and has no effect. */
export type Take = (events: readonly TrackEvent[]) => Promise<Taken>;

interface Call {
  readonly events: readonly TrackEvent[];
  /** Of the interactions, and of whom they are. */
  readonly keys: readonly string[];
  readonly resolve: (taken: Taken) => void;
  readonly reject: (error: unknown) => void;
}

/** Transactions under way: while one is worked out in here, the other is in the database. */
const lanes = 2;
/** Events of several calls in one transaction. */
const together = 2_000;

export class Batches {
  readonly #take: Take;
  /** Keys of the calls that are under way. */
  readonly #busy = new Set<string>();
  #underWay = 0;
  #waiting: Call[] = [];

  constructor(take: Take) {
    this.#take = take;
  }

  /** Takes in the events of a call: all of them in one transaction, which may hold other calls too. */
  add(events: readonly TrackEvent[]): Promise<Taken> {
    const keys = events.flatMap(({ id, identifiers }) => [id, ...identifiers.map(({ key }) => key)]);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ events, keys, resolve, reject });
      this.#start();
    });
  }

  #start(): void {
    while (this.#underWay < lanes) {
      const calls = this.#next();
      if (calls.length === 0) return;
      this.#underWay++;
      for (const { keys } of calls) for (const key of keys) this.#busy.add(key);
      void run(this.#take, calls).then(() => {
        this.#underWay--;
        for (const { keys } of calls) for (const key of keys) this.#busy.delete(key);
        this.#start();
      });
    }
  }

  /** Takes those that come next out of the calls that wait. None overtakes one that it has a customer in common with. */
  #next(): Call[] {
    const next: Call[] = [];
    const left: Call[] = [];
    /** Of calls that must wait on. */
    const blocked = new Set<string>();
    const events = new Set<string>();
    for (const [at, call] of this.#waiting.entries()) {
      if (next.length > 0 && events.size + call.events.length > together) {
        left.push(...this.#waiting.slice(at));
        break;
      }
      // Of the same event twice it is told of each what became of it: they go one after the other.
      if (
        call.keys.some((key) => this.#busy.has(key) || blocked.has(key)) ||
        call.events.some(({ id }) => events.has(id))
      ) {
        for (const key of call.keys) blocked.add(key);
        left.push(call);
      } else {
        for (const { id } of call.events) events.add(id);
        next.push(call);
      }
    }
    this.#waiting = left;
    return next;
  }
}

/** Runs calls together; if that fails, each alone, so that it is told to the one whose fault it is. Never throws. */
async function run(take: Take, calls: readonly Call[]): Promise<void> {
  try {
    const taken = await take(calls.flatMap(({ events }) => events));
    for (const { resolve } of calls) resolve(taken);
  } catch (error) {
    if (calls.length === 1) for (const { reject } of calls) reject(error);
    else await Promise.all(calls.map((call) => run(take, [call])));
  }
}
