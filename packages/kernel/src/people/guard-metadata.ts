import { administratorRole, problem } from '@huike/schema';
import type { Catalog } from '../catalog/types.ts';
import { sql, type Tx } from '../database/index.ts';
import { mixedRoles, mixesDuties } from './duties.ts';
import { refuseExternalRights } from './guard.ts';
import { moveVersion } from './people.ts';
import { policyOf } from './policy.ts';

/**
 * Asked by a change of the metadata, in its transaction: roles that say more than before, or a stricter profile, must
 * not leave users with what no write would have given them. Throws `people.duties`, `people.breakGlass` or
 * `people.externalRights`.
 */
export async function guardMetadata(tx: Tx, before: Catalog, after: Catalog): Promise<void> {
  // At the first installation there is nobody yet.
  if (!before.objects.has('user') || rightsOf(before) === rightsOf(after)) return;
  await moveVersion(tx, 'people');
  await refuseExternalRights(tx, after.roles);
  if (!policyOf(after.company.profile).separateDuties) return;
  if (mixedRoles(after.roles).length > 0) throw problem('people.duties');
  const users = await tx.query<{ roles: string[] }>(
    sql`select distinct roles from data."user" where active and "deletedAt" is null and roles is not null`,
  );
  if (users.some(({ roles }) => mixesDuties(after.roles, roles))) throw problem('people.duties');
  const administrators = await tx.query(
    sql`select 1 from data."user" where active and "deletedAt" is null and roles @> ${sql.value([administratorRole])}::text[] limit 2`,
  );
  if (administrators.length > 1) throw problem('people.breakGlass');
}

/** What of the metadata this is about, as one text to compare. */
function rightsOf({ roles, company }: Catalog): string {
  return JSON.stringify([
    company.profile,
    [...roles.values()].map(({ name, capabilities = [] }) => [name, capabilities]),
  ]);
}
