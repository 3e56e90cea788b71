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
 * can be kept in a column. `isKept` tells whether a field of the record is such itself; by default all are.
 */
export function isStored(formula: Formula, isKept: (field: string) => boolean = () => true): boolean {
  for (const node of nodesOf(formula.root)) {
    if (node.kind === 'field' && (node.path.includes('.') || !isKept(node.path))) return false;
    if (node.kind === 'call' && moving.has(node.name)) return false;
  }
  return true;
}
