import type { Actor, Kernel, ReadingWriter } from '@huike/kernel';
import { isJsonObject, type Json, type JsonObject } from '@huike/schema';

// Records by their ids, through the one read path.

/** Who reads: a writer in its transaction, or an actor. */
export type Reader = Pick<ReadingWriter, 'list'>;

export const readerFor = (kernel: Kernel, actor: Actor): Reader => ({
  list: (object, query) => kernel.list(actor, object, query),
});

/** Records of a page of a list. */
const page = 500;

/** Records by id, of those that are there to the reader; whole ones unless fields are named (`id` among them). */
export async function recordsById(
  reader: Reader,
  object: string,
  ids: readonly string[],
  fields?: readonly string[],
): Promise<Map<string, JsonObject>> {
  const found = new Map<string, JsonObject>();
  for (let at = 0; at < ids.length; at += page) {
    const { data } = await reader.list(object, {
      ...(fields === undefined ? {} : { fields }),
      filter: { field: 'id', op: 'in', value: ids.slice(at, at + page) },
      sort: ['id'],
      limit: page,
    });
    const rows: Json = JSON.parse(data);
    for (const row of Array.isArray(rows) ? rows : [])
      if (isJsonObject(row) && typeof row.id === 'string') found.set(row.id, row);
  }
  return found;
}
