// What the described metadata may name: what the viewer knows, and nothing else.
import assert from 'node:assert/strict';
import {
  conditionsOf,
  dependencies,
  isJsonObject,
  type Layout,
  layoutConditions,
  layoutFields,
  layoutLists,
  parseFormula,
} from '@huike/schema';
import { pathOf } from '@huike/testkit';
import type { CatalogObject } from '../catalog/types.ts';
import type { Checking } from './checking.fixture.ts';
import { describe, type FieldDescription } from './index.ts';

export function checkDescription(checks: Checking): void {
  const { world, actor, viewer, objects } = checks;
  const described = describe(world.catalog, actor);
  const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name).sort();
  assert.deepEqual(names(described.objects), names(objects));
  for (const object of objects) {
    const told = described.objects.find(({ name }) => name === object.name);
    const known = [...object.fields.values()].filter((field) => viewer.known(field) !== null);
    checks.same(names(told?.fields ?? []), names(known), object, 'described fields');
    checks.same(told?.title ?? null, viewer.known(object.title) === null ? 'id' : object.title.name, object, 'title');
    for (const field of told?.fields ?? []) checkField(checks, object, field);
    const may = { create: true, update: true, delete: true, export: true };
    for (const operation of ['update', 'delete', 'export'] as const) may[operation] = viewer.mayTry(object, operation);
    checks.same({ ...told?.may, create: true }, may, object, 'may');
  }
  for (const view of described.views) {
    const object = world.catalog.objects.get(view.object);
    assert.ok(object !== undefined && viewer.knows(object), view.name);
    const sorts = (view.sort ?? []).map((path) => path.replace(/^-/, ''));
    for (const path of [...(view.fields ?? []), ...sorts, ...conditionsOf(view.filter).map((one) => one.path)])
      assert.ok(pathOf(viewer, object, path) !== null, `${view.name}: ${path}`);
  }
  for (const layout of described.layouts) checkLayout(checks, layout);
}

function checkLayout({ world, viewer }: Checking, layout: Layout): void {
  const object = world.catalog.objects.get(layout.object);
  assert.ok(object !== undefined && viewer.knows(object), layout.name);
  const conditions = layoutConditions(layout).flatMap(({ item }) => conditionsOf(item).map(({ path }) => path));
  for (const path of [...layoutFields(layout).map(({ item }) => item), ...conditions])
    assert.ok(pathOf(viewer, object, path) !== null, `${layout.name}: ${path}`);
  for (const { item } of layoutLists(layout)) {
    const from = world.catalog.objects.get(item.object);
    assert.ok(from !== undefined && viewer.knows(from) && pathOf(viewer, from, item.field) !== null, layout.name);
  }
}

function checkField(checks: Checking, object: CatalogObject, told: FieldDescription): void {
  const { viewer, world } = checks;
  const field = object.fields.get(told.name);
  assert.ok(field !== undefined);
  if (viewer.known(field) === 'masked' && told.right !== 'edit') checks.same(told.right, 'masked', object, told.name);
  const { target } = field;
  checks.same(told.target ?? null, target !== null && viewer.knows(target) ? target.name : null, object, told.name);
  const definition = JSON.parse(JSON.stringify(told.definition));
  if (!isJsonObject(definition)) return;
  if ('to' in definition)
    assert.ok(target !== null && viewer.knows(target), `${object.name}.${told.name} tells its target`);
  if (typeof definition.expression === 'string') {
    for (const path of dependencies(parseFormula(definition.expression)))
      assert.ok(pathOf(viewer, object, path) !== null, `${object.name}.${told.name} tells ${path}`);
  }
  if (typeof definition.from === 'string') {
    const source = world.catalog.objects.get(definition.from);
    assert.ok(source !== undefined && viewer.knows(source), `${object.name}.${told.name} tells ${definition.from}`);
    for (const path of [definition.via, definition.of])
      if (typeof path === 'string') assert.ok(pathOf(viewer, source, path) !== null, `${told.name} tells ${path}`);
  }
  if (Array.isArray(definition.fields)) {
    const inner = definition.fields.flatMap((one) => (isJsonObject(one) ? [String(one.name)] : []));
    for (const name of inner) {
      const column = target?.fields.get(name);
      assert.ok(column !== undefined && target !== null && viewer.knows(target) && viewer.known(column) !== null, name);
    }
  }
}
