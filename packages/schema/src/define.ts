import type { App, ObjectDefinition, Role } from './metadata.ts';

/** Declares an object; the compiler checks it and keeps its literal names. */
export function defineObject<const O extends ObjectDefinition>(object: O): O {
  return object;
}

/** Declares a role. */
export function defineRole<const R extends Role>(role: R): R {
  return role;
}

/** Declares a standard app. */
export function defineApp<const A extends App>(app: A): A {
  return app;
}
