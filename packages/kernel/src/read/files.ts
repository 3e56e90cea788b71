import { type Actor, accessOf } from '../access/index.ts';
import type { Database } from '../database/index.ts';
import { type FileLink, mayRead } from '../files/index.ts';
import { sightsOf } from './history.ts';
import { type ReadContext, withCatalog } from './run.ts';

/** Whether the actor may read a file: the own one while no record shows it, else by a field that does. */
export function mayReadFile(
  context: ReadContext & { readonly db: Database },
  actor: Actor,
  id: string,
): Promise<boolean> {
  return mayRead(context.db, actor, id, (links) => canReadFields(context, actor, links));
}

/** For each link, whether the actor sees that field of that record in clear. One statement for each object. */
async function canReadFields(context: ReadContext, actor: Actor, links: readonly FileLink[]): Promise<boolean[]> {
  return withCatalog(context, async (catalog) => {
    const access = accessOf(catalog, actor);
    const objects = new Map([...catalog.objects.values()].map((object) => [object.id, object]));
    const clear = new Set<string>();
    for (const objectId of new Set(links.map((link) => link.objectId))) {
      const object = objects.get(objectId);
      const rights = object === undefined ? null : access.object(object.name);
      if (rights === null) continue;
      const ids = links.filter((link) => link.objectId === objectId).map((link) => link.recordId);
      const sights = await sightsOf(context, actor, access, rights, catalog, [...new Set(ids)]);
      for (const [record, fields] of sights)
        for (const [tag, { sight }] of fields) if (sight === 'clear') clear.add(`${objectId} ${record} ${tag}`);
    }
    return links.map((link) => clear.has(`${link.objectId} ${link.recordId} ${link.fieldTag}`));
  });
}
