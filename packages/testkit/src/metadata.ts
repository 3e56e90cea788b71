// Random metadata: documents that pass every check, from a small pool of names, so that two of them have names in
// common that mean different things.
import {
  asJson,
  type FieldDefinition,
  isJsonObject,
  type Json,
  type JsonObject,
  kindNames,
  type Layout,
  type MetadataDocument,
  type MetadataState,
  type Removal,
  typeChanges,
} from '@huike/schema';
import fc from 'fast-check';

export interface MetadataShape {
  readonly objects?: number;
  readonly fields?: number;
  readonly roles?: number;
}

type Pick = <T>(choices: readonly [T, ...T[]]) => T;
type Chance = (one: number) => boolean;
interface Dice {
  readonly upTo: (max: number) => number;
  readonly pick: Pick;
  /** True once in so many times. */
  readonly chance: Chance;
}

const objectNames = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta'] as const;
const plainTypes = [
  'text',
  'longText',
  'richText',
  'number',
  'decimal',
  'money',
  'percent',
  'date',
  'dateTime',
  'boolean',
  'option',
  'options',
  'cascade',
  'phone',
  'email',
  'url',
  'address',
  'geo',
  'user',
  'department',
  'relation',
  'relations',
  'file',
  'image',
  'autoNumber',
  'table',
] as const;

/** Each name has a type that it mostly is of, so that two documents have fields in common. */
const usualTypes = {
  a: 'text',
  b: 'number',
  c: 'decimal',
  d: 'money',
  e: 'relation',
  f: 'relation',
  g: 'option',
  h: 'date',
  i: 'text',
  j: 'relations',
  k: 'table',
  l: 'phone',
  m: 'options',
  n: 'email',
  o: 'percent',
  p: 'autoNumber',
} as const satisfies Record<string, (typeof plainTypes)[number]>;
const fieldNames = Object.keys(usualTypes);
const words = ['客户', '"quoted"', "it's", '拜访；--', '𠮷田', 'Ünïcode', '%_\\', '“全角”'] as const;

/** Documents of up to `objects` objects (default 4, most 8) with up to `fields` fields (default 12, most 16). */
export function metadataArbitrary(shape: MetadataShape = {}): fc.Arbitrary<MetadataDocument> {
  // fc.gen() leaves the source of randomness where it was: without the number, two of these would be equal.
  return fc.tuple(fc.noShrink(fc.nat()), fc.gen()).map(([, g]) => {
    const upTo = (max: number) => g(fc.nat, { max });
    const dice: Dice = {
      upTo,
      pick: (choices) => choices[upTo(choices.length - 1)] ?? choices[0],
      chance: (one) => upTo(one - 1) === one - 1,
    };
    return documentFrom(dice, shape);
  });
}

function documentFrom(dice: Dice, shape: MetadataShape): MetadataDocument {
  const most = shape.objects ?? 4;
  const names = some(dice, objectNames.slice(0, most), most);
  const drafts = names.map((name, index) => ({ name, fields: fieldsFrom(dice, names, index, shape.fields ?? 12) }));
  const objects = drafts.map((draft) => ({
    name: draft.name,
    ...(dice.chance(2) ? { label: label(dice) } : {}),
    ...titleFrom(dice, draft.fields),
    ...(dice.chance(4) ? { team: true } : {}),
    fields: [...draft.fields, ...computedFrom(dice, draft, drafts)],
    ...indexesFrom(dice, draft.fields),
  }));
  const optionSets = [{ name: 'shared', options: optionsFrom(dice) }];
  const roles = ['rep', 'boss', 'clerk', 'dealer'].slice(0, dice.upTo(shape.roles ?? 3)).map((name) => ({
    name,
    objects: Object.fromEntries(
      objects.filter(() => dice.chance(2)).map((object) => [object.name, grantFrom(dice, object.fields)]),
    ),
  }));
  const views = objects.filter(() => dice.chance(2)).map((object) => viewFrom(dice, object.name, object.fields));
  const layouts = drafts.filter(() => dice.chance(2)).map((draft) => layoutFrom(dice, draft, drafts));
  return { optionSets, objects, roles, views, layouts };
}

function some<T>(dice: Dice, all: readonly T[], most: number): T[] {
  const left = [...all];
  return Array.from({ length: Math.min(1 + dice.upTo(most - 1), all.length) }, () => {
    const [one] = left.splice(dice.upTo(left.length - 1), 1);
    return one;
  }).filter((one) => one !== undefined);
}

function label(dice: Dice) {
  return { zh: dice.pick(words), en: dice.pick(words) };
}

function optionsFrom(dice: Dice) {
  return ['new', 'open', '已赢', 'lost'].slice(0, 1 + dice.upTo(3)).map((value) => ({ value, label: label(dice) }));
}

function fieldsFrom(dice: Dice, objects: readonly string[], index: number, most: number): FieldDefinition[] {
  const names = some(dice, fieldNames, most);
  let hasMaster = false;
  return names.map((name) => {
    const field = fieldFrom(dice, name, objects, index, true);
    // A master comes before in the list, so that no circle can be.
    if (field.type !== 'relation' || field.onDelete !== 'cascade') return field;
    const { onDelete: _onDelete, ...loose } = field;
    if (hasMaster || objects.indexOf(field.to) >= index || !objects.includes(field.to)) return loose;
    hasMaster = true;
    return field;
  });
}

function fieldFrom(dice: Dice, name: string, objects: readonly string[], index: number, top: boolean): FieldDefinition {
  const common = {
    name,
    ...(dice.chance(3) ? { label: label(dice) } : {}),
    ...(dice.chance(4) ? { required: true } : {}),
  };
  const usual = Object.entries(usualTypes).find(([one]) => one === name)?.[1];
  const type = usual === undefined || dice.chance(4) ? dice.pick(plainTypes) : usual;
  const to = dice.chance(8) ? 'nowhere' : (objects[dice.upTo(objects.length - 1)] ?? 'nowhere');
  switch (type) {
    case 'text':
      return {
        ...common,
        type,
        ...(dice.chance(4) ? { unique: true } : {}),
        ...(dice.chance(3) ? { searchable: true } : {}),
      };
    case 'option':
    case 'options':
      return { ...common, type, ...(dice.chance(3) ? { optionSet: 'shared' } : { options: optionsFrom(dice) }) };
    case 'cascade':
      return {
        ...common,
        type,
        tree: [{ value: '浙江', label: label(dice), children: [{ value: '杭州', label: label(dice) }] }],
      };
    case 'relation':
      return { ...common, type, to, ...(top ? { onDelete: dice.pick(['clear', 'restrict', 'cascade']) } : {}) };
    case 'relations':
      return { ...common, type, to };
    case 'autoNumber':
      return { ...common, type, pattern: 'N-{0000}' };
    case 'decimal':
      return { ...common, type, ...(dice.chance(2) ? { scale: dice.upTo(4) } : {}) };
    case 'table': {
      if (!top) return { ...common, type: 'text' };
      const inner = some(dice, ['x', 'y', 'z'], 3);
      return { ...common, type, fields: inner.map((one) => fieldFrom(dice, one, objects, index, false)) };
    }
    default:
      return { ...common, type };
  }
}

const numeric: readonly FieldDefinition['type'][] = ['number', 'decimal', 'money', 'percent'];

interface Draft {
  readonly name: string;
  readonly fields: readonly FieldDefinition[];
}

/** Formulas over the object's own fields, and rollups over what points to it. */
function computedFrom(dice: Dice, draft: Draft, all: readonly Draft[]): FieldDefinition[] {
  const computed: FieldDefinition[] = [];
  const inputs = draft.fields.filter((field) => numeric.includes(field.type)).map((field) => field.name);
  const input = inputs[dice.upTo(Math.max(inputs.length - 1, 0))];
  if (input !== undefined && !dice.chance(3)) {
    computed.push({ name: 'twice', type: 'formula', expression: `${input} * 2`, returns: 'decimal' });
    if (dice.chance(2)) computed.push({ name: 'more', type: 'formula', expression: 'twice + 1', returns: 'decimal' });
  }
  for (const source of all) {
    const via = source.fields.find((field) => field.type === 'relation' && field.to === draft.name);
    if (via === undefined || dice.chance(4)) continue;
    const of = source.fields.find((field) => numeric.includes(field.type));
    const rollup =
      of === undefined
        ? { fn: 'count' as const }
        : { fn: dice.pick(['sum', 'min', 'max', 'avg'] as const), of: of.name };
    computed.push({ name: 'rolled', type: 'rollup', from: source.name, via: via.name, ...rollup });
    break;
  }
  return computed;
}

const titleTypes: readonly FieldDefinition['type'][] = ['text', 'autoNumber', 'email', 'phone', 'url'];

function titleFrom(dice: Dice, fields: readonly FieldDefinition[]) {
  const titles = fields.filter((field) => titleTypes.includes(field.type));
  const title = titles[dice.upTo(Math.max(titles.length - 1, 0))];
  return title !== undefined && dice.chance(2) ? { title: title.name } : {};
}

const indexed: readonly FieldDefinition['type'][] = [
  'text',
  'number',
  'decimal',
  'money',
  'date',
  'option',
  'relation',
];

function indexesFrom(dice: Dice, fields: readonly FieldDefinition[]) {
  const names = fields.filter((field) => indexed.includes(field.type)).map((field) => field.name);
  if (names.length === 0 || dice.chance(2)) return {};
  const chosen = some(dice, names, 3);
  return { indexes: [{ name: 'chosen', fields: [...chosen, dice.pick(['createdAt', '-createdAt'])] }] };
}

function grantFrom(dice: Dice, fields: readonly FieldDefinition[]) {
  const scope = () => dice.pick(['none', 'own', 'department', 'departmentTree', 'all'] as const);
  const right = () => dice.pick(['none', 'masked', 'read', 'edit'] as const);
  return {
    read: scope(),
    create: dice.chance(2),
    update: scope(),
    delete: scope(),
    export: scope(),
    transfer: scope(),
    fields: Object.fromEntries([
      ...(dice.chance(3) ? [['*', right()] as const] : []),
      ...fields.filter(() => dice.chance(2)).map((field) => [field.name, right()] as const),
    ]),
  };
}

function viewFrom(dice: Dice, object: string, fields: readonly FieldDefinition[]) {
  const shown = fields.filter(() => dice.chance(2)).map((field) => field.name);
  const texts = fields.filter((field) => field.type === 'text' || field.type === 'option').map((field) => field.name);
  const text = texts[0];
  return {
    name: `${object}View`,
    object,
    ...(shown.length > 0 ? { fields: shown } : {}),
    ...(text === undefined ? {} : { filter: { field: text, op: 'notEmpty' }, sort: [`-${text}`] }),
  };
}

function layoutFrom(dice: Dice, { name, fields }: Draft, drafts: readonly Draft[]): Layout {
  const known = fields.find((field) => field.type === 'text' || field.type === 'option');
  const when = known === undefined ? {} : { when: { field: known.name, op: 'notEmpty' } };
  const related = drafts.flatMap((draft) =>
    draft.fields.flatMap((field) =>
      field.type === 'relation' && field.to === name ? [{ object: draft.name, field: field.name }] : [],
    ),
  );
  const placed = fields
    .filter(() => dice.chance(2))
    .map((field) => ({ field: field.name, ...(dice.chance(3) ? when : {}) }));
  const section = { name: 'main', ...(dice.chance(3) ? when : {}), fields: placed };
  return {
    name: `${name}Layout`,
    object: name,
    ...(dice.chance(4) ? when : {}),
    highlights: fields.slice(0, 2).map((field) => field.name),
    tabs: [{ name: 'all', sections: [section], related }],
  };
}

/** The document that leads from a state to exactly what another document declares, whatever lies between. */
export function transition(from: MetadataState, to: MetadataDocument): JsonObject {
  const removals: Removal[] = [];
  const document: Record<string, Json> = {};
  const singular = {
    objects: 'object',
    roles: 'role',
    optionSets: 'optionSet',
    views: 'view',
    layouts: 'layout',
    sharingRules: 'sharingRule',
    identifierKinds: 'identifierKind',
    menus: 'menu',
    flows: 'flow',
  } as const;
  for (const kind of kindNames) {
    if (kind === 'settings') continue;
    const wanted = to[kind] ?? [];
    for (const name of from[kind].keys()) {
      if (!wanted.some((item) => item.name === name)) removals.push({ kind: singular[kind], name });
    }
    document[kind] = wanted.map((item) => {
      const old = from[kind].get(item.name);
      return old === undefined ? asJson(item) : itemTransition(kind, asJson(old), asJson(item), removals);
    });
  }
  return { ...document, delete: removals.map((removal) => ({ ...removal })) };
}

function itemTransition(kind: string, old: JsonObject, item: JsonObject, removals: Removal[]): JsonObject {
  const unset = withNulls(old, item);
  if (kind === 'roles') {
    return { ...unset, objects: withNulls(objectAt(old, 'objects'), objectAt(item, 'objects')) };
  }
  if (kind !== 'objects') return unset;
  const object = String(item.name);
  const gone = (name: string, part: 'field' | 'index') => removals.push({ kind: part, object, name });
  for (const { name } of missing(old.indexes, item.indexes)) gone(name, 'index');
  return { ...unset, fields: fieldTransitions(object, old.fields, item.fields, removals), indexes: item.indexes ?? [] };
}

function fieldTransitions(object: string, old: Json | undefined, now: Json | undefined, removals: Removal[]): Json {
  for (const { name } of missing(old, now)) removals.push({ kind: 'field', object, name });
  const before = new Map(named(old).map((field) => [field.name, field]));
  return named(now).map((field) => {
    const was = before.get(field.name);
    if (was === undefined) return field;
    const allowed: Readonly<Record<string, readonly string[]>> = typeChanges;
    const type = String(was.type);
    const kept = was.type === field.type || (allowed[type] ?? []).includes(String(field.type));
    if (!kept || was.to !== field.to) {
      removals.push({ kind: 'field', object, name: String(field.name) });
      return field;
    }
    const unset = withNulls(was, field);
    if (field.type !== 'table' || was.type !== 'table') return unset;
    const name = String(field.name);
    const rows = `${object}${name.charAt(0).toUpperCase()}${name.slice(1)}`;
    return { ...unset, fields: fieldTransitions(rows, was.fields, field.fields, removals) };
  });
}

function named(list: Json | undefined): JsonObject[] {
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

function missing(old: Json | undefined, now: Json | undefined): { readonly name: string }[] {
  const names = new Set(named(now).map((part) => part.name));
  return named(old)
    .filter((part) => !names.has(part.name))
    .map((part) => ({ name: String(part.name) }));
}

function objectAt(item: JsonObject, key: string): JsonObject {
  const value = item[key];
  return isJsonObject(value) ? value : {};
}

function withNulls(old: JsonObject, now: JsonObject): JsonObject {
  const gone = Object.keys(old).filter((key) => !(key in now));
  return { ...Object.fromEntries(gone.map((key) => [key, null])), ...now };
}
