import { zonedFunctions } from './operations.ts';
import { microseconds } from './values.ts';

// A formula as it is written: words and signs in their places, types not yet known.

export type Node =
  | { readonly kind: 'number'; readonly value: string; readonly at: number }
  | { readonly kind: 'text'; readonly value: string; readonly at: number }
  | { readonly kind: 'boolean'; readonly value: boolean; readonly at: number }
  /** `fee`, or a path over relations: `owner.department.name`. */
  | { readonly kind: 'field'; readonly path: string; readonly at: number }
  /** A function by its name in capitals, or an operator by its sign; the negative sign is `negate`. */
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Node[]; readonly at: number };

export interface Formula {
  readonly text: string;
  readonly root: Node;
}

/** Every node, from the root on. */
function* nodesOf(node: Node): Generator<Node> {
  yield node;
  if (node.kind === 'call') for (const arg of node.args) yield* nodesOf(arg);
}

/** The paths that a formula reads, each once. */
export function dependencies(formula: Formula): string[] {
  const paths = new Set<string>();
  for (const node of nodesOf(formula.root)) if (node.kind === 'field') paths.add(node.path);
  return [...paths];
}

const moving = new Set(['TODAY', 'NOW', 'USER']);

/**
 * Whether the value of a formula depends on its own record alone, on nothing that moves with time or viewer: then it
 * can be kept in a column. `isKept` tells whether a field of the record is such itself; by default all are. `isTime`
 * tells which fields are times: what their calendar shows depends on the viewer's zone.
 */
export function isStored(
  formula: Formula,
  isKept: (field: string) => boolean = () => true,
  isTime: (field: string) => boolean = () => false,
): boolean {
  let hasTime = false;
  let isZoned = false;
  for (const node of nodesOf(formula.root)) {
    if (node.kind === 'field' && (node.path.includes('.') || !isKept(node.path))) return false;
    if (node.kind === 'call' && moving.has(node.name)) return false;
    // A text may stand for a time: COALESCE(at, '2026-01-01T08:00:00Z').
    hasTime ||=
      (node.kind === 'field' && isTime(node.path)) || (node.kind === 'text' && microseconds(node.value) !== null);
    isZoned ||= node.kind === 'call' && zonedFunctions.has(node.name);
  }
  return !(hasTime && isZoned);
}
