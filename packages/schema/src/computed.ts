import { type Check, unknown } from './checking.ts';
import type { Issue } from './errors.ts';
import type { FieldDefinition, FieldOf } from './fields.ts';
import { isJsonObject } from './json.ts';
import { type Model, type ModelObject, stepsOf, targetOf } from './state.ts';

// Fields computed from others: what they name must be there, and none may depend on itself.

/** Everything wrong with the computed fields of a state. What an untouched field lost is told as `metadata.inUse`. */
export function computedIssues(check: Check, model: Model): Issue[] {
  const issues: Issue[] = [];
  for (const object of model.objects.values()) {
    for (const field of object.fields.values()) {
      if (field.type !== 'rollup' && field.type !== 'formula') continue;
      const found = field.type === 'rollup' ? rollupIssues(model, object, field) : [];
      if (found.length > 0) issues.push(...placed(check, object, field, found));
    }
  }
  // The search for circles relies on names that lead somewhere.
  return issues.length > 0 ? issues : cycleIssues(check, model);
}

/** An issue at a property of a computed field. */
interface Found {
  readonly property: string;
  readonly issue: Omit<Issue, 'path'>;
}

function placed(check: Check, object: ModelObject, field: FieldDefinition, found: readonly Found[]): Issue[] {
  const owner = object.rowsOf?.object ?? object.name;
  const within = object.rowsOf === null ? '' : `/fields/${object.rowsOf.field}`;
  if (check.given('objects', owner) || check.removed.length === 0) {
    return found.map(({ property, issue }) => ({
      path: check.place('objects', owner, `${within}/fields/${field.name}${property}`),
      ...issue,
    }));
  }
  const by = `${object.name}.${field.name}`;
  return found.map(({ issue }) => ({
    path: '/delete',
    code: 'metadata.inUse',
    params: { name: issue.params?.name ?? '', by },
  }));
}

const summed: readonly FieldDefinition['type'][] = ['number', 'decimal', 'money', 'percent'];
const ordered: readonly FieldDefinition['type'][] = [...summed, 'date', 'dateTime'];

function rollupIssues(model: Model, object: ModelObject, field: FieldOf<'rollup'>): Found[] {
  const from = targetOf(model, field.from);
  // While its source is absent a rollup is inactive, like a relation.
  if (from === null) return [];
  const missing = (property: string, name: string): Found => {
    const { path: _path, ...issue } = unknown('', name);
    return { property, issue };
  };
  const wrong = (property: string, detail: string): Found => ({
    property,
    issue: { code: 'metadata.rollup', params: { detail } },
  });
  const found: Found[] = [];
  const via = from.fields.get(field.via);
  if (via === undefined) found.push(missing('/via', field.via));
  else if (via.type !== 'relation' || targetOf(model, via.to)?.name !== object.name) {
    found.push(wrong('/via', `${from.name}.${field.via} → ${object.name}?`));
  }
  if (field.fn === 'count') return found;
  if (field.of === undefined) return [...found, { property: '/of', issue: { code: 'value.required' } }];
  const of = from.fields.get(field.of);
  if (of === undefined) return [...found, missing('/of', field.of)];
  const allowed = field.fn === 'min' || field.fn === 'max' ? ordered : summed;
  if (!allowed.includes(valueType(of))) found.push(wrong('/of', `${field.fn}(${field.of}: ${valueType(of)})`));
  return found;
}

/** The type of a computed field's values; any other field's own type. */
function valueType(field: FieldDefinition): FieldDefinition['type'] {
  if (field.type === 'formula') return field.returns;
  // What a rollup of a rollup gives is a number, as far as this check can tell without following it.
  return field.type === 'rollup' ? 'number' : field.type;
}

type Node = { readonly object: ModelObject; readonly field: FieldDefinition };
const nodeName = ({ object, field }: Node) => `${object.name}.${field.name}`;

/** The computed fields that a computed field reads. */
function inputsOf(model: Model, { object, field }: Node): readonly Node[] {
  if (field.type !== 'rollup') return [];
  const from = targetOf(model, field.from);
  if (from === null) return [];
  const paths = [...(field.of === undefined ? [] : [field.of]), ...filterPaths(field.filter)];
  return [...paths.flatMap((path) => computedSteps(model, from, path)), ...computedSteps(model, object, field.via)];
}

function computedSteps(model: Model, object: ModelObject, path: string): readonly Node[] {
  const steps = stepsOf(model, object, path);
  if (typeof steps === 'string') return [];
  return steps.flatMap((step) => {
    const field = step.object.fields.get(step.name);
    return field?.type === 'formula' || field?.type === 'rollup' ? [{ object: step.object, field }] : [];
  });
}

/** The fields that a filter names, at its top level of records. */
export function filterPaths(filter: unknown): readonly string[] {
  if (!isJsonObject(filter)) return [];
  const parts = [filter.and, filter.or, filter.not].flat().filter((part) => part !== undefined);
  const own = filter.field;
  return [...(typeof own === 'string' ? [own] : []), ...parts.flatMap(filterPaths)];
}

function cycleIssues(check: Check, model: Model): Issue[] {
  const done = new Set<string>();
  const issues: Issue[] = [];
  const visit = (node: Node, trail: readonly Node[]): void => {
    const start = trail.findIndex((one) => nodeName(one) === nodeName(node));
    if (start >= 0) {
      const circle = trail.slice(start);
      const path = [...circle, node].map(nodeName).join(' → ');
      const changed = circle.find(({ object }) => {
        const owner = object.rowsOf?.object ?? object.name;
        return check.current.objects.get(owner) !== check.state.objects.get(owner);
      });
      const { object, field } = changed ?? node;
      issues.push(
        ...placed(check, object, field, [{ property: '', issue: { code: 'metadata.cycle', params: { path } } }]),
      );
      return;
    }
    if (done.has(nodeName(node))) return;
    for (const input of inputsOf(model, node)) visit(input, [...trail, node]);
    done.add(nodeName(node));
  };
  for (const object of model.objects.values()) {
    for (const field of object.fields.values()) {
      if (field.type === 'formula' || field.type === 'rollup') visit({ object, field }, []);
    }
  }
  return issues;
}
