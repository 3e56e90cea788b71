// Random worlds, one after the other in one database: metadata with roles, a company's people, records with a history,
// and all of it as it lies in the tables, for the reference model.
import { type Command, type Json, type MetadataDocument, newId, type Removal } from '@huike/schema';
import {
  actorFor,
  type Data,
  Dice,
  fillingOf,
  matches,
  metadataArbitrary,
  type People,
  peopleCommands,
  type RawRow,
  somePeople,
  Viewer,
  withRights,
} from '@huike/testkit';
import fc from 'fast-check';
import type { Actor, UserActor } from '../access/index.ts';
import type { Catalog } from '../catalog/types.ts';
import type { Database } from '../database/index.ts';
import { sql } from '../database/sql.ts';
import { system, userWith, type WriteFixture, writeFixture } from '../write/fixture.ts';
import { write, writePartial } from '../write/index.ts';
import type { ExportContext } from './export.ts';

export interface World {
  readonly seed: number;
  readonly context: ExportContext;
  readonly catalog: Catalog;
  readonly data: Data;
  readonly viewers: readonly UserActor[];
}

/** Half past midnight of the first of April in Shanghai, still March in Europe and America. */
const now = new Date('2026-03-31T16:30:00Z');
const zones = ['Asia/Shanghai', 'America/New_York', 'Europe/London'];
const roles = ['rep', 'boss', 'clerk', 'dealer'];

export class Worlds {
  readonly db: Database;
  readonly #fixture: WriteFixture;
  readonly #people: People;
  readonly #clock: { now: Date };
  readonly #files = new Map<string, Json>();
  #before: MetadataDocument = {};

  private constructor(fixture: WriteFixture, people: People, clock: { now: Date }) {
    this.#fixture = fixture;
    this.#people = people;
    this.#clock = clock;
    this.db = fixture.db;
  }

  static async open(): Promise<Worlds> {
    const clock = { now };
    const fixture = await writeFixture({}, { now: () => clock.now });
    const people = somePeople();
    await write(fixture.context, system, peopleCommands(people));
    const worlds = new Worlds(fixture, people, clock);
    await worlds.#store(12);
    return worlds;
  }

  /** Files that nobody has yet: what they hold doesn't matter here. */
  async #store(count: number): Promise<void> {
    for (let index = 0; index < count; index++) {
      const file = { id: newId(), name: `file${index}.txt`, type: 'text/plain', size: index };
      await this.db.execute(
        sql`insert into huike.file (id, name, type, size, sha256, storage_key, state) values (${sql.value(file.id)}, ${sql.value(file.name)}, ${sql.value(file.type)}, ${sql.value(file.size)}, sha256(''), ${sql.value(file.id)}, 'stored')`,
      );
      this.#files.set(file.id, file);
    }
  }

  async close(): Promise<void> {
    await this.#fixture.close();
  }

  /** The world of a seed. What the world before had is gone. */
  async next(seed: number): Promise<World> {
    const dice = new Dice(seed);
    const shape = { objects: 3, fields: 7, roles: 0 };
    const [document = {}] = fc.sample(metadataArbitrary(shape), { seed, numRuns: 1 });
    const wanted = withRights(dice, document, this.#people);
    await this.#clear();
    await this.#fixture.apply({ ...wanted, delete: removals(this.#before) });
    this.#before = wanted;
    const catalog = this.#fixture.catalog();
    await this.#fill(dice, catalog);
    const data = await this.#read(catalog);
    const viewers = Array.from({ length: 3 }, () => this.#viewer(dice));
    const { context } = this.#fixture;
    return { seed, context: { ...context, now: () => now }, catalog, data, viewers };
  }

  async #clear(): Promise<void> {
    const tables = await this.db.query<{ name: string }>(
      sql`select relname as name from pg_class where relnamespace = 'data'::regnamespace and relkind = 'r' and relname like '%~%'`,
    );
    if (tables.length === 0) return;
    const names = tables.map(({ name }) => sql.identifier('data', name));
    await this.db.execute(sql`drop table ${sql.join(names, ', ')}`);
    await this.db.execute(sql`delete from huike.set_aside`);
    await this.db.execute(sql`delete from huike.team_member`);
    await this.db.execute(sql`delete from huike.change_pending`);
  }

  async #fill(dice: Dice, catalog: Catalog): Promise<void> {
    const filling = fillingOf(dice, catalog, this.#people, [...this.#files.keys()], 7);
    const writers: readonly Actor[] = [
      system,
      userWith(dice.pick(this.#people.persons).id, null, ['administrator']),
      userWith(dice.pick(this.#people.persons).id, null, ['administrator']),
    ];
    let hours = 48;
    const run = async (commands: readonly Command[], writer: Actor = dice.pick(writers)) => {
      this.#clock.now = new Date(now.getTime() - hours * 3_600_000);
      hours -= 10;
      return writePartial(this.#fixture.context, writer, commands);
    };
    const half = Math.ceil(filling.create.length / 2);
    const made = [...(await run(filling.create.slice(0, half))), ...(await run(filling.create.slice(half)))];
    const refused = made.flatMap((one) => ('problem' in one ? [JSON.stringify(one.problem.issues)] : []));
    if (refused.length > 0) throw new Error(`the generator makes what can't be written: ${refused.join('\n')}`);
    // Files are anyone's to link for the system alone.
    await run(filling.change, system);
    await run(filling.remove);
    await this.#gather(dice, catalog, filling.ids);
  }

  /** Teams, for objects whose records have them. */
  async #gather(dice: Dice, catalog: Catalog, ids: ReadonlyMap<string, readonly string[]>): Promise<void> {
    const members = [...catalog.objects.values()]
      .filter((object) => object.definition.team === true)
      .flatMap((object) =>
        (ids.get(object.name) ?? []).flatMap((record) =>
          dice
            .some(this.#people.persons, 3)
            .map(({ id }) => ({ object: object.id, record, user: id, right: dice.pick(['read', 'edit']) })),
        ),
      );
    await this.db.execute(
      sql`insert into huike.team_member (object_id, record_id, user_id, "right") select object, record, "user", "right" from json_to_recordset(${sql.value(JSON.stringify(members))}::json) as m (object uuid, record uuid, "user" uuid, "right" text)`,
    );
  }

  async #read(catalog: Catalog): Promise<Data> {
    const objects = [...catalog.objects.values()];
    const rows = await Promise.all(
      objects.map(async (object) => {
        const table = sql.identifier('data', object.table);
        return [object.name, await this.db.query<RawRow>(sql`select * from ${table} order by id`)] as const;
      }),
    );
    const linked = objects.flatMap((object) => [...object.fields.values()].filter(({ type }) => type === 'relations'));
    const links = await Promise.all(
      linked.map(async ({ object, name }) => {
        const table = sql.identifier('data', `${object.name}.${name}`);
        const pairs = await this.db.query<{ source: string; target: string }>(sql`select source, target from ${table}`);
        return [`${object.name}.${name}`, pairs.map(({ source, target }) => [source, target] as const)] as const;
      }),
    );
    const team = await this.db.query<Data['team'][number]>(
      sql`select object_id as object, record_id as record, user_id as "user", "right" from huike.team_member`,
    );
    const data: Data = {
      ...{ catalog, rows: new Map(rows), links: new Map(links), team, files: this.#files, now },
      meets: (object, row, filter) => matches(new Viewer(data, system), object, row, filter),
    };
    return data;
  }

  #viewer(dice: Dice): UserActor {
    const own = dice.once(12) ? ['administrator'] : dice.some(roles);
    const actor = actorFor(this.#people, dice.pick(this.#people.persons), own.length > 0 ? own : [dice.pick(roles)]);
    return { ...actor, timeZone: dice.pick(zones) };
  }
}

function removals(document: MetadataDocument): Removal[] {
  const { objects = [], roles: declared = [], sharingRules = [], views = [], layouts = [] } = document;
  const of = (
    kind: 'object' | 'role' | 'sharingRule' | 'view' | 'layout',
    items: readonly { readonly name: string }[],
  ) => items.map(({ name }): Removal => ({ kind, name }));
  return [
    ...of('layout', layouts),
    ...of('view', views),
    ...of('sharingRule', sharingRules),
    ...of('role', declared),
    ...of('object', objects),
  ];
}

/** Everything in the database that no refused call may change, as one hash: not the log, which tells of refusals too. */
export async function databaseHash(db: Database): Promise<string> {
  const tables = await db.query<{ schema: string; name: string }>(
    sql`select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname in ('data', 'huike') and c.relkind = 'r' and c.relname not like 'change%' and c.relname not in ('session', 'metadata_log') order by 1, 2`,
  );
  const parts = tables.map(({ schema, name }) => {
    const t = sql.identifier('t');
    return sql`select ${sql.literal(`${schema}.${name}`)} as name, md5(coalesce(string_agg(${t}::text, chr(10) order by ${t}::text), '')) as hash from ${sql.identifier(schema, name)} ${t}`;
  });
  const [row] = await db.query<{ hash: string }>(
    sql`select md5(string_agg(name || hash, chr(10) order by name)) as hash from (${sql.join(parts, ' union all ')}) parts`,
  );
  return row?.hash ?? '';
}
