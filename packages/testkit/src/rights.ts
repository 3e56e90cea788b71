// Random roles and sharing rules for random metadata.
import {
  type FieldDefinition,
  type Grant,
  isJsonObject,
  type Json,
  type MetadataDocument,
  type ObjectDefinition,
  type Role,
  rowsObjectName,
  type SharingRule,
} from '@huike/schema';
import type { Dice } from './dice.ts';
import type { People } from './people.ts';

/** Random metadata made fit for random records, with roles, sharing rules and formulas over other records. */
export function withRights(dice: Dice, document: MetadataDocument, people: People): MetadataDocument {
  const objects = (document.objects ?? []).map((object) => ({
    ...object,
    fields: [...(object.fields ?? []).map((field) => loosened(dice, field)), ...movingFormulas(dice, object, document)],
  }));
  const roles = ['rep', 'boss', 'clerk', 'dealer'].map((name) => roleFrom(dice, name, objects, people));
  const sharingRules = Array.from({ length: dice.upTo(3) }, (_, index) => ruleFrom(dice, index, objects, people));
  return { ...document, objects, roles, sharingRules };
}

const masks = ['phone', 'email', 'idNumber', 'bankAccount', 'name', 'all'] as const;

/** Nothing required and nothing unique: equal and empty values are what queries stumble over. */
function loosened(dice: Dice, field: FieldDefinition): FieldDefinition {
  const { required: _, ...rest } = field;
  if ('unique' in rest) delete rest.unique;
  if (rest.type === 'table') {
    return { ...rest, fields: rest.fields.map((inner) => loosened(dice, inner as FieldDefinition)) };
  }
  const texts = rest.type === 'text' || rest.type === 'longText' || rest.type === 'phone';
  return texts && dice.once(3) ? { ...rest, mask: dice.pick(masks) } : rest;
}

const numbers: readonly string[] = ['number', 'decimal', 'money', 'percent'];

/** Formulas that are computed in the read. */
function movingFormulas(dice: Dice, object: ObjectDefinition, { objects = [] }: MetadataDocument): FieldDefinition[] {
  const made: FieldDefinition[] = [];
  if (dice.once(2)) {
    made.push({
      name: 'mine',
      type: 'formula',
      expression: 'IF(owner = USER(), YEAR(TODAY()), 0)',
      returns: 'decimal',
    });
  }
  const paths = (object.fields ?? []).flatMap((field) => {
    const target = field.type === 'relation' ? objects.find((one) => one.name === field.to) : undefined;
    const inner = target?.fields?.find((one) => numbers.includes(one.type));
    return inner === undefined ? [] : [`${field.name}.${inner.name}`];
  });
  if (paths.length > 0 && dice.once(2)) {
    made.push({ name: 'through', type: 'formula', expression: `${dice.pick(paths)} + 1`, returns: 'decimal' });
  }
  return made;
}

const scopes = ['none', 'own', 'department', 'departmentTree', 'departments', 'all'] as const;
const rights = ['none', 'masked', 'read', 'edit'] as const;

function roleFrom(dice: Dice, name: string, objects: readonly ObjectDefinition[], people: People): Role {
  const grants: [string, Grant][] = objects
    .filter(() => !dice.once(4))
    .map((object) => [object.name, grantFrom(dice, [...fieldsOf(object)], people)]);
  const tables = objects.flatMap((object) =>
    (object.fields ?? []).flatMap((field) => (field.type === 'table' ? [{ object, field }] : [])),
  );
  for (const { object, field } of tables) {
    const inner = field.fields.flatMap((one) => (isJsonObject(one) ? [String(one.name)] : []));
    if (dice.once(4)) grants.push([rowsObjectName(object.name, field.name), grantFrom(dice, inner, people)]);
  }
  if (dice.once(3)) grants.push(['*', grantFrom(dice, [], people)]);
  if (dice.once(5)) grants.push(['user', grantFrom(dice, ['name', 'phone', 'email'], people)]);
  return {
    name,
    objects: Object.fromEntries(grants),
    ...(dice.once(2) ? { capabilities: ['unmask' as const] } : {}),
  };
}

function* fieldsOf(object: ObjectDefinition): Generator<string> {
  for (const field of object.fields ?? []) yield field.name;
  yield* ['owner', 'department', 'createdAt', 'updatedAt', 'createdBy'];
}

function grantFrom(dice: Dice, fields: readonly string[], people: People): Grant {
  // Mostly something: who sees nothing tests little.
  const scope = () => dice.pick(dice.once(2) ? scopes : scopes.slice(1));
  const named = dice.some(fields, 3).map((field) => [field, dice.pick(rights)] as const);
  const usual = dice.once(3) ? [['*', dice.pick(rights)] as const] : [];
  return {
    ...{ read: scope(), create: dice.once(2), update: scope(), delete: scope(), export: scope(), transfer: scope() },
    departments: dice.some(people.departments, 3).map(({ id }) => id),
    fields: Object.fromEntries([...usual, ...named]),
  };
}

/** By a field of the record itself or of a related one. */
function ruleFrom(
  dice: Dice,
  index: number,
  objects: readonly ObjectDefinition[],
  { departments, persons }: People,
): SharingRule {
  const object = dice.pick(objects);
  const relation = object.fields?.find((field) => field.type === 'relation' || field.type === 'user');
  const own = object.fields?.find((field) => field.type === 'text' || field.type === 'option');
  const filters: Json[] = [
    { field: 'owner', op: 'empty' },
    { field: 'department', op: 'eq', value: dice.pick(departments).id },
    ...(own === undefined ? [] : [{ field: own.name, op: 'notEmpty' }, { not: { field: own.name, op: 'empty' } }]),
    ...(relation === undefined ? [] : [{ field: relation.name, op: 'notEmpty' }]),
  ];
  return {
    name: `rule${index}`,
    object: object.name,
    ...(dice.once(4) ? {} : { filter: dice.pick(filters) }),
    to: dice.pick([
      { role: dice.pick(['rep', 'boss', 'clerk', 'dealer']) },
      { department: dice.pick(departments).id },
      { user: dice.pick(persons).id },
    ]),
    right: dice.pick(['read', 'update'] as const),
  };
}
