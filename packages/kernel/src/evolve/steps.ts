import {
  asJson,
  type FieldDefinition,
  type IndexDefinition,
  type Kind,
  kindNames,
  type Label,
  labelOf,
  type MetadataState,
  type Model,
  type ModelObject,
  modelOf,
  sameJson,
} from '@huike/schema';
import type { Gone, Restored } from './assign.ts';
import type { Impact, PlanStep } from './plan.ts';

// The difference between two states, in words.

/** Every item, field and index that differs. */
export function stepsOf(before: MetadataState, after: MetadataState, gone: Gone, restored: Restored): PlanStep[] {
  const [was, is] = [modelOf(before), modelOf(after)];
  const steps: PlanStep[] = [];
  for (const kind of kindNames) {
    if (kind === 'objects') steps.push(...objectSteps(was, is, gone, restored));
    else steps.push(...itemSteps(kind, before, after));
  }
  return steps;
}

const kindWords: Readonly<Record<Kind, Label>> = {
  settings: { zh: '设置', en: 'settings' },
  optionSets: { zh: '选项集', en: 'option set' },
  identifierKinds: { zh: '身份标识类型', en: 'kind of identifier' },
  objects: { zh: '对象', en: 'object' },
  roles: { zh: '角色', en: 'role' },
  sharingRules: { zh: '共享规则', en: 'sharing rule' },
  views: { zh: '视图', en: 'view' },
  layouts: { zh: '布局', en: 'layout' },
  menus: { zh: '菜单', en: 'menu' },
  flows: { zh: '流程', en: 'flow' },
};

const actionWords = {
  create: { zh: '新建', en: 'Create' },
  update: { zh: '修改', en: 'Change' },
  delete: { zh: '删除', en: 'Delete' },
  restore: { zh: '恢复', en: 'Restore' },
} as const satisfies Record<PlanStep['action'], Label>;

function words(action: PlanStep['action'], what: Label, name: Label, more: Label = { zh: '', en: '' }): Label {
  return {
    zh: `${actionWords[action].zh}${what.zh}“${name.zh}”${more.zh}`,
    en: `${actionWords[action].en} ${what.en} "${name.en}"${more.en}`,
  };
}

function itemSteps(kind: Exclude<Kind, 'objects'>, before: MetadataState, after: MetadataState): PlanStep[] {
  const was: ReadonlyMap<string, Item> = before[kind];
  const is: ReadonlyMap<string, Item> = after[kind];
  const step = (action: PlanStep['action'], item: Item): PlanStep => ({
    kind,
    name: item.name,
    action,
    impact: 'safe',
    detail: words(action, kindWords[kind], labelOf(item)),
  });
  const steps: PlanStep[] = [];
  for (const [name, item] of was) if (!is.has(name)) steps.push(step('delete', item));
  for (const [name, item] of is) {
    const old = was.get(name);
    if (old === undefined) steps.push(step('create', item));
    else if (old !== item && !sameJson(asJson(old), asJson(item))) steps.push(step('update', item));
  }
  return steps;
}

type Item = MetadataState[Exclude<Kind, 'objects'>] extends ReadonlyMap<string, infer T> ? T : never;

const aside: Label = { zh: '（数据保留 30 天，可恢复）', en: ' (its data is kept for 30 days and can be restored)' };

function objectSteps(was: Model, is: Model, gone: Gone, restored: Restored): PlanStep[] {
  const steps: PlanStep[] = [];
  const step = (action: PlanStep['action'], object: ModelObject, impact: Impact = 'safe', more?: Label): PlanStep => ({
    kind: 'objects',
    name: object.name,
    action,
    impact,
    detail: words(action, kindWords.objects, labelOf(object.definition), more),
  });
  for (const [name, object] of was.objects) {
    if (gone.objects.has(name)) steps.push(step('delete', object, 'losesData', aside));
  }
  for (const [name, object] of is.objects) {
    const old = gone.objects.has(name) ? undefined : was.objects.get(name);
    if (old === undefined) {
      steps.push(step(restored.objects.has(name) ? 'restore' : 'create', object));
      continue;
    }
    if (old.definition === object.definition) continue;
    if (!sameJson(withoutParts(old), withoutParts(object))) steps.push(step('update', object));
    steps.push(...fieldSteps(old, object, gone, restored), ...indexSteps(old, object));
  }
  return steps;
}

function withoutParts({ definition }: ModelObject) {
  const { fields: _fields, indexes: _indexes, ...rest } = asJson(definition);
  return rest;
}

const fieldWord: Label = { zh: '字段', en: 'field' };

function fieldSteps(old: ModelObject, object: ModelObject, gone: Gone, restored: Restored): PlanStep[] {
  const path = (field: string) => `${object.name}.${field}`;
  const step = (
    action: PlanStep['action'],
    field: FieldDefinition,
    impact: Impact = 'safe',
    more?: Label,
  ): PlanStep => ({
    kind: 'field',
    object: object.name,
    name: field.name,
    action,
    impact,
    detail: words(action, fieldWord, labelOf(field), more),
  });
  const steps: PlanStep[] = [];
  for (const [name, field] of old.fields) {
    if (gone.fields.has(path(name))) steps.push(step('delete', field, 'losesData', aside));
  }
  for (const [name, field] of object.fields) {
    const before = gone.fields.has(path(name)) ? undefined : old.fields.get(name);
    if (before === undefined) steps.push(step(restored.fields.has(path(name)) ? 'restore' : 'create', field));
    else if (before !== field && !sameJson(asJson(before), asJson(field))) {
      const retyped = before.type !== field.type;
      const more = retyped
        ? { zh: `：${before.type} → ${field.type}`, en: `: ${before.type} → ${field.type}` }
        : undefined;
      steps.push(step('update', field, retyped || becomesUnique(before, field) ? 'lock' : 'safe', more));
    }
  }
  return steps;
}

function becomesUnique(before: FieldDefinition, field: FieldDefinition): boolean {
  const unique = (one: FieldDefinition) => 'unique' in one && one.unique === true;
  return unique(field) && !unique(before);
}

const indexWord: Label = { zh: '索引', en: 'index' };

function indexSteps(old: ModelObject, object: ModelObject): PlanStep[] {
  const byName = (one: ModelObject) => new Map((one.definition.indexes ?? []).map((index) => [index.name, index]));
  const [was, is] = [byName(old), byName(object)];
  const step = (action: PlanStep['action'], { name }: IndexDefinition): PlanStep => ({
    kind: 'index',
    object: object.name,
    name,
    action,
    impact: action === 'delete' ? 'safe' : 'lock',
    detail: words(action, indexWord, { zh: name, en: name }),
  });
  const steps: PlanStep[] = [];
  for (const [name, index] of was) if (!is.has(name)) steps.push(step('delete', index));
  for (const [name, index] of is) {
    const before = was.get(name);
    if (before === undefined) steps.push(step('create', index));
    else if (before !== index && !sameJson(asJson(before), asJson(index))) steps.push(step('update', index));
  }
  return steps;
}
