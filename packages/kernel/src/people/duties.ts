import { administratorRole, type Capability, capabilities, type Role } from '@huike/schema';

// What roles let a user do besides records, and which of it must not meet in one user (三员分立): the system duty keeps
// the machine, the security duty gives rights to people, the audit duty watches both. `unmask` is business, no duty.
//
// The rule under `separateDuties`: a user's roles together hold at most one duty. The administrator, who holds all
// three, is the one emergency account: there is at most one active user with that role.

export const duties = ['system', 'security', 'audit'] as const;
export type Duty = (typeof duties)[number];

const dutyOf: Readonly<Record<Capability, Duty | null>> = {
  metadata: 'system',
  operations: 'system',
  people: 'security',
  rights: 'security',
  audit: 'audit',
  unmask: null,
};

export type Roles = ReadonlyMap<string, Role>;

/** What a set of roles may do besides records. Unknown names give nothing. */
export function capabilitiesOf(roles: Roles, names: readonly string[]): ReadonlySet<Capability> {
  if (names.includes(administratorRole)) return new Set(capabilities);
  return new Set(names.flatMap((name) => roles.get(name)?.capabilities ?? []));
}

/** The duties that capabilities belong to. */
export function dutiesOf(held: Iterable<Capability>): ReadonlySet<Duty> {
  return new Set([...held].flatMap((capability) => dutyOf[capability] ?? []));
}

/** Whether a set of roles mixes duties. The administrator does so by nature and is told apart by its number. */
export function mixesDuties(roles: Roles, names: readonly string[]): boolean {
  return !names.includes(administratorRole) && dutiesOf(capabilitiesOf(roles, names)).size > 1;
}

/** Roles that mix duties by themselves: no user could hold them under `separateDuties`. */
export function mixedRoles(roles: Roles): string[] {
  return [...roles.keys()].filter((name) => mixesDuties(roles, [name]));
}

/** Roles that carry a duty, the administrator among them. */
export function rolesWithDuty(roles: Roles): string[] {
  const declared = [...roles.values()].filter((role) => dutiesOf(role.capabilities ?? []).size > 0);
  return [...new Set([administratorRole, ...declared.map((role) => role.name)])];
}

/**
 * Whether someone may change how another signs in, or whether: whoever could set the password of a stronger user could
 * become that user. Administrators only by administrators; others with a duty only by those who may give rights.
 */
export function mayManage(roles: Roles, manager: readonly string[], managed: readonly string[]): boolean {
  if (manager.includes(administratorRole)) return true;
  const held = capabilitiesOf(roles, manager);
  if (!held.has('people') || managed.includes(administratorRole)) return false;
  return held.has('rights') || dutiesOf(capabilitiesOf(roles, managed)).size === 0;
}

/** What it takes to decide who may see as whom. */
interface Person {
  readonly id: string;
  readonly roles: readonly string[];
  readonly external: boolean;
}

/**
 * Whether one may see with the other's eyes: who may give rights, and of nobody who may do more besides records. Where
 * duties are separate, the security manager holds no right on business records, nor borrows one there: then it is for
 * the emergency administrator.
 */
export function maySeeAs(
  roles: Roles,
  { separateDuties }: { readonly separateDuties: boolean },
  viewer: Person,
  seen: Person,
): boolean {
  if (viewer.external || viewer.id === seen.id) return false;
  if (viewer.roles.includes(administratorRole)) return true;
  if (separateDuties || seen.roles.includes(administratorRole)) return false;
  const held = capabilitiesOf(roles, viewer.roles);
  // A user of an outside organisation runs nothing, whatever the roles say.
  const needed = seen.external ? [] : capabilitiesOf(roles, seen.roles);
  return held.has('rights') && [...needed].every((capability) => held.has(capability));
}
