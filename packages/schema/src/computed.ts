import { type Check, unknown } from './checking.ts';
import { type Issue, Problem } from './errors.ts';
import type { FieldDefinition, FieldOf } from './fields.ts';
import {
  checkFormula,
  dependencies,
  type Formula,
  type FormulaFieldType,
  formulaFieldType,
  isStored,
  parseFormula,
} from './formula.ts';
import { isJsonObject } from './json.ts';
import { systemFields } from './metadata.ts';
import { hasField, leadsTo, type Model, type ModelObject, stepsOf, targetOf } from './state.ts';

// Fields computed from others: what they name must be there, and none may depend on itself.

/** Everything wrong with the computed fields of a state. What an untouched field lost is told as `metadata.inUse`. */
export function computedIssues(check: Check, model: Model): Issue[] {
  const issues: Issue[] = [];
  for (const object of model.objects.values()) {
    for (const field of object.fields.values()) {
      if (field.type !== 'rollup' && field.type !== 'formula') continue;
      const found = field.type === 'rollup' ? rollupIssues(model, object, field) : formulaIssues(model, object, field);
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

/** The types that a rollup can add up, and those that it can order. Of a computed field, what it yields. */
const summed: readonly FormulaFieldType[] = ['number', 'double'];
const ordered: readonly FormulaFieldType[] = [...summed, 'date', 'dateTime'];
/** What moves with time, or reads other records, can't be kept exact by the writes of the records themselves. */
const movingOperators = ['within', 'some', 'none', 'every'];

function missing(property: string, name: string): Found {
  const { path: _path, ...issue } = unknown('', name);
  return { property, issue };
}

function rollupIssues(model: Model, object: ModelObject, field: FieldOf<'rollup'>): Found[] {
  const from = targetOf(model, field.from);
  // While its source is absent a rollup is inactive, like a relation.
  if (from === null) return [];
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
  for (const { path, op } of conditionsOf(field.filter)) {
    if (stepsOf(model, from, path) === 'unknown') found.push(missing('/filter', path));
    else if (path.includes('.') || movingOperators.includes(op) || isVirtual(from, path)) {
      found.push(wrong('/filter', `${path} ${op}`));
    }
  }
  if (field.fn === 'count') return found;
  if (field.of === undefined) return [...found, { property: '/of', issue: { code: 'value.required' } }];
  if (!hasField(from, field.of)) return [...found, missing('/of', field.of)];
  const allowed = field.fn === 'min' || field.fn === 'max' ? ordered : summed;
  const type = pathType(model, from, field.of);
  if (type === null || type === 'inactive' || !allowed.includes(type) || isVirtual(from, field.of)) {
    found.push(wrong('/of', `${field.fn}(${field.of})`));
  }
  return found;
}

function formulaIssues(model: Model, object: ModelObject, field: FieldOf<'formula'>): Found[] {
  try {
    const formula = parsed(field);
    const absent = dependencies(formula).filter((path) => stepsOf(model, object, path) === 'unknown');
    if (absent.length > 0) return absent.map((path) => missing('/expression', path));
    checkFormula(formula, (path) => pathType(model, object, path), field.returns);
    return [];
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return [{ property: '/expression', issue: { code: error.code, params: error.params } }];
  }
}

const formulas = new WeakMap<FieldOf<'formula'>, Formula>();

/** The tree of a formula field. Throws `metadata.formula`. */
function parsed(field: FieldOf<'formula'>): Formula {
  const known = formulas.get(field) ?? parseFormula(field.expression);
  formulas.set(field, known);
  return known;
}

/** What a path yields in a formula; null when it can't stand in one. */
export function pathType(model: Model, from: ModelObject, path: string): FormulaFieldType | 'inactive' | null {
  const steps = stepsOf(model, from, path);
  if (steps === 'inactive') return 'inactive';
  const last = steps === 'unknown' ? undefined : steps.at(-1);
  if (steps === 'unknown' || last === undefined) return null;
  const many = steps.slice(0, -1).some(({ object, name }) => {
    const type = object.fields.get(name)?.type;
    return type === 'relations' || type === 'table';
  });
  if (many) return null;
  const field = last.object.fields.get(last.name);
  if (field === undefined) return formulaFieldType(systemFields.find((name) => name === last.name) ?? 'id');
  return formulaFieldType(field, measuredBy(model, field, []));
}

/** The field whose values a rollup yields. */
function measuredBy(model: Model, field: FieldDefinition, trail: readonly FieldDefinition[]): FieldDefinition | null {
  if (field.type !== 'rollup' || field.of === undefined || trail.includes(field)) return null;
  const of = targetOf(model, field.from)?.fields.get(field.of);
  if (of === undefined) return null;
  return of.type === 'rollup' ? measuredBy(model, of, [...trail, field]) : of;
}

/**
 * Whether a formula is kept in a column: when it depends on its own record alone and on nothing that moves with time
 * or viewer. A rollup moves without a write of the record, so what is computed from one is computed in each read.
 */
export function isStoredFormula(
  object: ModelObject,
  field: FieldOf<'formula'>,
  trail: readonly string[] = [],
): boolean {
  if (trail.includes(field.name)) return false;
  const isKept = (name: string) => {
    const input = object.fields.get(name);
    if (input?.type === 'formula') return isStoredFormula(object, input, [...trail, field.name]);
    // A related record may be deleted or out of sight: what that makes of the formula is told in the read.
    return !movesElsewhere.has(input?.type ?? name);
  };
  return isStored(parsed(field), isKept, (name) => isTime(object, name));
}

function isTime(object: ModelObject, name: string): boolean {
  const field = object.fields.get(name);
  return formulaFieldType(field ?? systemFields.find((system) => system === name) ?? 'id') === 'dateTime';
}

const movesElsewhere: ReadonlySet<string> = new Set([
  'rollup',
  'relation',
  'user',
  'department',
  'owner',
  'createdBy',
  'updatedBy',
]);

/** Whether a field is computed in each read. */
export function isVirtual(object: ModelObject, name: string): boolean {
  const field = object.fields.get(name);
  return field?.type === 'formula' && formulaIsSound(field) && !isStoredFormula(object, field);
}

function formulaIsSound(field: FieldOf<'formula'>): boolean {
  try {
    return parsed(field) !== null;
  } catch {
    // Told where the formula is checked.
    return false;
  }
}

type Node = { readonly object: ModelObject; readonly field: FieldDefinition };
const nodeName = ({ object, field }: Node) => `${object.name}.${field.name}`;

/** The computed fields that a computed field reads. */
function inputsOf(model: Model, { object, field }: Node): readonly Node[] {
  if (field.type === 'formula') {
    return dependencies(parsed(field)).flatMap((path) => computedSteps(model, object, path));
  }
  const from = field.type === 'rollup' ? targetOf(model, field.from) : null;
  if (field.type !== 'rollup' || from === null) return [];
  const paths = [...(field.of === undefined ? [] : [field.of]), ...conditionsOf(field.filter).map(({ path }) => path)];
  return paths.flatMap((path) => computedSteps(model, from, path));
}

function computedSteps(model: Model, object: ModelObject, path: string): readonly Node[] {
  const steps = stepsOf(model, object, path);
  if (typeof steps === 'string') return [];
  return steps.flatMap((step) => {
    const field = step.object.fields.get(step.name);
    return field?.type === 'formula' || field?.type === 'rollup' ? [{ object: step.object, field }] : [];
  });
}

/** The conditions of a filter on the records themselves. */
export function conditionsOf(filter: unknown): readonly { readonly path: string; readonly op: string }[] {
  if (!isJsonObject(filter)) return [];
  const parts = [filter.and, filter.or, filter.not].flat().filter((part) => part !== undefined);
  const { field, op } = filter;
  const own = typeof field === 'string' ? [{ path: field, op: String(op) }] : [];
  return [...own, ...parts.flatMap(conditionsOf)];
}

/**
 * Whether every field that a filter names is there, along relations and inside `some`, `none` and `every`. `inactive`
 * where a relation leads to nothing yet, `unknown` where there is no such field.
 */
export function filterState(model: Model, object: ModelObject, filter: unknown): 'active' | 'inactive' | 'unknown' {
  if (!isJsonObject(filter)) return 'active';
  const parts = [filter.and, filter.or, filter.not].flat().filter((part) => part !== undefined);
  const states = parts.map((part) => filterState(model, object, part));
  const { field, value } = filter;
  if (typeof field === 'string') {
    const steps = stepsOf(model, object, field);
    const last = typeof steps === 'string' ? undefined : steps.at(-1);
    const target = last === undefined ? undefined : leadsTo(model, last.object, last.name);
    if (typeof steps === 'string') states.push(steps);
    else if (target) states.push(filterState(model, target, value));
    else if (target === null && isJsonObject(value)) states.push('inactive');
  }
  return states.includes('unknown') ? 'unknown' : states.includes('inactive') ? 'inactive' : 'active';
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
