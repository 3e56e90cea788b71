import { filterState, pathType } from '../computed.ts';
import { Problem } from '../errors.ts';
import type { FieldDefinition } from '../fields.ts';
import { checkFormula, type FormulaReturns, parseFormula, type Resolve, type TypedFormula } from '../formula.ts';
import { isJsonObject, type Json } from '../json.ts';
import { hasField, type Model, type ModelObject } from '../state.ts';
import { type Flow, type FlowCondition, type FlowNode, type FlowTrigger, type FlowValue, flowObject } from './flow.ts';
import { type FlowFault, graphOf } from './graph.ts';

// Whether a flow means something: its graph, and every object, field, variable and formula that it names.

/** Everything wrong with a flow, the node named. `flows`: the others, for those that it runs. */
export function flowFaults(model: Model, flow: Flow, flows: ReadonlyMap<string, Flow>): FlowFault[] {
  const graph = graphOf(flow);
  const faults = [...graph.faults, ...new Checker(model, flow, flows, null, flowObject(flow)).trigger(flow.trigger)];
  if (graph.faults.length > 0) return faults;
  for (const node of flow.nodes) {
    const region = graph.regions.get(node.name);
    if (region !== undefined) faults.push(...new Checker(model, flow, flows, node.name, region.object).node(node));
  }
  return faults;
}

/** What the formulas at a place can name: fields of the record, and `vars.…`. */
export function flowScope(model: Model, flow: Flow, object: string | null): Resolve {
  const target = object === null ? undefined : model.objects.get(object);
  return (path) => {
    const [first, name, ...more] = path.split('.');
    if (first === 'vars' && name !== undefined && more.length === 0)
      return flow.variables?.find((variable) => variable.name === name)?.type ?? null;
    if (object !== null && target === undefined) return 'inactive';
    return target === undefined ? null : pathType(model, target, path);
  };
}

/** What a formula of a flow gives. Throws `metadata.formula`. */
export function flowFormula(text: string, scope: Resolve, returns?: FormulaReturns): TypedFormula {
  return checkFormula(parseFormula(text), scope, returns);
}

/** The fixed values and formulas inside a filter: `{"formula": "…"}` stands where a value may. */
export function filterFormulas(filter: unknown): string[] {
  if (Array.isArray(filter)) return filter.flatMap(filterFormulas);
  if (!isJsonObject(filter)) return [];
  const { formula } = filter;
  if (typeof formula === 'string' && Object.keys(filter).length === 1) return [formula];
  return Object.values(filter).flatMap(filterFormulas);
}

/** A filter with every formula replaced by what it gives. */
export function filledFilter(filter: Json, valueFor: (formula: string) => Json): Json {
  if (Array.isArray(filter)) return filter.map((part: Json) => filledFilter(part, valueFor));
  if (!isJsonObject(filter)) return filter;
  const { formula } = filter;
  if (typeof formula === 'string' && Object.keys(filter).length === 1) return valueFor(formula);
  return Object.fromEntries(Object.entries(filter).map(([key, part]) => [key, filledFilter(part, valueFor)]));
}

class Checker {
  readonly #model: Model;
  readonly #flow: Flow;
  readonly #flows: ReadonlyMap<string, Flow>;
  readonly #node: string | null;
  readonly #object: string | null;
  readonly #faults: FlowFault[] = [];

  constructor(model: Model, flow: Flow, flows: ReadonlyMap<string, Flow>, node: string | null, object: string | null) {
    this.#model = model;
    this.#flow = flow;
    this.#flows = flows;
    this.#node = node;
    this.#object = object;
  }

  trigger(trigger: FlowTrigger): FlowFault[] {
    const { type } = trigger;
    if ('object' in trigger && trigger.object !== undefined) this.#target(trigger.object, '/object');
    if (type === 'record') this.#pattern(trigger.object, trigger, '');
    if (type === 'date') {
      const field = this.#field(trigger.object, trigger.field);
      if (field !== 'inactive' && field !== 'date' && field !== 'dateTime') this.#noField(trigger.field, '/field');
      this.#condition(trigger.object, trigger.when, '/when');
    }
    if (type === 'button') this.#condition(trigger.object ?? null, trigger.when, '/when');
    return this.#faults;
  }

  node(node: FlowNode): FlowFault[] {
    switch (node.type) {
      case 'condition':
        for (const [index, { when }] of node.branches.entries())
          this.#condition(this.#object, when, `/branches/${index}/when`);
        break;
      case 'loop':
        this.#query(node.object, node.filter, node.sort);
        break;
      case 'wait':
        if ((node.for === undefined) === (node.until === undefined)) this.#lacks('for | until', '');
        if (node.until !== undefined) this.#formula(node.until, '/until', ['date', 'dateTime']);
        break;
      case 'event': {
        const object = this.#other(node);
        if (object !== null) this.#pattern(object, node, '');
        break;
      }
      case 'update': {
        const object = this.#other(node);
        if (object !== null) this.#written(object, node.values);
        break;
      }
      case 'create':
        this.#target(node.object, '/object');
        this.#written(node.object, node.values);
        this.#variable(node.into, '/into', ['id']);
        break;
      case 'find':
        this.#query(node.object, node.filter, node.sort);
        this.#variable(node.into, '/into', ['id']);
        this.#variable(node.count, '/count', ['number']);
        break;
      case 'assign':
        if ((node.to === undefined) === (node.inTurn === undefined)) this.#lacks('to | inTurn', '');
        if (node.to !== undefined) this.#value(node.to, '/to');
        this.#record();
        break;
      case 'set':
        for (const [name, value] of Object.entries(node.values)) {
          this.#variable(name, `/values/${name}`);
          this.#value(value, `/values/${name}`);
        }
        break;
      case 'send':
        this.#values(node.message, '/message');
        break;
      case 'http':
        this.#value(node.url, '/url');
        this.#values(node.body, '/body');
        for (const name of Object.keys(node.into ?? {})) this.#variable(name, `/into/${name}`);
        break;
      case 'function':
        this.#values(node.input, '/input');
        for (const name of Object.keys(node.into ?? {})) this.#variable(name, `/into/${name}`);
        break;
      case 'flow': {
        const called = node.flow === this.#flow.name ? this.#flow : this.#flows.get(node.flow);
        if (called?.trigger.type !== 'flow') this.#fault('/flow', 'flow.called', { node: node.name, name: node.flow });
        if (node.record !== undefined) this.#formula(node.record, '/record', ['id', 'text']);
        for (const [name, value] of Object.entries(node.values ?? {})) {
          this.#value(value, `/values/${name}`);
          if (called !== undefined && !called.variables?.some((variable) => variable.name === name))
            this.#fault(`/values/${name}`, 'flow.variable', { node: node.name, name });
        }
        break;
      }
      case 'human':
        this.#value(node.to, '/to');
        break;
      default:
        break;
    }
    return this.#faults;
  }

  /** The object of a node that may speak of another record than the instance's own. */
  #other(node: { readonly object?: string; readonly record?: string }): string | null {
    if (node.record !== undefined) this.#formula(node.record, '/record', ['id', 'text']);
    else if (node.object !== undefined && node.object !== this.#object) this.#lacks('record', '/record');
    const object = node.object ?? this.#object;
    if (object === null) this.#record();
    else this.#target(object, '/object');
    return object;
  }

  #pattern(
    object: string,
    { when, was, changed }: { when?: FlowCondition; was?: FlowCondition; changed?: readonly string[] },
    at: string,
  ): void {
    this.#condition(object, when, `${at}/when`);
    this.#condition(object, was, `${at}/was`);
    for (const [index, name] of (changed ?? []).entries())
      if (this.#field(object, name) === null) this.#noField(name, `${at}/changed/${index}`);
  }

  #condition(object: string | null, condition: FlowCondition | undefined, at: string): void {
    if (condition === undefined) return;
    if (condition.filter !== undefined) {
      if (object === null) this.#record();
      else this.#filter(object, condition.filter, `${at}/filter`);
    }
    if (condition.formula !== undefined) this.#formula(condition.formula, `${at}/formula`, ['boolean'], object);
  }

  #query(object: string, filter: unknown, sort: readonly string[] | undefined): void {
    this.#target(object, '/object');
    this.#filter(object, filter, '/filter');
    for (const formula of filterFormulas(filter)) this.#formula(formula, '/filter');
    for (const [index, key] of (sort ?? []).entries()) {
      const target = this.#model.objects.get(object);
      const name = key.replace(/^-/, '');
      const state = target === undefined ? 'active' : filterState(this.#model, target, { field: name, op: 'empty' });
      if (state === 'unknown') this.#noField(name, `/sort/${index}`);
    }
  }

  #filter(object: string, filter: unknown, at: string): void {
    const target = this.#model.objects.get(object);
    if (target === undefined || filterState(this.#model, target, filter) !== 'unknown') return;
    const params = { node: this.#name, detail: 'a field is not there', detailZh: '有字段不存在' };
    this.#fault(at, 'flow.filter', params);
  }

  #written(object: string, values: Readonly<Record<string, FlowValue>>): void {
    for (const [name, value] of Object.entries(values)) {
      const target = this.#model.objects.get(object);
      if (target !== undefined && !isWritable(target, name)) this.#noField(name, `/values/${name}`);
      this.#value(value, `/values/${name}`);
    }
  }

  #values(values: Readonly<Record<string, FlowValue>> | undefined, at: string): void {
    for (const [name, value] of Object.entries(values ?? {})) this.#value(value, `${at}/${name}`);
  }

  #value(value: FlowValue, at: string): void {
    if (value.formula !== undefined) this.#formula(value.formula, at);
  }

  #formula(text: string, at: string, wanted?: readonly string[], object: string | null = this.#object): void {
    try {
      const { type } = flowFormula(text, flowScope(this.#model, this.#flow, object));
      if (wanted === undefined || wanted.includes(type)) return;
      const detail = `expected ${wanted.join(' or ')} but found ${type}`;
      const detailZh = `结果应为 ${wanted.join('、')}，而不是 ${type}`;
      this.#fault(at, 'flow.formula', { node: this.#name, position: 1, detail, detailZh });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.#fault(at, 'flow.formula', { ...error.params, node: this.#name });
    }
  }

  #variable(name: string | undefined, at: string, types?: readonly string[]): void {
    if (name === undefined) return;
    const known = this.#flow.variables?.find((variable) => variable.name === name);
    if (known === undefined || types?.includes(known.type) === false)
      this.#fault(at, 'flow.variable', { node: this.#name, name });
  }

  /** What a path yields in a formula; null when it isn't there. */
  #field(object: string, name: string): string | null {
    const target = this.#model.objects.get(object);
    if (target === undefined) return 'inactive';
    return hasField(target, name) ? (pathType(this.#model, target, name) ?? 'other') : null;
  }

  #target(object: string, at: string): void {
    if (!this.#model.objects.has(object)) this.#fault(at, 'flow.object', { node: this.#name, name: object });
  }

  #record(): void {
    if (this.#object === null) this.#fault('', 'flow.noRecord', { node: this.#name });
  }

  #noField(name: string, at: string): void {
    this.#fault(at, 'flow.field', { node: this.#name, name });
  }

  #lacks(name: string, at: string): void {
    this.#fault(at, 'flow.incomplete', { node: this.#name, name });
  }

  get #name(): string {
    return this.#node ?? this.#flow.name;
  }

  #fault(at: string, code: FlowFault['code'], params: FlowFault['params']): void {
    this.#faults.push({ node: this.#node, at, code, params });
  }
}

const computed: ReadonlySet<FieldDefinition['type']> = new Set(['formula', 'rollup', 'autoNumber']);

function isWritable(object: ModelObject, name: string): boolean {
  if (name === 'owner' || name === 'department') return true;
  const field = object.fields.get(name);
  return field !== undefined && !computed.has(field.type);
}
