// Sorting by integers, without comparing: least significant digit first, stable.

const bits = 11;
const buckets = 1 << bits;

/** Row numbers in ascending order of their keys; rows of the same key stay in the order given (0, 1, 2 … if none is). */
export function orderBy(keys: Uint32Array, given?: Uint32Array): Uint32Array {
  const count = given?.length ?? keys.length;
  let from: Uint32Array = given ?? Uint32Array.from({ length: count }, (_, index) => index);
  let into: Uint32Array = new Uint32Array(count);
  let highest = 0;
  for (let at = 0; at < count; at++) highest = Math.max(highest, keys[from[at] ?? 0] ?? 0);
  let isOwn = given === undefined;
  for (let shift = 0; shift < 32 && (shift === 0 || highest >>> shift > 0); shift += bits) {
    const starts = new Uint32Array(buckets + 1);
    for (let at = 0; at < count; at++) {
      const digit = ((keys[from[at] ?? 0] ?? 0) >>> shift) & (buckets - 1);
      starts[digit + 1] = (starts[digit + 1] ?? 0) + 1;
    }
    for (let digit = 0; digit < buckets; digit++) starts[digit + 1] = (starts[digit + 1] ?? 0) + (starts[digit] ?? 0);
    for (let at = 0; at < count; at++) {
      const row = from[at] ?? 0;
      const digit = ((keys[row] ?? 0) >>> shift) & (buckets - 1);
      const place = starts[digit] ?? 0;
      into[place] = row;
      starts[digit] = place + 1;
    }
    const next: Uint32Array = isOwn ? from : new Uint32Array(count);
    from = into;
    into = next;
    isOwn = true;
  }
  return from;
}
