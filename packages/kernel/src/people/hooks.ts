import { departmentHook, positionHook } from './department-hook.ts';
import type { WriteHook } from './hook.ts';
import type { People } from './people.ts';
import { userHook } from './user-hook.ts';

/** The hooks of the objects of people, by object name: for `write`. */
export function peopleHooks(people: People): ReadonlyMap<string, WriteHook<unknown>> {
  const hooks: WriteHook<unknown>[] = [userHook(people), departmentHook(people), positionHook(people)];
  return new Map(hooks.map((hook) => [hook.object, hook]));
}
