// Random queries that a viewer may ask: over what is seen, with values that others have.
import type { GroupBy, GroupQuery, Json, JsonObject, Measure } from '@huike/schema';
import { dateUnits } from '@huike/schema';
import { type Dice, isToMany, isToOne, kindOf, type RawRow, seenValue, Viewer } from '@huike/testkit';
import type { CatalogField, CatalogObject } from '../catalog/types.ts';
import { system } from '../write/fixture.ts';

export class Asking {
  readonly #dice: Dice;
  readonly #viewer: Viewer;
  /** Who sees everything: where values come from that the viewer doesn't see. */
  readonly #whole: Viewer;

  constructor(dice: Dice, viewer: Viewer) {
    this.#dice = dice;
    this.#viewer = viewer;
    this.#whole = new Viewer(viewer.data, system);
  }

  /** A path over relations that the viewer knows, ending with a field that `fits`; null when there is none. */
  path(object: CatalogObject, fits: (field: CatalogField) => boolean, depth = 3): readonly CatalogField[] | null {
    const fields = this.#known(object);
    const onward = fields.filter(
      (field) => isToOne(field) && field.target !== null && this.#viewer.knows(field.target),
    );
    if (depth > 0 && onward.length > 0 && this.#dice.once(3)) {
      const step = this.#dice.pick(onward);
      const rest = step.target === null ? null : this.path(step.target, fits, depth - 1);
      if (rest !== null) return [step, ...rest];
    }
    const fitting = fields.filter(fits);
    return fitting.length === 0 ? null : [this.#dice.pick(fitting)];
  }

  #known(object: CatalogObject): CatalogField[] {
    return [...object.fields.values()].filter((field) => this.#viewer.known(field) === 'clear');
  }

  filter(object: CatalogObject, depth = 2): JsonObject {
    const dice = this.#dice;
    if (depth > 0 && dice.once(4)) {
      const parts = Array.from({ length: dice.upTo(2) }, () => this.filter(object, depth - 1));
      return dice.pick([{ and: parts }, { or: parts }, { not: this.filter(object, depth - 1) }]);
    }
    const path = this.path(object, (field) => field.handler.operators.size > 0);
    const field = path?.at(-1);
    if (path === null || field === undefined) return { and: [] };
    const op = dice.pick([...field.handler.operators]);
    const name = path.map((step) => step.name).join('.');
    if (op === 'empty' || op === 'notEmpty') return { field: name, op };
    if (op !== 'some' && op !== 'none' && op !== 'every') return { field: name, op, value: this.#operand(field, op) };
    const { target } = field;
    const seen = target !== null && this.#viewer.knows(target);
    return { field: name, op, value: seen && depth > 0 ? this.filter(target, depth - 1) : { and: [] } };
  }

  #operand(field: CatalogField, op: string): Json {
    const dice = this.#dice;
    const one = () => this.#value(field);
    const list = kindOf(field) === 'text[]';
    switch (op) {
      case 'in':
      case 'notIn':
        return list ? oneOf(one(), dice) : Array.from({ length: dice.upTo(3) }, one);
      case 'between':
        return [one(), one()];
      case 'within':
        return dice.pick<JsonObject>([
          { this: dice.pick(dateUnits) },
          { last: 1 + dice.upTo(4), unit: dice.pick(dateUnits) },
          { next: 1 + dice.upTo(2), unit: dice.pick(dateUnits) },
        ]);
      case 'contains':
        return list ? (oneOf(one(), dice)[0] ?? 'new') : this.#part(field, String(one()), op);
      case 'startsWith':
      case 'endsWith':
        return this.#part(field, String(one()), op);
      default: {
        const value = one();
        return (op === 'eq' || op === 'ne') && dice.once(8) ? null : value;
      }
    }
  }

  /** A value that some record has, seen or not. */
  #value(field: CatalogField): Json {
    const values = this.#whole
      .rows(field.object)
      .map((row: RawRow) => seenValue(this.#whole, field, row))
      .filter((value) => value !== null && String(value).length < 900);
    if (values.length > 0) return this.#dice.pick(values);
    const kind = kindOf(field);
    if (kind === 'boolean') return true;
    if (kind === 'numeric' || kind === 'float8') return 1;
    if (kind === 'date') return '2026-03-31';
    if (kind === 'timestamptz') return '2026-03-31T16:00:00+00:00';
    if (kind === 'uuid') return '01890a5d-ac96-774b-bcce-b302099a8057';
    if (kind === 'text[]') return ['new'];
    if (field.type === 'phone') return '+8613800138000';
    if (field.type === 'email') return 'a@example.com';
    return 'new';
  }

  /** A part of a text in any case. Of a phone so much that it is read as one. */
  #part(field: CatalogField, text: string, op: string): string {
    const dice = this.#dice;
    if (field.type === 'phone') return op === 'startsWith' ? text.slice(0, 6) : text.slice(-4);
    const all = [...text];
    const from = op === 'startsWith' ? 0 : dice.upTo(Math.max(0, all.length - 1));
    const to = op === 'endsWith' ? all.length : from + 1 + dice.upTo(3);
    const part = all.slice(from, to).join('');
    return dice.pick([part, part.toUpperCase(), part.toLowerCase()].filter((one) => one.length === part.length));
  }

  sort(object: CatalogObject): string[] {
    const paths = Array.from({ length: this.#dice.upTo(3) }, () =>
      this.path(object, (field) => kindOf(field) !== null && !isToMany(field)),
    );
    return paths.flatMap((path) =>
      path === null ? [] : [`${this.#dice.once(2) ? '-' : ''}${path.map((step) => step.name).join('.')}`],
    );
  }

  /** Fields to look at, along paths of any depth; what is masked too. */
  fields(object: CatalogObject): string[] {
    const paths = Array.from({ length: 1 + this.#dice.upTo(4) }, () => this.#shownPath(object, 5));
    return [...new Set(paths)];
  }

  #shownPath(object: CatalogObject, depth: number): string {
    const fields = [...object.fields.values()].filter((field) => this.#viewer.known(field) !== null);
    const field = this.#dice.pick(fields);
    const { target } = field;
    const leads = target !== null && this.#viewer.known(field) === 'clear' && this.#viewer.knows(target);
    if (!leads || depth === 0 || this.#dice.once(4)) return field.name;
    return `${field.name}.${this.#shownPath(target, depth - 1)}`;
  }

  group(object: CatalogObject): GroupQuery | null {
    const dice = this.#dice;
    const comparable = (field: CatalogField) => kindOf(field) !== null && !isToMany(field);
    const group = Array.from({ length: dice.upTo(2) }, () => this.path(object, comparable, 1)).flatMap((path) =>
      path === null ? [] : [this.#groupBy(path)],
    );
    const names = group.map((by) => (typeof by === 'string' ? by : by.field));
    if (new Set(names).size < names.length) return null;
    const measures: Measure[] = [{ fn: 'count', as: 'n' }];
    for (const as of ['o', 'version', 'data']) {
      const path = dice.once(2) ? this.path(object, comparable, 1) : null;
      const field = path?.at(-1);
      if (path === null || field === undefined || names.includes(as)) continue;
      measures.push({ fn: dice.pick(measuresOf(field)), field: path.map(({ name }) => name).join('.'), as });
    }
    if (names.includes('n')) return null;
    const sort = dice
      .some([...names, ...measures.map(({ as }) => as)], 4)
      .map((name) => `${dice.pick(['', '-'])}${name}`);
    const filter = dice.once(2) ? { filter: this.filter(object, 1) } : {};
    return { ...filter, group, measures, sort, ...(dice.once(5) ? { limit: 2 } : {}) };
  }

  #groupBy(path: readonly CatalogField[]): GroupBy {
    const field = path.map(({ name }) => name).join('.');
    const last = path.at(-1);
    const kind = last === undefined ? null : kindOf(last);
    if ((kind !== 'date' && kind !== 'timestamptz') || this.#dice.once(4)) return field;
    const zone = this.#dice.once(2) ? {} : { timeZone: this.#dice.pick(['Asia/Shanghai', 'America/New_York']) };
    return { field, by: this.#dice.pick(dateUnits), ...zone };
  }
}

function oneOf(value: Json, dice: Dice): Json[] {
  return Array.isArray(value) && value.length > 0 ? [dice.pick(value)] : [];
}

function measuresOf(field: CatalogField): Measure['fn'][] {
  const kind = kindOf(field);
  const always = ['count', 'countDistinct'] as const;
  if (kind === 'numeric' || kind === 'float8') return [...always, 'sum', 'avg', 'min', 'max'];
  return kind === 'uuid' || kind === 'boolean' || kind === 'text[]' ? [...always] : [...always, 'min', 'max'];
}
