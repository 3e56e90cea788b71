import type { Check } from './checking.ts';
import type { Issue } from './errors.ts';
import type { FieldDefinition, FieldType } from './fields.ts';
import type { JsonObject } from './json.ts';
import { sameJson } from './merge.ts';
import type { ObjectDefinition } from './metadata.ts';
import { asJson } from './shape.ts';
import { type Model, modelOf, rowsObjectName, tableFields, targetOf } from './state.ts';

// What may become of something that is there: a type changes only where no value is lost, and what the kernel
// declares keeps its meaning.

/** The types that a field may change to without losing a value. */
export const typeChanges: Readonly<Partial<Record<FieldType, readonly FieldType[]>>> = {
  text: ['longText'],
  email: ['text', 'longText'],
  phone: ['text', 'longText'],
  url: ['text', 'longText'],
  autoNumber: ['text', 'longText'],
  option: ['text', 'options'],
  image: ['file'],
  // Computed values are computed anew.
  formula: ['rollup'],
  rollup: ['formula'],
};

/** Type changes of an object's fields that would lose values. */
export function typeChangeIssues(
  check: Check,
  model: Model,
  object: ObjectDefinition,
  at: (path: string) => string,
): Issue[] {
  const before = check.current.objects.get(object.name);
  const gone = (name: string, field: string | null) =>
    check.removed.some((removal) =>
      removal.kind === 'field'
        ? removal.object === name && removal.name === field
        : removal.kind === 'object' && removal.name === name,
    );
  if (before === undefined || gone(object.name, null)) return [];
  const compare = (
    name: string,
    old: readonly FieldDefinition[],
    now: readonly FieldDefinition[],
    path: string,
  ): Issue[] =>
    now.flatMap((field) => {
      const was = old.find((one) => one.name === field.name);
      if (was === undefined || was === field || gone(name, field.name)) return [];
      const here = `${path}/fields/${field.name}`;
      if (was.type === 'table' && field.type === 'table') {
        return compare(rowsObjectName(name, field.name), tableFields(was), tableFields(field), here);
      }
      return changeIssue(modelOf(check.current), model, was, field, (part) => at(`${here}${part}`));
    });
  return compare(object.name, before.fields ?? [], object.fields ?? [], '');
}

function changeIssue(
  before: Model,
  after: Model,
  was: FieldDefinition,
  is: FieldDefinition,
  at: (path: string) => string,
): Issue[] {
  if (was.type !== is.type) {
    if (typeChanges[was.type]?.includes(is.type)) return [];
    return [{ path: at('/type'), code: 'metadata.typeChange', params: { from: was.type, to: is.type } }];
  }
  if (!('to' in was && 'to' in is) || was.to === is.to) return [];
  // Ids of one object mean nothing in another. A relation that leads nowhere yet may be led anywhere.
  const from = targetOf(before, was.to);
  if (from === null || from.name === targetOf(after, is.to)?.name) return [];
  const params = { from: `${was.type} → ${was.to}`, to: `${is.type} → ${is.to}` };
  return [{ path: at('/to'), code: 'metadata.typeChange', params }];
}

/** Changes of what the kernel declares, beyond its words. */
export function builtInIssues(check: Check): Issue[] {
  const issues: Issue[] = [];
  for (const own of check.options.builtIn?.objects ?? []) {
    const object = check.state.objects.get(own.name);
    if (object === undefined || check.removed.some((one) => one.kind === 'object' && one.name === own.name)) {
      issues.push({ path: '/delete', code: 'metadata.builtIn', params: { name: own.name } });
      continue;
    }
    if (object.title !== own.title) {
      const path = check.place('objects', own.name, '/title');
      issues.push({ path, code: 'metadata.builtIn', params: { name: own.name } });
    }
    for (const field of own.fields ?? []) {
      const now = object.fields?.find((one) => one.name === field.name);
      const name = `${own.name}.${field.name}`;
      const removed = check.removed.some(
        (one) => one.kind === 'field' && one.object === own.name && one.name === field.name,
      );
      if (now === undefined || removed) issues.push({ path: '/delete', code: 'metadata.builtIn', params: { name } });
      else if (!sameJson(meaning(now), meaning(field))) {
        const path = check.place('objects', own.name, `/fields/${field.name}`);
        issues.push({ path, code: 'metadata.builtIn', params: { name } });
      }
    }
  }
  return issues;
}

/** A field without its words and looks. */
function meaning(field: FieldDefinition): JsonObject {
  const { label: _label, help: _help, mask: _mask, ...rest } = asJson(field);
  return rest;
}
