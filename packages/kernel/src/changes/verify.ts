// Whether the log is what was written: every digest is computed again, every block, and the chain between them.

import { sql } from '../database/sql.ts';
import type { Queryable } from '../database/transaction.ts';
import { blockHeader, payload } from './seal.ts';

export interface Fault {
  readonly block: number;
  /** The change concerned, where it is one. */
  readonly seq: number | null;
  /**
   * `altered`: a change isn't what was sealed; `missing`: a change or block is gone; `chain`: the block's hash doesn't
   * follow from its digests and the block before; `extra`: a change stands in no block; `erased`: values are gone and
   * no event tells who erased them.
   */
  readonly kind: 'altered' | 'missing' | 'chain' | 'extra' | 'erased';
}

/** A point of the chain to be kept elsewhere: a log that was rewritten as a whole can't meet it any more. */
export interface ChainHead {
  readonly block: number;
  readonly seq: number;
  readonly hash: string;
}

export interface Verification {
  readonly faults: readonly Fault[];
  readonly blocks: number;
  readonly head: ChainHead;
}

/** The type of the event that tells of erased changes; its data is `{seqs, reason}`. */
export const eraseEvent = 'change.erase';

const chunk = 50;
const maxFaults = 100;

/** The present end of the chain. */
export async function chainHead(db: Queryable): Promise<ChainHead> {
  const [head] = await db.query<ChainHead>(sql`
select block::float8 as block, seq::float8 as seq, encode(hash, 'hex') as hash from huike.change_head`);
  if (head === undefined) throw new Error('huike.change_head is empty');
  return head;
}

/** Verifies the chain after `from` (default: from the beginning) and returns what is wrong, at most 100 faults. */
export async function verifyChain(db: Queryable, from?: ChainHead): Promise<Verification> {
  const head = await chainHead(db);
  const faults: Fault[] = [];
  let at: ChainHead = from ?? { block: 0, seq: 0, hash: emptyHash };
  if (from !== undefined && from.block > 0 && !(await stands(db, from)))
    faults.push({ block: from.block, seq: null, kind: 'chain' });
  let blocks = 0;
  while (at.block < head.block && faults.length < maxFaults) {
    const upTo = Math.min(at.block + chunk, head.block);
    const begin = at.seq;
    for (const block of await readBlocks(db, at, upTo)) {
      faults.push(...blockFaults(at, block));
      at = { block: block.block, seq: block.last, hash: block.hash };
      blocks++;
    }
    if (at.block < upTo) {
      faults.push({ block: upTo, seq: null, kind: 'missing' });
      at = { ...at, block: upTo };
    }
    if ((await countRows(db, begin, at.seq)) > at.seq - begin) faults.push({ block: upTo, seq: null, kind: 'extra' });
  }
  if (at.block === head.block && (at.hash !== head.hash || at.seq !== head.seq))
    faults.push({ block: head.block, seq: null, kind: 'chain' });
  faults.push(...(await untoldErasures(db, from?.seq ?? 0)), ...(await beyond(db)));
  return { faults: faults.slice(0, maxFaults), blocks, head };
}

const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

interface Block {
  readonly block: number;
  readonly first: number;
  readonly last: number;
  readonly hash: string;
  /** As it follows from the block before and the digests of its rows. */
  readonly expected: string;
  readonly previous: string;
  readonly rows: number;
  readonly altered: readonly number[];
}

function readBlocks(db: Queryable, after: ChainHead, upTo: number): Promise<Block[]> {
  const c = sql.identifier('c');
  const digests = sql`coalesce(r.digests, ''::bytea)`;
  return db.query<Block>(sql`
with blocks as (
  select b.*, lag(hash, 1, decode(${sql.value(after.hash)}, 'hex')) over (order by block) as previous
  from huike.change_block b where block > ${sql.value(after.block)} and block <= ${sql.value(upTo)}
)
select b.block::float8 as block, b.first_seq::float8 as first, b.last_seq::float8 as last,
  encode(b.hash, 'hex') as hash, encode(b.previous, 'hex') as previous, coalesce(r.rows, 0) as rows,
  encode(sha256(${blockHeader(sql`b.block`, sql`b.first_seq`, sql`b.last_seq`, sql`b.previous`)} || ${digests}), 'hex') as expected,
  coalesce(r.altered, '{}') as altered
from blocks b left join lateral (
  select count(*)::int as rows, string_agg(${c}.digest, ''::bytea order by ${c}.seq) as digests,
    array_agg(${c}.seq::float8) filter (
      where ${c}.block <> b.block or ${c}.salt is not null and ${c}.digest <> sha256(${c}.salt || ${payload(c)})) as altered
  from huike.change ${c} where ${c}.seq between b.first_seq and b.last_seq and ${c}.sealed = b.sealed
) r on true
order by b.block`);
}

function blockFaults(before: ChainHead, block: Block): Fault[] {
  const faults: Fault[] = block.altered.map((seq) => ({ block: block.block, seq, kind: 'altered' }));
  const gap = block.block !== before.block + 1 || block.first !== before.seq + 1;
  if (gap || block.rows !== block.last - block.first + 1)
    faults.push({ block: block.block, seq: null, kind: 'missing' });
  if (block.hash !== block.expected) faults.push({ block: block.block, seq: null, kind: 'chain' });
  return faults;
}

async function countRows(db: Queryable, after: number, upTo: number): Promise<number> {
  const [found] = await db.query<{ rows: number }>(sql`
select count(*)::int as rows from huike.change where seq > ${sql.value(after)} and seq <= ${sql.value(upTo)}`);
  return found?.rows ?? 0;
}

/** Rows that stand after the end of the chain. */
async function beyond(db: Queryable): Promise<Fault[]> {
  const rows = await db.query<{ block: number; seq: number }>(sql`
select block::float8 as block, seq::float8 as seq from huike.change
where seq > (select seq from huike.change_head) order by seq limit 10`);
  return rows.map((row) => ({ ...row, kind: 'extra' as const }));
}

/** Whether a head that was kept elsewhere is still part of the chain. */
async function stands(db: Queryable, head: ChainHead): Promise<boolean> {
  const found = await db.query(sql`
select 1 from huike.change_block where block = ${sql.value(head.block)} and last_seq = ${sql.value(head.seq)}
  and hash = decode(${sql.value(head.hash)}, 'hex')`);
  return found.length === 1;
}

async function untoldErasures(db: Queryable, after: number): Promise<Fault[]> {
  const told = sql`
select value::bigint from (
  select data from huike.change where kind = 'event' and op = ${sql.literal(eraseEvent)}
  union all select data from huike.change_pending where kind = 'event' and op = ${sql.literal(eraseEvent)}
) e, jsonb_array_elements_text(e.data -> 'seqs')`;
  const rows = await db.query<{ block: number; seq: number }>(sql`
select block::float8 as block, seq::float8 as seq from huike.change
where salt is null and seq > ${sql.value(after)} and seq not in (${told}) order by seq limit ${sql.value(maxFaults)}`);
  return rows.map((row) => ({ ...row, kind: 'erased' as const }));
}
