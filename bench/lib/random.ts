// Numbers that look random and are the same in every run and every process: made from a place, not from a sequence.

/** A whole number from 0 to 2³²−1 for a place and a purpose (murmur3's finish). */
export function hash32(index: number, purpose: number): number {
  let mixed = Math.imul(index, 0x9e3779b1) ^ Math.imul(purpose + 1, 0x85ebca6b) ^ 0x2026;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** From 0 up to, not including, `below`. */
export function numberAt(index: number, purpose: number, below: number): number {
  return hash32(index, purpose) % below;
}

export function pick<T>(list: readonly T[], index: number, purpose: number): T {
  const item = list[numberAt(index, purpose, list.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

/** A UUIDv7 of a moment and a place. */
export function idAt(milliseconds: number, index: number, purpose: number): string {
  const time = milliseconds.toString(16).padStart(12, '0');
  const [a, b, c] = [hash32(index, purpose), hash32(index, purpose + 50), hash32(index, purpose + 100)];
  const hex = (value: number, digits: number) => value.toString(16).padStart(8, '0').slice(-digits);
  const variant = (8 + (b & 3)).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(a, 3)}-${variant}${hex(b >>> 2, 3)}-${hex(a >>> 12, 4)}${hex(c, 8)}`;
}
