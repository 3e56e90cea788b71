// Random records of random metadata.
import type { Catalog, CatalogField, CatalogObject } from '@huike/kernel';
import { type Command, type Json, newId, type Values } from '@huike/schema';
import type { Dice } from './dice.ts';
import type { People } from './people.ts';

/** Commands that fill the declared objects: what creates records, what changes and links them, what deletes some. */
export interface Filling {
  readonly create: readonly Command[];
  readonly change: readonly Command[];
  readonly remove: readonly Command[];
  /** Ids by the object's name. */
  readonly ids: ReadonlyMap<string, readonly string[]>;
}

/** Where files are found among what can be referred to; no object is called so. */
const anyFile = ' file';

export function fillingOf(
  dice: Dice,
  catalog: Catalog,
  people: People,
  files: readonly string[],
  most: number,
): Filling {
  const objects = [...catalog.objects.values()].filter((object) => object.app !== 'kernel' && !isRows(object));
  const ids = new Map(
    objects.map((object) => [object.name, Array.from({ length: 1 + dice.upTo(most - 1) }, () => newId())]),
  );
  const reach = new Map<string, readonly string[]>([
    ...ids,
    ['user', people.persons.map(({ id }) => id)],
    ['department', people.departments.map(({ id }) => id)],
    [anyFile, files],
  ]);
  const each = (make: (object: CatalogObject, id: string) => readonly Command[]) =>
    objects.flatMap((object) => (ids.get(object.name) ?? []).flatMap((id) => make(object, id)));
  return {
    ids,
    create: each((object, id) => {
      const owner = dice.once(6) ? null : dice.pick(people.persons).id;
      const department = dice.once(6) ? null : dice.pick(people.departments).id;
      const values = { ...valuesOf(dice, catalog, object, null), owner, department };
      return [{ op: 'create', object: object.name, id, values }];
    }),
    change: each((object, id) => [
      { op: 'update', object: object.name, id, values: valuesOf(dice, catalog, object, reach) },
    ]),
    remove: each((object, id) => (dice.once(6) ? [{ op: 'delete', object: object.name, id }] : [])),
  };
}

/** The rows of a table field come with their record. */
function isRows(object: CatalogObject): boolean {
  return [...(object.master?.target?.fields.values() ?? [])].some(
    (field) => field.target === object && field.type === 'table',
  );
}

/** Values for some fields: without `reach` all but relations, with it relations and a few of the others again. */
function valuesOf(
  dice: Dice,
  catalog: Catalog,
  object: CatalogObject,
  reach: ReadonlyMap<string, readonly string[]> | null,
): Values {
  const values: Record<string, Json> = {};
  for (const field of object.fields.values()) {
    if (field.system || field.definition === null) continue;
    const ids = field.target === null ? [] : (reach?.get(field.target.name) ?? []);
    if (field.type === 'table') {
      if (reach === null || dice.once(4)) values[field.name] = rowsOf(dice, catalog, field);
    } else if (field.type === 'file' || field.type === 'image') {
      if (reach !== null && dice.once(2)) values[field.name] = dice.some(reach.get(anyFile) ?? [], 4);
    } else if (field.type === 'relations') {
      if (ids.length > 0) values[field.name] = dice.some(ids);
    } else if (['relation', 'user', 'department'].includes(field.type)) {
      if (ids.length > 0) values[field.name] = dice.once(5) ? null : dice.pick(ids);
    } else if (reach === null ? !dice.once(5) : dice.once(4)) {
      const value = writtenValue(dice, catalog, field);
      if (value !== undefined) values[field.name] = value;
    }
  }
  return values;
}

function rowsOf(dice: Dice, catalog: Catalog, field: CatalogField): Json {
  const rows = field.target;
  if (rows === null) return [];
  return Array.from({ length: dice.upTo(2) }, () => {
    const inner = [...rows.fields.values()].filter((one) => !one.system && one !== field.inverse);
    return Object.fromEntries(
      inner.flatMap((one) => {
        const value = one.name === 'position' ? undefined : writtenValue(dice, catalog, one);
        return value === undefined ? [] : [[one.name, value]];
      }),
    );
  });
}

const words = ['张三', '张三丰', '李四', 'ABC', 'abc', 'Äö', '%_\\', "o'brien", '𠮷田', 'zs', '110101199003078515'];
const digits = ['0', '1', '2.5', '-3', '10.25', '2.50'];
const days = ['2024-02-29', '2026-01-31', '2026-03-30', '2026-03-31', '2026-04-01', '2026-12-31'];
const times = [
  '2026-03-31T15:59:59Z',
  '2026-03-31T16:00:00Z',
  '2026-02-28T12:00:00.123456Z',
  '2025-12-31T20:00:00+08:00',
];

/** A value as a caller writes it; undefined for what can't be written so. */
function writtenValue(dice: Dice, catalog: Catalog, field: CatalogField): Json | undefined {
  const { definition } = field;
  switch (definition?.type) {
    case 'text':
      return dice.pick(words);
    case 'longText':
      return dice.once(8) ? `${'长'.repeat(3000)}${dice.pick(words)}` : dice.pick(words);
    case 'richText':
      return `<p>${dice.pick(['张三', 'abc'])}</p>`;
    case 'number':
      return dice.pick([0, 1, 2.5, -3, 1000]);
    case 'decimal':
    case 'percent':
      return dice.pick(digits);
    case 'money':
      return dice.once(2) ? dice.pick(digits) : { amount: dice.pick(digits), currency: 'CNY' };
    case 'date':
      return dice.pick(days);
    case 'dateTime':
      return dice.pick(times);
    case 'boolean':
      return dice.once(2);
    case 'option':
    case 'options': {
      const set = definition.optionSet === undefined ? undefined : catalog.optionSets.get(definition.optionSet);
      const all = (set?.options ?? definition.options ?? []).map((option) => option.value);
      if (all.length === 0) return undefined;
      return definition.type === 'option' ? dice.pick(all) : dice.some(all);
    }
    case 'cascade':
      return dice.pick([['浙江'], ['浙江', '杭州']]);
    case 'phone':
      return dice.pick(['13800138000', '13912345678', '+8613700000001']);
    case 'email':
      return dice.pick(['a@example.com', 'zhang.san@example.com', 'z@example.org']);
    case 'url':
      return dice.pick(['https://example.com/a', 'https://example.org']);
    case 'address':
      return dice.pick([{ province: '浙江', city: '杭州', street: '文一路Ä1号' }, { city: '上海' }]);
    case 'geo':
      return { lng: 120.1, lat: 30.2 };
    default:
      return undefined;
  }
}
