import {
  type ErrorCode,
  type ErrorParams,
  filterFormulas,
  filterState,
  flowConditions,
  type Issue,
  type Json,
  layoutConditions,
  message,
  modelOf,
  type Place,
  Problem,
} from '@huike/schema';
import { constantFilter } from '../access/index.ts';
import { defaultCompany } from '../catalog/resolve.ts';
import type { Catalog, CatalogField, CatalogObject } from '../catalog/types.ts';
import { nextRun } from '../jobs/schedule.ts';
import type { Prepared } from './prepare.ts';

// Checks that need field types: defaults, filters and indexes. The rest is checked in the schema.

/** What the types of the new catalog find wrong in what changed. */
export function catalogIssues(prepared: Prepared, place: Place): Issue[] {
  const { before, after } = prepared;
  const issues: Issue[] = [];
  for (const object of after.objects.values()) {
    const was = before.objects.get(object.name);
    if (was?.definition === object.definition) continue;
    const { owner, within } = whereDeclared(object);
    for (const field of object.fields.values()) {
      if (field.definition === null || was?.fields.get(field.name)?.definition === field.definition) continue;
      const path = (part: string) => place('objects', owner, `${within}/fields/${field.name}/${part}`);
      const wrong = defaultIssue(after, field);
      if (wrong !== null) issues.push({ ...wrong, path: path('default') });
      if (field.definition.type === 'rollup' && field.definition.filter !== undefined) {
        const from = after.objects.get(field.definition.from) ?? after.traits.get(field.definition.from);
        issues.push(...filterIssue(prepared, from, field.definition.filter, path('filter')));
      }
    }
    for (const index of object.indexes) {
      const unfit = index.fields.find((name) => !isIndexable(object.fields.get(name.replace(/^-/, ''))));
      if (unfit === undefined) continue;
      const path = place('objects', object.name, `/indexes/${index.name}/fields`);
      issues.push({ path, code: 'metadata.notIndexable', params: { name: unfit } });
    }
  }
  for (const view of after.views.values()) {
    if (before.views.get(view.name) === view) continue;
    const object = after.objects.get(view.object);
    issues.push(...filterIssue(prepared, object, view.filter, place('views', view.name, '/filter')));
    for (const [index, rule] of (view.colors ?? []).entries()) {
      issues.push(...filterIssue(prepared, object, rule.filter, place('views', view.name, `/colors/${index}/filter`)));
    }
  }
  for (const flow of after.flows.values()) {
    if (before.flows.get(flow.name) === flow) continue;
    const { trigger } = flow;
    for (const { object, filter, at } of flowConditions(flow)) {
      if (filterFormulas(filter).length > 0) continue;
      issues.push(...filterIssue(prepared, after.objects.get(object), filter, place('flows', flow.name, at)));
    }
    if (trigger.type === 'schedule' && !isCron(trigger.cron, trigger.zone ?? after.company.timeZone)) {
      const path = place('flows', flow.name, '/trigger/cron');
      issues.push({ path, code: 'flow.cron', params: { cron: trigger.cron } });
    }
  }
  for (const layout of after.layouts.values()) {
    if (before.layouts.get(layout.name) === layout) continue;
    for (const { item, at } of layoutConditions(layout)) {
      const path = place('layouts', layout.name, at);
      issues.push(...filterIssue(prepared, after.objects.get(layout.object), item, path));
    }
  }
  for (const rule of after.sharingRules) {
    if (before.sharingRules.includes(rule)) continue;
    const path = place('sharingRules', rule.name, '/filter');
    issues.push(...filterIssue(prepared, after.objects.get(rule.object), rule.filter, path));
  }
  return issues;
}

function isCron(cron: string, zone: string): boolean {
  try {
    return nextRun(cron, zone, new Date()) !== null;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

function isIndexable(field: CatalogField | undefined): boolean {
  return field !== undefined && field.handler.comparable !== null && field.computed !== 'virtual';
}

/** Rows of a table field are declared inside the object that has the field. */
function whereDeclared(object: CatalogObject): { readonly owner: string; readonly within: string } {
  const table = [...(object.master?.target?.fields.values() ?? [])].find(
    (field) => field.type === 'table' && field.target === object,
  );
  return table === undefined
    ? { owner: object.name, within: '' }
    : { owner: table.object.name, within: `/fields/${table.name}` };
}

function filterIssue(
  { after, source }: Prepared,
  object: CatalogObject | undefined,
  filter: unknown,
  path: string,
): Issue[] {
  if (filter === undefined || object === undefined) return [];
  const model = modelOf(source.state);
  const modelled = model.objects.get(object.name);
  // What leads through an absent object waits for it.
  if (modelled === undefined || filterState(model, modelled, filter) === 'inactive') return [];
  try {
    constantFilter(after, object, filter);
    return [];
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return [{ path, code: 'metadata.filter', params: details(error.code, error.params) }];
  }
}

function details(code: ErrorCode, params: ErrorParams): ErrorParams {
  return { detail: message(code, params, 'en'), detailZh: message(code, params, 'zh') };
}

/** Defaults that the write fills in. */
const filledIn = /^\{(now|today|me|myDepartment)\}$/;

function defaultIssue(catalog: Catalog, field: CatalogField): Omit<Issue, 'path'> | null {
  const definition = field.definition;
  if (definition === null || !('default' in definition) || definition.default === undefined) return null;
  const value = definition.default as Json;
  if (typeof value === 'string' && filledIn.test(value)) return null;
  const parse = field.handler.parse;
  if (parse === null) return null;
  const context = { catalog, company: catalog.company, now: new Date(), timeZone: defaultCompany.timeZone };
  const parsed = parse(value, field, context);
  if (parsed.ok) return null;
  return { code: 'metadata.default', params: details(parsed.failure.code, parsed.failure.params ?? {}) };
}
