import type { ErrorCode, ErrorParams } from '../errors.ts';
import { exitsOf, type Flow, type FlowNode, flowObject } from './flow.ts';

// Whether the graph of a flow holds together, and in which part of it each node stands.

/** What is wrong with a node, or (`node` null) with the flow. */
export interface FlowFault {
  readonly node: string | null;
  readonly at: string;
  readonly code: ErrorCode;
  readonly params: ErrorParams;
}

/** The part of the graph that a node belongs to: the whole, a branch of a parallel node, the body of a loop. */
export interface Region {
  readonly path: string;
  /** Where branches of this region arrive; null outside of a parallel node. */
  readonly join: string | null;
  /** The object whose record the nodes are about; null for none. */
  readonly object: string | null;
}

export interface Graph {
  readonly faults: readonly FlowFault[];
  readonly nodes: ReadonlyMap<string, FlowNode>;
  readonly regions: ReadonlyMap<string, Region>;
}

/** Nodes at which an instance stands still: a circle through one of these is no endless run. */
const pauses: ReadonlySet<FlowNode['type']> = new Set(['wait', 'event', 'human']);

export function graphOf(flow: Flow): Graph {
  const faults: FlowFault[] = [];
  const nodes = new Map<string, FlowNode>();
  for (const node of flow.nodes) {
    if (nodes.has(node.name))
      faults.push({ node: node.name, at: '/name', code: 'flow.twice', params: { node: node.name } });
    nodes.set(node.name, node);
  }
  for (const node of flow.nodes)
    for (const { to, at } of exitsOf(node))
      if (!nodes.has(to))
        faults.push({ node: node.name, at, code: 'flow.nowhere', params: { node: node.name, name: to } });
  const regions = faults.length > 0 ? new Map<string, Region>() : regionsOf(flow, nodes, faults);
  if (faults.length === 0) {
    for (const { name } of flow.nodes)
      if (!regions.has(name)) faults.push({ node: name, at: '', code: 'flow.unreachable', params: { node: name } });
    faults.push(...circles(flow, nodes));
  }
  return { faults, nodes, regions };
}

function regionsOf(flow: Flow, nodes: ReadonlyMap<string, FlowNode>, faults: FlowFault[]): Map<string, Region> {
  const regions = new Map<string, Region>();
  const joined = new Map<string, string>();
  const first = flow.nodes[0];
  const open: { readonly name: string; readonly region: Region; readonly from: string }[] = [];
  const go = (name: string, region: Region, from: string) => open.push({ name, region, from });
  if (first !== undefined) go(first.name, { path: '', join: null, object: flowObject(flow) }, first.name);
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    const { name, region, from } = step;
    const node = nodes.get(name);
    if (node === undefined || name === region.join) continue;
    const known = regions.get(name);
    if (known !== undefined) {
      if (known.path !== region.path)
        faults.push({ node: from, at: '', code: 'flow.across', params: { node: from, name } });
      continue;
    }
    if (node.type === 'join' && joined.get(name) === undefined) {
      faults.push({ node: name, at: '', code: 'flow.join', params: { node: name } });
      return regions;
    }
    regions.set(name, region);
    if (node.type === 'parallel') {
      const join = nodes.get(node.join);
      if (join?.type !== 'join' || joined.has(node.join)) {
        faults.push({ node: name, at: '/join', code: 'flow.noJoin', params: { node: name, name: node.join } });
        return regions;
      }
      joined.set(node.join, name);
      for (const [index, to] of node.branches.entries())
        go(to, { path: `${region.path}/${name}.${index}`, join: node.join, object: region.object }, name);
      go(node.join, region, name);
    } else if (node.type === 'loop') {
      go(node.body, { path: `${region.path}/${name}`, join: null, object: node.object }, name);
      go(node.next, region, name);
    } else for (const { to } of exitsOf(node)) go(to, region, name);
  }
  return regions;
}

/** A circle without a pause would never come to rest. */
function circles(flow: Flow, nodes: ReadonlyMap<string, FlowNode>): FlowFault[] {
  const done = new Set<string>();
  const trail: string[] = [];
  const walk = (name: string): FlowFault | null => {
    const start = trail.indexOf(name);
    if (start >= 0) {
      const path = [...trail.slice(start), name].join(' → ');
      return { node: name, at: '', code: 'flow.cycle', params: { node: name, path } };
    }
    const node = nodes.get(name);
    if (done.has(name) || node === undefined || pauses.has(node.type)) return null;
    trail.push(name);
    for (const { to } of exitsOf(node)) {
      const found = walk(to);
      if (found !== null) return found;
    }
    trail.pop();
    done.add(name);
    return null;
  };
  for (const { name } of flow.nodes) {
    const found = walk(name);
    if (found !== null) return [found];
  }
  return [];
}

/** Every filter of a flow with the object that it is about. */
export function flowConditions(
  flow: Flow,
): readonly { readonly object: string; readonly filter: unknown; readonly at: string }[] {
  const found: { object: string; filter: unknown; at: string }[] = [];
  const add = (object: string | null, filter: unknown, at: string) => {
    if (object !== null && filter !== undefined) found.push({ object, filter, at });
  };
  const { trigger } = flow;
  if ('when' in trigger) add(flowObject(flow), trigger.when?.filter, '/trigger/when/filter');
  if ('was' in trigger) add(flowObject(flow), trigger.was?.filter, '/trigger/was/filter');
  const { regions } = graphOf(flow);
  for (const [index, node] of flow.nodes.entries()) {
    const at = `/nodes/${index}`;
    const object = regions.get(node.name)?.object ?? null;
    if (node.type === 'condition')
      for (const [branch, { when }] of node.branches.entries())
        add(object, when.filter, `${at}/branches/${branch}/when/filter`);
    if (node.type === 'loop' || node.type === 'find') add(node.object, node.filter, `${at}/filter`);
    if (node.type === 'event') {
      add(node.object ?? object, node.when?.filter, `${at}/when/filter`);
      add(node.object ?? object, node.was?.filter, `${at}/was/filter`);
    }
  }
  return found;
}
