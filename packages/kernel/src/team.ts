import { isJsonObject, type JsonObject, problem } from '@huike/schema';
import type { Actor } from './access/index.ts';
import type { CatalogObject } from './catalog/types.ts';
import { setTeam, type TeamMember, teamOf } from './people/sharing.ts';
import { type ExportContext, get, list, visibleAmong } from './read/index.ts';

// The team of a record, under the rights on that record: who may read it sees its team, who may update it sets it.

export interface Teammate {
  /** As far as the actor may know of the user. */
  readonly user: JsonObject;
  readonly right: TeamMember['right'];
}

/** The team of a record. Throws `object.unknown` and `record.unknown`. */
export async function readTeam(context: ExportContext, actor: Actor, name: string, id: string): Promise<Teammate[]> {
  const object = await target(context, actor, name, id);
  const members = await teamOf(context.db, object, id);
  const people = new Map<string, JsonObject>();
  if (members.length > 0) {
    const filter = { field: 'id', op: 'in', value: members.map(({ user }) => user) };
    const page = await list(context, actor, 'user', { fields: ['id', 'name'], filter, sort: ['id'], limit: 500 });
    const found: unknown = JSON.parse(page.data);
    for (const one of Array.isArray(found) ? found : [])
      if (isJsonObject(one) && typeof one.id === 'string') people.set(one.id, one);
  }
  return members.map(({ user, right }) => ({ user: people.get(user) ?? { id: user }, right }));
}

/** Sets the team. Throws `access.denied` for a record that may be read but not updated, else as `setTeam` does. */
export async function writeTeam(
  context: ExportContext,
  actor: Actor,
  name: string,
  id: string,
  members: readonly TeamMember[],
): Promise<void> {
  const object = await target(context, actor, name, id);
  await context.db.transaction(async (tx) => {
    const updatable = await visibleAmong({ ...context, db: tx }, actor, name, [id], 'update');
    if (!updatable.has(id)) throw problem('access.denied');
    await setTeam(tx, actor, object, id, members);
  });
}

/** The record is there and may be read: else it answers as the read does. */
async function target(context: ExportContext, actor: Actor, name: string, id: string): Promise<CatalogObject> {
  await get(context, actor, name, id, { fields: ['id'] });
  const object = context.catalogs.current().objects.get(name);
  if (object === undefined) throw problem('object.unknown', { object: name.slice(0, 60) });
  return object;
}
