// The values of new records that the command doesn't give.
import type { Json } from '@huike/schema';
import type { CatalogField, StoredValues } from '../catalog/types.ts';
import { dayOf } from '../fields/index.ts';
import { parseContext } from './plan.ts';
import { defaultOf, shapeOf } from './shape.ts';
import type { Work } from './types.ts';

/** Gives new records the defaults of the fields that they leave out. These aren't asked for rights: nobody chose them. */
export function giveDefaults(work: Work): void {
  const known = new Map<CatalogField, StoredValues | null>();
  for (const row of work.rows) {
    if (row.op !== 'create') continue;
    for (const field of shapeOf(row.object).defaults) {
      if (row.given.has(field) || row.faulty.has(field)) continue;
      const columns = defaultColumns(work, field, known);
      if (columns === null) continue;
      row.given.set(field, columns);
      row.defaulted.add(field);
    }
  }
}

function defaultColumns(
  work: Work,
  field: CatalogField,
  known: Map<CatalogField, StoredValues | null>,
): StoredValues | null {
  const found = known.get(field);
  if (found !== undefined) return found;
  const value = filledIn(work, defaultOf(field) ?? null);
  const parsed = value === null ? undefined : field.handler.parse?.(value, field, parseContext(work));
  const columns = parsed?.ok ? parsed.columns : null;
  known.set(field, columns);
  return columns;
}

function filledIn({ actor, now, timeZone }: Work, value: Json): Json {
  switch (value) {
    case '{now}':
      return now.toISOString();
    case '{today}':
      return dayOf(now, timeZone);
    case '{me}':
      return actor.kind === 'user' ? actor.id : null;
    case '{myDepartment}':
      return actor.kind === 'user' ? actor.department : null;
    default:
      return value;
  }
}
