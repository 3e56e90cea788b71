import { administratorRole, type Check, isRole, reserved, unknown } from './checking.ts';
import { indexFields } from './clean.ts';
import { computedIssues, isVirtual } from './computed.ts';
import type { Issue } from './errors.ts';
import type { FieldDefinition } from './fields.ts';
import { flowFaults } from './flow/check.ts';
import type { Flow } from './flow/flow.ts';
import { isJsonObject } from './json.ts';
import { layoutIssues } from './layout-check.ts';
import { type Menu, type MenuEntry, menuEntries } from './menus.ts';
import type { ObjectDefinition, Role } from './metadata.ts';
import { systemFields } from './metadata.ts';
import type { Model, ModelObject } from './state.ts';
import { isTitleField, modelOf, rowsFields, rowsObjectName, stepsOf, tableFields, targetOf } from './state.ts';
import { builtInIssues, typeChangeIssues } from './transitions.ts';
import { type View, viewPaths } from './views.ts';
import { zoneName } from './zones.ts';

// Whether a state holds together: names, references, and what may change. Shapes were checked before.

export const metadataLimits = { objects: 2_000, fields: 800, cascadeDepth: 6 } as const;

/** The option set made of the roles that stand in the metadata. */
export const roleOptionSet = 'role';

/** Names that every JavaScript object answers to: a value under one of them could not be told from an absent one. */
const objectProperties = Object.getOwnPropertyNames(Object.prototype);

/** Everything that is wrong with a state; of what didn't change only what the change broke. */
export function checkState(check: Check): Issue[] {
  const { current, state } = check;
  const model = modelOf(state);
  const issues: Issue[] = [];
  const touched = <T>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>) =>
    [...after].filter(([name, item]) => before.get(name) !== item).map(([, item]) => item);

  if (state.objects.size > metadataLimits.objects) {
    issues.push({ path: '/objects', code: 'metadata.tooMany', params: { limit: metadataLimits.objects } });
  }
  for (const set of touched(current.optionSets, state.optionSets)) {
    issues.push(...optionIssues(set.options, (path) => check.place('optionSets', set.name, path)));
    if (set.name === roleOptionSet) issues.push(reserved(check.place('optionSets', set.name, '/name'), set.name));
  }
  for (const object of touched(current.objects, state.objects)) issues.push(...objectIssues(check, model, object));
  issues.push(...lostOptionSets(check));
  if (issues.length === 0) issues.push(...computedIssues(check, model));
  for (const role of touched(current.roles, state.roles)) issues.push(...roleIssues(check, model, role));
  for (const view of touched(current.views, state.views)) issues.push(...viewIssues(check, model, view));
  for (const layout of touched(current.layouts, state.layouts)) issues.push(...layoutIssues(check, model, layout));
  for (const menu of touched(current.menus, state.menus)) issues.push(...menuIssues(check, menu));
  for (const flow of state.flows.values()) {
    const isTouched = current.flows.get(flow.name) !== flow;
    if (isTouched || current.objects !== state.objects || current.flows !== state.flows)
      issues.push(...flowIssues(check, model, flow, isTouched));
  }
  for (const rule of touched(current.sharingRules, state.sharingRules)) {
    const at = (path: string) => check.place('sharingRules', rule.name, path);
    if (!model.objects.has(rule.object) && !check.options.lenient) issues.push(unknown(at('/object'), rule.object));
    const role = rule.to.role;
    if (role !== undefined && role !== administratorRole && !state.roles.has(role)) {
      issues.push(unknown(at('/to/role'), role));
    }
  }
  for (const settings of touched(current.settings, state.settings)) {
    if (settings.timeZone !== undefined && zoneName(settings.timeZone) === null) {
      const path = check.place('settings', settings.name, '/timeZone');
      issues.push({ path, code: 'metadata.timeZone', params: { name: settings.timeZone } });
    }
  }
  issues.push(...builtInIssues(check));
  return issues;
}

function objectIssues(check: Check, model: Model, object: ObjectDefinition): Issue[] {
  const issues: Issue[] = [];
  const at = (path: string) => check.place('objects', object.name, path);
  const fields = object.fields ?? [];
  const other = [...check.state.objects.values()].find((one) =>
    one.fields?.some((field) => field.type === 'table' && rowsObjectName(one.name, field.name) === object.name),
  );
  if (other !== undefined) issues.push(reserved(at('/name'), object.name));
  if (objectProperties.includes(object.name)) issues.push(reserved(at('/name'), object.name));
  if (fields.length > metadataLimits.fields) {
    issues.push({ path: at('/fields'), code: 'metadata.tooMany', params: { limit: metadataLimits.fields } });
  }
  if (object.title !== undefined) {
    const title = fields.find((field) => field.name === object.title);
    if (title === undefined) issues.push(unknown(at('/title'), object.title));
    else if (!isTitleField(title) || isVirtualTitle(model, object, title)) {
      issues.push({ path: at('/title'), code: 'metadata.title', params: { name: title.name } });
    }
  }
  for (const field of fields) {
    const here = (path: string) => at(`/fields/${field.name}${path}`);
    issues.push(...fieldIssues(check, field, here));
    issues.push(...linkIssues(object.name, field, here));
    if (field.type !== 'table') continue;
    const rows = rowsObjectName(object.name, field.name);
    if (rows.length > 48) issues.push({ path: here('/name'), code: 'metadata.name', params: { name: rows } });
    for (const inner of tableFields(field)) {
      const inside = (path: string) => here(`/fields/${inner.name}${path}`);
      issues.push(...fieldIssues(check, inner, inside), ...linkIssues(rows, inner, inside));
      if (rowsFields.some((name) => name === inner.name)) issues.push(reserved(inside('/name'), inner.name));
      if (inner.type === 'relation' && inner.onDelete === 'cascade') {
        const names = `parent, ${inner.name}`;
        issues.push({ path: inside('/onDelete'), code: 'metadata.twoMasters', params: { names } });
      }
      if (inner.type === 'table') {
        issues.push({ path: inside('/type'), code: 'metadata.shape', params: { detail: 'table in table' } });
      }
    }
  }
  for (const index of object.indexes ?? []) {
    const modelled = model.objects.get(object.name);
    for (const [position, name] of indexFields(index).entries()) {
      const path = at(`/indexes/${index.name}/fields/${position}`);
      if (modelled === undefined || stepsOf(model, modelled, name) === 'unknown') issues.push(unknown(path, name));
      else if (!isIndexable(modelled.fields.get(name))) {
        issues.push({ path, code: 'metadata.notIndexable', params: { name } });
      }
    }
  }
  issues.push(...masterIssues(model, object, at), ...typeChangeIssues(check, model, object, at));
  return issues;
}

/** A link table goes by both names, and PostgreSQL's names have 63 characters. */
function linkIssues(object: string, field: FieldDefinition, at: (path: string) => string): Issue[] {
  if (field.type !== 'relations' || object.length + field.name.length <= 62) return [];
  return [{ path: at('/name'), code: 'metadata.longNames', params: { name: field.name } }];
}

/** A record must be named without reading others. */
function isVirtualTitle(model: Model, object: ObjectDefinition, title: FieldDefinition): boolean {
  const modelled = model.objects.get(object.name);
  return modelled !== undefined && isVirtual(modelled, title.name);
}

function fieldIssues(check: Check, field: FieldDefinition, at: (path: string) => string): Issue[] {
  const issues: Issue[] = [];
  if (systemFields.some((name) => name === field.name) || objectProperties.includes(field.name)) {
    issues.push(reserved(at('/name'), field.name));
  }
  if (field.type === 'option' || field.type === 'options') {
    issues.push(...optionIssues(field.options ?? [], at));
    const set = field.optionSet;
    if (set !== undefined && set !== roleOptionSet && !check.state.optionSets.has(set)) {
      issues.push(unknown(at('/optionSet'), set));
    }
  }
  if (field.type === 'cascade') issues.push(...treeIssues(field.tree, at('/tree'), 1));
  if ('min' in field && field.min !== undefined && field.max !== undefined && field.min > field.max) {
    issues.push({ path: at('/max'), code: 'metadata.limit', params: { comparison: '>=', limit: field.min } });
  }
  return issues;
}

function optionIssues(options: readonly { readonly value: string }[], at: (path: string) => string): Issue[] {
  const seen = new Set<string>();
  return options.flatMap(({ value }, index): Issue[] => {
    if (seen.has(value)) {
      return [{ path: at(`/options/${index}/value`), code: 'metadata.duplicate', params: { name: value } }];
    }
    seen.add(value);
    return [];
  });
}

function treeIssues(tree: readonly unknown[], path: string, depth: number): Issue[] {
  if (depth > metadataLimits.cascadeDepth) {
    return [{ path, code: 'metadata.tooMany', params: { limit: metadataLimits.cascadeDepth } }];
  }
  const seen = new Set<string>();
  return tree.flatMap((node, index): Issue[] => {
    const at = `${path}/${index}`;
    if (!isJsonObject(node)) return [{ path: at, code: 'metadata.type', params: { expected: 'object' } }];
    const { value, label, children, ...rest } = node;
    const issues: Issue[] = [];
    if (typeof value !== 'string' || value === '') issues.push({ path: `${at}/value`, code: 'value.required' });
    else if (seen.has(value)) {
      issues.push({ path: `${at}/value`, code: 'metadata.duplicate', params: { name: value } });
    } else seen.add(value);
    if (!isJsonObject(label) || typeof label.zh !== 'string' || typeof label.en !== 'string') {
      issues.push({ path: `${at}/label`, code: 'value.required' });
    }
    for (const name of Object.keys(rest)) {
      if (name !== 'color' && name !== 'retired') {
        issues.push({ path: `${at}/${name}`, code: 'metadata.unknownProperty', params: { name } });
      }
    }
    if (children === undefined) return issues;
    if (!Array.isArray(children)) {
      return [...issues, { path: `${at}/children`, code: 'metadata.type', params: { expected: 'array' } }];
    }
    return [...issues, ...treeIssues(children, `${at}/children`, depth + 1)];
  });
}

/** Types that PostgreSQL can order, so that an index helps. */
function isIndexable(field: FieldDefinition | undefined): boolean {
  if (field === undefined) return true;
  const never: readonly FieldDefinition['type'][] = [
    'longText',
    'richText',
    'options',
    'cascade',
    'address',
    'geo',
    'relations',
    'table',
    'file',
    'image',
  ];
  return !never.includes(field.type);
}

/** One master at most, and no circle of masters: rights follow the master, and must end somewhere. */
function masterIssues(model: Model, object: ObjectDefinition, at: (path: string) => string): Issue[] {
  const masters = (object.fields ?? []).filter((field) => field.type === 'relation' && field.onDelete === 'cascade');
  const first = masters[0];
  if (first === undefined) return [];
  if (masters.length > 1) {
    const names = masters.map((field) => field.name).join(', ');
    return [{ path: at(`/fields/${masters[1]?.name}/onDelete`), code: 'metadata.twoMasters', params: { names } }];
  }
  const chain = [object.name];
  let next: ModelObject | null | undefined = model.objects.get(object.name);
  while (next) {
    next = masterOf(model, next);
    if (!next) break;
    const closed = chain.includes(next.name);
    chain.push(next.name);
    if (!closed) continue;
    return [{ path: at(`/fields/${first.name}/to`), code: 'metadata.cycle', params: { path: chain.join(' → ') } }];
  }
  return [];
}

function masterOf(model: Model, object: ModelObject): ModelObject | null {
  for (const field of object.fields.values()) {
    if (field.type === 'relation' && field.onDelete === 'cascade') return targetOf(model, field.to);
  }
  return null;
}

/** Fields left without the option set that was deleted. */
function lostOptionSets(check: Check): Issue[] {
  return check.removed.flatMap((removal): Issue[] => {
    if (removal.kind !== 'optionSet' || check.state.optionSets.has(removal.name)) return [];
    const users = [...modelOf(check.state).objects.values()].flatMap((object) =>
      [...object.fields.values()]
        .filter((field) => 'optionSet' in field && field.optionSet === removal.name)
        .map((field) => `${object.name}.${field.name}`),
    );
    const by = users.join(', ');
    return by === '' ? [] : [{ path: '/delete', code: 'metadata.inUse', params: { name: removal.name, by } }];
  });
}

function roleIssues(check: Check, model: Model, role: Role): Issue[] {
  const issues: Issue[] = [];
  const at = (path: string) => check.place('roles', role.name, path);
  if (role.name === administratorRole) issues.push(reserved(at('/name'), role.name));
  const before = check.current.roles.get(role.name)?.objects;
  for (const [name, grant] of Object.entries(role.objects ?? {})) {
    if (name === '*' || before?.[name] === grant) continue;
    const object = model.objects.get(name);
    if (object === undefined) {
      if (!check.options.lenient) issues.push(unknown(at(`/objects/${name}`), name));
      continue;
    }
    for (const field of Object.keys(grant.fields ?? {})) {
      if (field === '*' || stepsOf(model, object, field) !== 'unknown') continue;
      if (!check.options.lenient) issues.push(unknown(at(`/objects/${name}/fields/${field}`), field));
    }
  }
  return issues;
}

/** What an untouched flow lost is told as `metadata.inUse`. An app's flow may name objects that aren't there yet. */
function flowIssues(check: Check, model: Model, flow: Flow, isTouched: boolean): Issue[] {
  const faults = flowFaults(model, flow, check.state.flows).filter(
    ({ code }) => code !== 'flow.object' || !(check.options.lenient || !isTouched),
  );
  if (isTouched) {
    const places = new Map(flow.nodes.map(({ name }, index) => [name, `/nodes/${index}`]));
    return faults.map(({ node, at, code, params }) => {
      const within = node === null ? '/trigger' : (places.get(node) ?? '');
      return { path: check.place('flows', flow.name, `${within}${at}`), code, params };
    });
  }
  const [first] = faults;
  const lost = first?.params.name ?? first?.params.node ?? '';
  return first === undefined
    ? []
    : [{ path: '/delete', code: 'metadata.inUse', params: { name: lost, by: flow.name } }];
}

/** An entry opens one thing that is there, or holds others; names are told apart within their list. */
function menuIssues(check: Check, menu: Menu): Issue[] {
  const at = (path: string) => check.place('menus', menu.name, path);
  const { state, options } = check;
  const seen = new Set<string>();
  const rolesOf = ({ roles = [] }: Pick<MenuEntry, 'roles'>, where: string) =>
    roles.flatMap((role, index) => (isRole(check, role) ? [] : [unknown(at(`${where}/roles/${index}`), role)]));
  const issues = rolesOf(menu, '');
  for (const { entry, at: where } of menuEntries(menu)) {
    const key = where.replace(/\d+$/, entry.name);
    if (seen.has(key))
      issues.push({ path: at(`${where}/name`), code: 'metadata.duplicate', params: { name: entry.name } });
    seen.add(key);
    const ways = [entry.object, entry.view, entry.items].filter((way) => way !== undefined);
    if (ways.length !== 1) {
      issues.push({ path: at(where), code: 'metadata.shape', params: { detail: 'object | view | items' } });
    }
    const { object, view } = entry;
    if (object !== undefined && !state.objects.has(object) && !options.lenient)
      issues.push(unknown(at(`${where}/object`), object));
    if (view !== undefined && !state.views.has(view) && !options.lenient)
      issues.push(unknown(at(`${where}/view`), view));
    issues.push(...rolesOf(entry, where));
  }
  return issues;
}

function viewIssues(check: Check, model: Model, view: View): Issue[] {
  const at = (path: string) => check.place('views', view.name, path);
  const object = model.objects.get(view.object);
  if (object === undefined) return check.options.lenient ? [] : [unknown(at('/object'), view.object)];
  const roles = (view.roles ?? []).flatMap((role, index) =>
    isRole(check, role) ? [] : [unknown(at(`/roles/${index}`), role)],
  );
  const paths = viewPaths(view)
    .filter(({ path }) => stepsOf(model, object, path) === 'unknown')
    .map((missing) => unknown(at(missing.at), missing.path));
  return [...roles, ...paths];
}
