// What two people changed at the same time, field by field.

type Values = Readonly<Record<string, unknown>>;

export interface Clash {
  readonly field: string;
  readonly before: unknown;
  readonly mine: unknown;
  readonly theirs: unknown;
}

export interface Merge {
  /** What of mine meets no change of theirs: it can be saved over the latest as it is. */
  readonly clear: Values;
  /** Where both changed the same field, into different values. */
  readonly clashes: readonly Clash[];
}

/** Lays my changes of `before` over what the record is by now. */
export function mergeChanges(before: Values, latest: Values, mine: Values): Merge {
  const clear: Record<string, unknown> = {};
  const clashes: Clash[] = [];
  for (const [field, value] of Object.entries(mine)) {
    const [was, is] = [before[field], latest[field]];
    if (same(is, value)) continue;
    if (same(was, is)) clear[field] = value;
    else clashes.push({ field, before: was, mine: value, theirs: is });
  }
  return { clear, clashes };
}

/** Equal as values; a related record is its id, whatever else is told of it; what is unset is null. */
export function same(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  return JSON.stringify(value ?? null, (_, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    const entries = Object.entries(inner);
    const id = entries.find(([key]) => key === 'id');
    const isReference = id !== undefined && entries.every(([key, part]) => key === 'id' || typeof part === 'string');
    if (isReference) return id[1];
    return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
  });
}
