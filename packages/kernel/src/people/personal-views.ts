import { isPersonalView, type PersonalView, personalViewIssues, personalViewLimits, problem } from '@huike/schema';
import type { UserActor } from '../access/actor.ts';
import { sql } from '../database/index.ts';
import { type People, time } from './people.ts';

// Views that a user keeps for nobody else: they need no right on the metadata. What they name is checked by the read
// path whenever they are used, like any query of that user.

export type KeptView = PersonalView & { readonly id: string };

/** The user's own views, of one object or of all, in the order in which they were made. */
export async function personalViews(people: People, userId: string, object?: string): Promise<KeptView[]> {
  const rows = await people.database.query<{ readonly id: string; readonly view: unknown }>(
    sql`select id, view from huike.personal_view where user_id = ${sql.value(userId)}${object === undefined ? sql`` : sql` and object = ${sql.value(object)}`} order by created_at, id`,
  );
  // What an older version kept and this one can't read is left out, not mended.
  return rows.flatMap(({ id, view }) => (isPersonalView(view) ? [{ id, ...view }] : []));
}

/**
 * Keeps a view, under an id that the user's page made. Throws `write.invalid` for what isn't a view,
 * `request.tooMany` beyond the limit, `request.tooLarge` for one that is too long.
 */
export async function savePersonalView(
  people: People,
  actor: UserActor,
  id: string,
  given: unknown,
): Promise<KeptView> {
  if (!isPersonalView(given)) {
    const issues = personalViewIssues(given);
    throw problem('write.invalid', { count: issues.length }, issues);
  }
  const text = JSON.stringify(given);
  if (text.length > personalViewLimits.bytes)
    throw problem('request.tooMany', {
      what: 'characters of a view',
      whatZh: '视图的字符',
      limit: personalViewLimits.bytes,
    });
  const now = time(people.now());
  await people.database.transaction(async (tx) => {
    await tx.execute(
      sql`insert into huike.personal_view (user_id, id, object, view, created_at, updated_at) values (${sql.value(actor.id)}, ${sql.value(id)}, ${sql.value(given.object)}, ${sql.value(text)}::json, ${now}, ${now}) on conflict (user_id, id) do update set object = excluded.object, view = excluded.view, updated_at = excluded.updated_at`,
    );
    const [row] = await tx.query<{ readonly n: number }>(
      sql`select count(*)::int4 as n from huike.personal_view where user_id = ${sql.value(actor.id)}`,
    );
    if ((row?.n ?? 0) > personalViewLimits.views)
      throw problem('request.tooMany', { what: 'views', whatZh: '视图', limit: personalViewLimits.views });
  });
  return { id, ...given };
}

/** Forgets a view. One that isn't there is gone already. */
export async function deletePersonalView(people: People, actor: UserActor, id: string): Promise<void> {
  await people.database.execute(
    sql`delete from huike.personal_view where user_id = ${sql.value(actor.id)} and id = ${sql.value(id)}`,
  );
}
