// What must hold in a world: every entry point of the read path answers exactly what the reference model says.
import assert from 'node:assert/strict';
import { Decimal, isJsonObject, type Json, newId } from '@huike/schema';
import { Dice, grouped, isToMany, kindOf, listed, shown, shownValue, Viewer } from '@huike/testkit';
import type { UserActor } from '../access/index.ts';
import type { CatalogField, CatalogObject } from '../catalog/types.ts';
import { sql } from '../database/sql.ts';
import { Asking } from './asking.fixture.ts';
import { type Checking, refusal } from './checking.fixture.ts';
import { checkDescription } from './describe.fixture.ts';
import { mayReadFile } from './files.ts';
import { checkHistory } from './history.fixture.ts';
import { exportRecords, get, group, list, unmask, visibleAmong } from './index.ts';
import { checkMatches } from './matches.fixture.ts';
import { checkSearch } from './search.fixture.ts';
import type { World } from './world.fixture.ts';

/** One viewer of a world, and everything that is asked in its name. */
export class Checks implements Checking {
  readonly world: World;
  readonly actor: UserActor;
  readonly viewer: Viewer;
  readonly dice: Dice;
  readonly #ask: Asking;

  constructor(world: World, actor: UserActor) {
    this.world = world;
    this.actor = actor;
    this.viewer = new Viewer(world.data, actor);
    // Of its own: viewers are asked for side by side.
    this.dice = new Dice(world.seed * 10 + world.viewers.indexOf(actor));
    this.#ask = new Asking(this.dice, this.viewer);
  }

  get objects(): readonly CatalogObject[] {
    return [...this.world.catalog.objects.values()].filter((object) => this.viewer.knows(object));
  }

  /** Everything, on every object. */
  async all(): Promise<void> {
    checkDescription(this);
    await checkSearch(this);
    await this.files();
    for (const object of this.world.catalog.objects.values()) {
      // People are the same in every world.
      if (object.app === 'kernel' && !this.dice.once(5)) continue;
      if (!this.viewer.knows(object)) {
        await this.unknownObject(object);
        continue;
      }
      await this.whole(object);
      await this.filtered(object);
      await this.filtered(object);
      await this.nested(object);
      await this.paged(object);
      await this.groups(object);
      await this.hidden(object);
      await this.single(object);
      await this.exported(object);
      await this.unmasked(object);
    }
  }

  /** All records with all fields, living and in the bin, and how many. */
  async whole(object: CatalogObject): Promise<void> {
    const rows = listed(this.viewer, object, { sort: ['id'] });
    const page = await this.#list(object, { sort: ['id'], limit: 500, count: true });
    this.same(page.data, shown(this.viewer, object, rows), object, 'list');
    this.same(page.total ?? -1, rows.length, object, 'count');
    const bin = await this.#list(object, { sort: ['id'], limit: 500, deleted: 'only' });
    this.same(
      bin.data,
      shown(this.viewer, object, listed(this.viewer, object, { sort: ['id'], use: 'bin' })),
      object,
      'bin',
    );
    const ids = this.viewer.rows(object).map((row) => String(row.id));
    const visible = await visibleAmong(this.world.context, this.actor, object.name, [...ids, newId(), 'x']);
    const reached = this.viewer.rows(object).filter((row) => this.viewer.reaches(object, row));
    this.same([...visible].sort(), reached.map((row) => String(row.id)).sort(), object, 'visibleAmong');
  }

  async filtered(object: CatalogObject): Promise<void> {
    const filter = this.#ask.filter(object);
    const rows = listed(this.viewer, object, { filter, sort: ['id'] });
    const page = await this.#list(object, { filter, fields: ['id'], sort: ['id'], limit: 500, count: true });
    this.same(page.data, shown(this.viewer, object, rows, ['id']), object, filter);
    this.same(page.total ?? -1, rows.length, object, filter);
    await checkMatches(this, object, filter, rows);
  }

  async nested(object: CatalogObject): Promise<void> {
    const fields = this.#ask.fields(object);
    const page = await this.#list(object, { fields, sort: ['id'], limit: 500 });
    const rows = listed(this.viewer, object, { sort: ['id'] });
    this.same(page.data, shown(this.viewer, object, rows, fields), object, fields);
  }

  /** Page by page over everything: nothing lost, nothing twice, in the model's order. */
  async paged(object: CatalogObject): Promise<void> {
    const sort = this.#ask.sort(object);
    const rows = listed(this.viewer, object, { sort });
    const limit = 1 + this.dice.upTo(2);
    const found: Json[] = [];
    for (let cursor: string | null | undefined; cursor !== null && found.length <= rows.length; ) {
      const more = cursor === undefined ? {} : { cursor };
      const page = await this.#list(object, { fields: ['id'], sort, limit, ...more });
      found.push(...page.data);
      cursor = page.next;
    }
    this.same(found, shown(this.viewer, object, rows, ['id']), object, { sort, limit });
  }

  async groups(object: CatalogObject): Promise<void> {
    const query = this.#ask.group(object);
    if (query === null) return;
    const found: Json = JSON.parse(await group(this.world.context, this.actor, object.name, query));
    this.same(plain(found), plain([...grouped(this.viewer, object, query)]), object, query);
  }

  /** A file is for whoever sees, in clear, a field that shows it. */
  async files(): Promise<void> {
    for (const id of this.dice.some([...this.world.data.files.keys()], 4)) {
      const shows = (object: CatalogObject) =>
        this.viewer.rows(object).some((row) => {
          const there = (row.deletedAt ?? null) === null || this.viewer.reaches(object, row, 'delete');
          const fields = [...object.fields.values()].filter(({ type }) => type === 'file' || type === 'image');
          const has = (field: CatalogField) => Array.isArray(row[field.column]) && `${row[field.column]}`.includes(id);
          const seen = (field: CatalogField) => this.viewer.sight(field, row) === 'clear';
          return there && this.viewer.reaches(object, row) && fields.some((field) => has(field) && seen(field));
        });
      const found = await mayReadFile(this.world.context, this.actor, id);
      assert.equal(found, this.objects.some(shows), `HUIKE_WORLD=${this.world.seed}: file ${id}`);
    }
  }

  /** Records one by one; those out of sight answer like those that never were. */
  async single(object: CatalogObject): Promise<void> {
    const { context } = this.world;
    const absent = await refusal(() => get(context, this.actor, object.name, newId()));
    this.same(absent, { code: 'record.unknown', params: {}, status: 404 }, object, 'absent');
    for (const row of this.dice.some(this.viewer.rows(object)).slice(0, 2)) {
      const id = String(row.id);
      await checkHistory(this, object, row);
      if (this.viewer.sees(object, row)) {
        const found: Json = JSON.parse(await get(context, this.actor, object.name, id));
        this.same([found], shown(this.viewer, object, [row]), object, 'get');
        continue;
      }
      this.same(await refusal(() => get(context, this.actor, object.name, id)), absent, object, 'out of sight');
    }
  }

  async exported(object: CatalogObject): Promise<void> {
    const { context } = this.world;
    const query = { fields: ['id'], sort: ['id'] };
    if (!this.viewer.mayTry(object, 'export')) {
      const refused = await refusal(() => exportRecords(context, this.actor, object.name, query, 'csv'));
      this.same(refused.code, 'access.denied', object, 'export');
      return;
    }
    const { total, pages } = await exportRecords(context, this.actor, object.name, query, 'csv');
    const found: Json[] = [];
    for await (const page of pages) found.push(...page.map((record) => ({ id: record.id ?? null })));
    const rows = listed(this.viewer, object, { sort: ['id'], use: 'export' });
    this.same(found, shown(this.viewer, object, rows, ['id']), object, 'export');
    this.same(total, rows.length, object, 'export total');
  }

  async unmasked(object: CatalogObject): Promise<void> {
    const { context, catalog } = this.world;
    const known = [...object.fields.values()].filter((field) => this.viewer.known(field) !== null);
    const fields = this.dice.some(known, 3);
    const [row] = this.dice.some(this.viewer.rows(object));
    if (row === undefined || fields.length === 0) return;
    const what = { fields: fields.map(({ name }) => name), reason: newId() };
    const ask = () => unmask(context, this.actor, object.name, String(row.id), what);
    const roles = this.actor.roles.map((role) => catalog.roles.get(role));
    const may =
      this.actor.roles.includes('administrator') || roles.some((role) => role?.capabilities?.includes('unmask'));
    if (may && !this.actor.external && this.viewer.sees(object, row)) {
      const found: Json = JSON.parse(await ask());
      const expected = fields.map((field) => [field.name, shownValue(this.viewer, field, row, {}, true)]);
      this.same(found, Object.fromEntries(expected), object, what);
      this.same(await this.#unmaskings(what.reason), 1, object, 'unmasking stands in the log');
    } else {
      const { code } = await refusal(ask);
      this.same(code, may && !this.actor.external ? 'record.unknown' : 'access.denied', object, 'unmask');
      this.same(await this.#unmaskings(what.reason), 0, object, 'nothing was unmasked');
    }
  }

  async #unmaskings(reason: string): Promise<number> {
    const [row] = await this.world.context.db.query<{ n: number }>(
      sql`select count(*)::int as n from huike.change_pending where op = 'record.unmasked' and data->>'reason' = ${sql.value(reason)}`,
    );
    return row?.n ?? -1;
  }

  /** An object that may not be read answers like one that isn't there. */
  async unknownObject(object: CatalogObject): Promise<void> {
    const { context } = this.world;
    const id = String(this.viewer.rows(object)[0]?.id ?? newId());
    const calls = (name: string): (() => Promise<unknown>)[] => [
      () => list(context, this.actor, name, {}),
      () => list(context, this.actor, name, { deleted: 'only' }),
      () => get(context, this.actor, name, id),
      () => group(context, this.actor, name, { group: [], measures: [{ fn: 'count', as: 'n' }] }),
      () => exportRecords(context, this.actor, name, {}, 'csv'),
      () => visibleAmong(context, this.actor, name, [id]),
    ];
    const asked = await Promise.all(calls(object.name).map(refusal));
    const absent = await Promise.all(calls('absent').map(refusal));
    const renamed = absent.map((one) => ({ ...one, params: { object: object.name } }));
    this.same(asked, renamed, object, 'an object out of sight');
  }

  /** A field that may not be seen answers like one that isn't there; a masked one is no oracle. */
  async hidden(object: CatalogObject): Promise<void> {
    for (const field of object.fields.values()) {
      const known = this.viewer.known(field);
      if (known === 'clear') continue;
      for (const call of this.#uses(object, field)) {
        const asked = await refusal(() => call(field.name));
        if (known === 'masked') {
          const codes = ['query.masked', 'query.operator'];
          assert.ok(codes.includes(asked.code), this.#where(object, [field.name, asked]));
          continue;
        }
        const absent = await refusal(() => call('absentField'));
        this.same(asked, { ...absent, params: { field: field.name } }, object, ['hidden', field.name]);
      }
      if (known === null) {
        const asked = await refusal(() => list(this.world.context, this.actor, object.name, { fields: [field.name] }));
        this.same(asked, { code: 'field.unknown', params: { field: field.name }, status: 400 }, object, field.name);
      }
    }
  }

  #uses(object: CatalogObject, field: CatalogField): ((name: string) => Promise<unknown>)[] {
    const { context } = this.world;
    const count = [{ fn: 'count' as const, as: 'n' }];
    const { name } = object;
    const comparable = kindOf(field) !== null && !isToMany(field);
    return [
      (one) => list(context, this.actor, name, { filter: { field: one, op: 'empty' } }),
      (one) => list(context, this.actor, name, { filter: { not: { field: one, op: 'notEmpty' } } }),
      ...(comparable
        ? [
            (one: string) => list(context, this.actor, name, { sort: [`-${one}`] }),
            (one: string) => group(context, this.actor, name, { group: [one], measures: count }),
            (one: string) =>
              group(context, this.actor, name, { group: [], measures: [{ fn: 'max', field: one, as: 'n' }] }),
          ]
        : []),
    ];
  }

  async #list(object: CatalogObject, query: Parameters<typeof list>[3]) {
    const { data, ...page } = await list(this.world.context, this.actor, object.name, query);
    const records: unknown = JSON.parse(data);
    assert.ok(Array.isArray(records));
    return { ...page, data: records };
  }

  same(actual: Json, expected: Json, object: CatalogObject, what: unknown): void {
    assert.deepEqual(actual, expected, this.#where(object, what));
  }

  /** How to see it again. */
  #where(object: CatalogObject, what: unknown): string {
    const { actor, world } = this;
    const who = `${actor.roles.join('+')}${actor.external ? ' (outside)' : ''}`;
    return `HUIKE_WORLD=${world.seed}: ${object.name} for ${who}: ${JSON.stringify(what)}`;
  }
}

/** Numbers in text without the zeros at their end: of equal ones any stands for the group. */
function plain(value: Json): Json {
  if (typeof value === 'string' && /^-?\d+\.\d+$/.test(value)) return new Decimal(value).toFixed();
  if (Array.isArray(value)) return value.map(plain);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
