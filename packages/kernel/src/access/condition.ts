import { open, Slot, type SQL, sql } from '../database/sql.ts';
import type { UserActor } from './actor.ts';

// Conditions on a row, known before any row is: always, never, or SQL over the row's alias. Keeping `true` and
// `false` apart from SQL is what lets an administrator's query carry no predicate at all.

export type Condition = boolean | ((row: SQL) => SQL);

export function anyOf(conditions: readonly Condition[]): Condition {
  if (conditions.includes(true)) return true;
  const open = conditions.filter((condition) => typeof condition === 'function');
  const [first, ...more] = open;
  if (first === undefined) return false;
  if (more.length === 0) return first;
  return (row) =>
    sql`(${sql.join(
      open.map((condition) => condition(row)),
      ' or ',
    )})`;
}

export function allOf(conditions: readonly Condition[]): Condition {
  if (conditions.includes(false)) return false;
  const open = conditions.filter((condition) => typeof condition === 'function');
  const [first, ...more] = open;
  if (first === undefined) return true;
  if (more.length === 0) return first;
  return (row) =>
    sql`(${sql.join(
      open.map((condition) => condition(row)),
      ' and ',
    )})`;
}

/** The condition as SQL for one alias. */
export function toSql(condition: Condition, row: SQL): SQL {
  if (typeof condition === 'function') return condition(row);
  return condition ? sql`true` : sql`false`;
}

/** A value of the actor, left open so that one statement serves everyone with the same roles. */
export class ActorSlot extends Slot {
  readonly kind = 'actor';
  readonly key: 'id' | 'department' | 'departmentTree' | 'departmentPath';

  constructor(key: ActorSlot['key']) {
    super();
    this.key = key;
  }

  read(actor: UserActor): string | null | readonly string[] {
    return actor[this.key];
  }
}

const slots = {
  id: sql`${open(new ActorSlot('id'))}::uuid`,
  department: sql`${open(new ActorSlot('department'))}::uuid`,
  departmentTree: sql`${open(new ActorSlot('departmentTree'))}::uuid[]`,
  departmentPath: sql`${open(new ActorSlot('departmentPath'))}::uuid[]`,
} as const;

/** SQL for a value of the actor. */
export function ofActor(key: ActorSlot['key']): SQL {
  return slots[key];
}
