import type { Actor, Kernel } from '@huike/kernel';
import { type Json, type JsonObject, type Label, labelOf, problem } from '@huike/schema';
import { shownValue, viewerOf } from '../customer/sight.ts';
import { fromKey, kindsOf } from '../identifier/kinds.ts';
import { readerFor, recordsById } from '../record/records.ts';
import { customerObject } from '../record/sync.ts';

// The review queue: pairs side by side, with why they may be one.

export const decisions = ['same', 'different', 'later'] as const;
export type Decision = (typeof decisions)[number];

export interface Review {
  readonly id: string;
  readonly kind: string;
  /** The identifier that it is about, as far as the viewer sees it. */
  readonly about: { readonly kind: string; readonly label: Label; readonly value: string } | null;
  readonly probability: number | null;
  /** The waterfall: what each column adds. */
  readonly weights: Json;
  readonly state: string;
  readonly createdAt: string;
  /** The customers as the viewer may read them: two, or the one that has too many identifiers. */
  readonly customers: readonly JsonObject[];
}

interface Row {
  readonly id: string;
  readonly a: string;
  readonly b: string;
  readonly kind: string;
  readonly key: string | null;
  readonly probability: number | null;
  readonly weights: Json;
  readonly state: string;
  readonly createdAt: string;
}

const rowsText = `
select r.id, coalesce(x.survivor, r.a) as a, coalesce(y.survivor, r.b) as b, r.kind, r.key, r.probability, r.weights, r.state,
  r.created_at as "createdAt"
from huike.identity_review r
left join huike.identity x on x.id = r.a left join huike.identity y on y.id = r.b
where r.state = $1 and (coalesce(r.probability, 0), r.id) < ($2, $3::uuid)
order by coalesce(r.probability, 0) desc, r.id desc limit $4`;

export interface ReviewPage {
  readonly data: readonly Review[];
  readonly next: string | null;
}

const first = [2, 'ffffffff-ffff-ffff-ffff-ffffffffffff'] as const;

/** Reviews whose customers the actor may read, the likeliest first. Throws `customer.absent`, `query.cursor`. */
export async function reviews(
  kernel: Kernel,
  actor: Actor,
  page: { readonly state: 'open' | 'later'; readonly limit: number; readonly cursor?: string },
): Promise<ReviewPage> {
  const catalog = kernel.catalogs.current();
  const object = customerObject(catalog);
  if (object === null) throw problem('customer.absent');
  const [probability, id] = page.cursor === undefined ? first : decode(page.cursor);
  const rows = await kernel.db.queryText<Row>(rowsText, [page.state, probability, id, page.limit + 1], 'review.rows');
  const shown = rows.slice(0, page.limit);
  const records = await recordsById(readerFor(kernel, actor), object.name, [
    ...new Set(shown.flatMap(({ a, b }) => [a, b])),
  ]);
  const viewer = viewerOf(catalog, actor, object);
  const kinds = kindsOf(catalog);
  const data = shown.flatMap(({ a, b, key, ...rest }): Review[] => {
    const customers = [...new Set([a, b])].map((one) => records.get(one));
    // A pair that became one by other evidence needs nobody.
    if (customers.includes(undefined) || (a === b && ['match', 'duplicate', 'recycled'].includes(rest.kind))) return [];
    const identifier = key === null ? null : fromKey(kinds, key);
    const value = identifier === null ? null : shownValue(viewer, identifier);
    const about =
      identifier === null || value === null
        ? null
        : { kind: identifier.kind.name, label: labelOf(identifier.kind.definition), value };
    return [{ ...rest, about, customers: customers.filter((one) => one !== undefined) }];
  });
  const last = shown.at(-1);
  const next = rows.length > page.limit && last !== undefined ? encode(last) : null;
  return { data, next };
}

const encode = ({ probability, id }: Row) => Buffer.from(JSON.stringify([probability ?? 0, id])).toString('base64url');

function decode(cursor: string): readonly [number, string] {
  try {
    const value: Json = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(value)) {
      const [probability, id] = value;
      if (typeof probability === 'number' && typeof id === 'string' && /^[0-9a-f-]{36}$/.test(id))
        return [probability, id];
    }
  } catch {
    // Told below.
  }
  throw problem('query.cursor');
}

/** The customers of a review. Throws `review.unknown`. */
export async function customersOf(kernel: Kernel, id: string): Promise<readonly [string, string]> {
  const [row] = await kernel.db.queryText<{ a: string; b: string }>(
    'select a, b from huike.identity_review where id = $1',
    [id],
    'review.pair',
  );
  if (row === undefined) throw problem('review.unknown');
  return [row.a, row.b];
}

/** Keeps what was decided of a pair, for whatever reason it was asked. */
export async function decide(
  kernel: Kernel,
  who: string,
  pair: readonly [string, string],
  decision: Decision,
): Promise<void> {
  await kernel.db.queryText(
    `update huike.identity_review set state = $3, decided_at = $4, decided_by = $5
where a = $1 and b = $2 and state in ('open', 'later')`,
    [...pair, decision, kernel.now().toISOString(), who],
    'review.decide',
  );
}
