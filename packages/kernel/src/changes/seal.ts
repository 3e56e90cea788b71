// Sealing: committed rows leave change_pending for change, in the order in which they were written. They get their
// dense sequence and a digest each, and one block chains the digests to all before. A row that is still in flight is
// simply taken later: nobody waits for it and no reader's cursor passes it.
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from '../database/errors.ts';
import { failPoint } from '../database/failpoint.ts';
import type { Database } from '../database/pool.ts';
import { type SQL, sql } from '../database/sql.ts';
import { ensurePartitions } from './partitions.ts';

/** The channel on which each block announces its last seq. */
export const sealedChannel = 'huike_sealed';

/** What the digest of a row covers, as canonical text. `row` has the columns of huike.change. */
export function payload(row: SQL): SQL {
  const text = (name: string) => sql`${row}.${sql.identifier(name)}::text`;
  const columns = sql.join(covered.map(text), ', ');
  return sql`convert_to(array[${columns}, extract(epoch from ${row}.at)::text]::text || ${text('data')}, 'UTF8')`;
}

const covered = 'seq kind op object record version actor on_behalf batch request ip agent'.split(' ');

/** What the hash of a block covers besides its digests. */
export function blockHeader(block: SQL, first: SQL, last: SQL, previous: SQL): SQL {
  return sql`${previous} || convert_to(${block} || ':' || ${first} || ':' || ${last}, 'UTF8')`;
}

const n = sql.identifier(Symbol('n'));
const limit = Symbol('limit');
const sealStatement = sql`
with head as materialized (
  select seq, block, hash, greatest(sealed, now()) as sealed from huike.change_head for update skip locked
), taken as (
  delete from huike.change_pending p using head
  where p.n <= (select max(n) from (select n from huike.change_pending order by n limit ${sql.placeholder(limit)}) f)
  returning p.*
), numbered as materialized (
  select head.seq + row_number() over (order by t.n) as seq, head.sealed, head.block + 1 as block, t.kind, t.op,
    t.object, t.record, t.version, t.actor, t.on_behalf, t.at, t.batch, t.request, t.ip, t.agent, t.data,
    uuid_send(gen_random_uuid()) as salt
  from taken t, head
), digested as materialized (
  select ${n}.*, sha256(${n}.salt || ${payload(n)}) as digest from numbered ${n}
), inserted as (
  insert into huike.change (seq, sealed, block, kind, op, object, record, version, actor, on_behalf, at, batch,
    request, ip, agent, data, salt, digest)
  select seq, sealed, block, kind, op, object, record, version, actor, on_behalf, at, batch, request, ip, agent,
    data, salt, digest from digested order by seq
), bounds as (
  select min(seq) as first_seq, max(seq) as last_seq, count(*)::int as rows,
    string_agg(digest, ''::bytea order by seq) as digests from digested having count(*) > 0
), made as (
  insert into huike.change_block (block, first_seq, last_seq, sealed, hash)
  select head.block + 1, first_seq, last_seq, sealed,
    sha256(${blockHeader(sql`(head.block + 1)`, sql`first_seq`, sql`last_seq`, sql`head.hash`)} || digests)
  from bounds, head returning *
), moved as (
  update huike.change_head h set seq = m.last_seq, block = m.block, sealed = m.sealed, hash = m.hash from made m
)
select exists (select from head) as held, b.rows, b.last_seq::float8 as "lastSeq",
  case when b.last_seq is not null then pg_notify(${sql.literal(sealedChannel)}, b.last_seq::text) is not null end as notified
from (select) one left join bounds b on true`;

/** The most rows in one block. */
const blockLimit = 10_000;

/** What one sealing did. */
export interface Sealed {
  /** False when another process was at it. */
  readonly held: boolean;
  readonly rows: number;
}

/** Seals up to `max` committed rows as one block, in one transaction. Partitions must be there. */
export async function seal(db: Database, max: number = blockLimit): Promise<Sealed> {
  const { text, values } = sql.compile(sealStatement, { placeholderValues: new Map([[limit, sql.value(max)]]) });
  failPoint('changes.seal');
  const [result] = await db.queryText<{ held: boolean; rows: number | null }>(text, values, 'changes.seal');
  if (result?.rows) failPoint('changes.sealed');
  return { held: result?.held ?? false, rows: result?.rows ?? 0 };
}

/** Seals all that is committed now. For tests, backups and commands; the server has a Sealer. */
export async function sealAll(db: Database): Promise<void> {
  await ensurePartitions(db);
  for (;;) {
    const { held, rows } = await seal(db);
    if (held && rows < blockLimit) return;
    if (!held) await sleep(5);
  }
}

export interface SealerOptions {
  /** Milliseconds between looks at what other processes wrote; default 1,000. */
  readonly poll?: number;
  readonly onError: (error: unknown) => void;
}

/** Milliseconds that a committed change may wait for company: unseen by people, and many times fewer blocks. */
const gatherMs = 25;

/** The loop that seals. Any number of processes may run one: one at a time works. */
export class Sealer {
  readonly #db: Database;
  readonly #poll: number;
  readonly #onError: (error: unknown) => void;
  #partitionsUntil = new Date(0);
  #hinted = false;
  #wake: () => void = () => {};
  #stopped = false;
  readonly #loop: Promise<void>;

  constructor(db: Database, options: SealerOptions) {
    this.#db = db;
    this.#poll = options.poll ?? 1000;
    this.#onError = options.onError;
    this.#loop = this.#run();
  }

  /** Something was committed: seal soon. Costs nothing. */
  hint(): void {
    this.#hinted = true;
    this.#wake();
  }

  /** Ends the loop after the block under way. What is not sealed waits for the next sealer. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake();
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      this.#hinted = false;
      const more = await this.#sealSome();
      if (!more && !this.#hinted) await this.#pause(this.#poll);
      // Under load one block takes what many writes left, instead of a block for each.
      if (!more) await this.#gather();
    }
  }

  /** Lets writes gather for a moment; hints don't cut it short. */
  async #gather(): Promise<void> {
    if (!this.#stopped) await sleep(gatherMs);
  }

  /** Whether to look again at once. */
  async #sealSome(): Promise<boolean> {
    try {
      if (new Date() >= this.#partitionsUntil) this.#partitionsUntil = await ensurePartitions(this.#db);
      const { held, rows } = await seal(this.#db);
      // Whoever holds it may have begun before what we were told of was committed.
      if (!held) await this.#pause(20);
      return !held || rows === blockLimit;
    } catch (error) {
      // No partition for the month: clocks differ, or a restored backup is older than this process.
      if (errorCode(error) === '23514') this.#partitionsUntil = new Date(0);
      else this.#onError(error);
      await this.#pause(this.#poll);
      return false;
    }
  }

  async #pause(milliseconds: number): Promise<void> {
    if (this.#stopped) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, milliseconds);
    this.#wake = resolve;
    await promise;
    clearTimeout(timer);
  }
}
