import { type Check, isRole, unknown } from './checking.ts';
import { conditionsOf } from './computed.ts';
import type { Issue } from './errors.ts';
import { type Layout, layoutConditions, layoutFields, layoutLists, layoutSections } from './layouts.ts';
import { hasField, leadsTo, type Model, type ModelObject, stepsOf } from './state.ts';

/** What is wrong with a layout: every name leads somewhere, and conditions ask about the record itself. */
export function layoutIssues(check: Check, model: Model, layout: Layout): Issue[] {
  const at = (path: string) => check.place('layouts', layout.name, path);
  const object = model.objects.get(layout.object);
  if (object === undefined) return check.options.lenient ? [] : [unknown(at('/object'), layout.object)];
  const roles = (layout.roles ?? []).flatMap((role, index) =>
    isRole(check, role) ? [] : [unknown(at(`/roles/${index}`), role)],
  );
  const fields = layoutFields(layout)
    .filter(({ item }) => !hasField(object, item))
    .map(({ item, at: where }) => unknown(at(where), item));
  return [
    ...roles,
    ...fields,
    ...twice(layout, at),
    ...layoutConditions(layout).flatMap(({ item, at: where }) => conditionIssues(model, object, item, at(where))),
    ...layoutLists(layout).flatMap(({ item, at: where }) => listIssues(check, model, object, item, at(where))),
  ];
}

/** Tabs and sections are told apart by name in the whole layout, fields in their section, lists in their tab. */
function twice(layout: Layout, at: (path: string) => string): Issue[] {
  const repeated = (names: readonly string[], where: (index: number) => string) =>
    names.flatMap((name, index): Issue[] =>
      names.indexOf(name) === index ? [] : [{ path: at(where(index)), code: 'metadata.duplicate', params: { name } }],
    );
  const sections = layoutSections(layout);
  return [
    ...repeated(
      layout.tabs.map(({ name }) => name),
      (index) => `/tabs/${index}/name`,
    ),
    ...repeated(
      sections.map(({ item }) => item.name),
      (index) => `${sections[index]?.at}/name`,
    ),
    ...sections.flatMap(({ item, at: where }) =>
      repeated(
        item.fields.map(({ field }) => field),
        (index) => `${where}/fields/${index}/field`,
      ),
    ),
    ...layout.tabs.flatMap(({ related = [] }, tab) =>
      repeated(
        related.map(({ object, field }) => `${object}.${field}`),
        (index) => `/tabs/${tab}/related/${index}`,
      ),
    ),
  ];
}

const aboutOthers: readonly string[] = ['some', 'none', 'every'];

function conditionIssues(model: Model, object: ModelObject, when: unknown, at: string): Issue[] {
  return conditionsOf(when).flatMap(({ path, op }): Issue[] => {
    if (path.includes('.') || aboutOthers.includes(op)) {
      return [{ path: at, code: 'metadata.ownFields', params: { name: path } }];
    }
    return stepsOf(model, object, path) === 'unknown' ? [unknown(at, path)] : [];
  });
}

function listIssues(
  check: Check,
  model: Model,
  object: ModelObject,
  list: {
    readonly object: string;
    readonly field: string;
    readonly fields?: readonly string[];
    readonly sort?: readonly string[];
  },
  at: string,
): Issue[] {
  const from = model.objects.get(list.object);
  if (from === undefined) return check.options.lenient ? [] : [unknown(`${at}/object`, list.object)];
  if (leadsTo(model, from, list.field)?.name !== object.name || from.fields.get(list.field)?.type !== 'relation') {
    return [unknown(`${at}/field`, list.field)];
  }
  const named = [
    ...(list.fields ?? []).map((name, index) => ({ name, where: `${at}/fields/${index}` })),
    ...(list.sort ?? []).map((name, index) => ({ name: name.replace(/^-/, ''), where: `${at}/sort/${index}` })),
  ];
  return named.filter(({ name }) => !hasField(from, name)).map(({ name, where }) => unknown(where, name));
}
