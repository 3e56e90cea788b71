import type { Origin, SystemActor, UserActor } from '../access/actor.ts';

/** Who logs what nobody that is signed in did. */
export const peopleActor: SystemActor = { kind: 'system', name: 'people' };

/** A user as the log names one: with no right to anything. */
export function userInLog(userId: string, origin: Origin): UserActor {
  return {
    kind: 'user',
    id: userId,
    roles: [],
    department: null,
    departmentTree: [],
    departmentPath: [],
    external: false,
    tokenScopes: [],
    timeZone: 'UTC',
    language: 'en',
    origin,
  };
}
