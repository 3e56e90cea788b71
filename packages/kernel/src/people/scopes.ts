import { isName, operations } from '@huike/schema';

// What a personal token may do, of all that its user may. A scope is a path from the whole to the part, `*` standing
// for any step: `*`, `records`, `records:visit`, `records:visit:read`, `records:*:read`, `metadata:read`. A scope
// holds for everything below it.

/** What a request needs of a token. `object` is given in the area `records` only. */
export interface Need {
  readonly area: Area;
  readonly object?: string;
  readonly operation: string;
}

export const areas = [
  'records',
  'files',
  'search',
  'imports',
  'customers',
  'metadata',
  'audit',
  'people',
  'operations',
] as const;
export type Area = (typeof areas)[number];

const plainOperations: readonly string[] = ['read', 'write'];
const recordOperations: readonly string[] = operations;

/** Whether one of the scopes covers what is needed. No list of scopes (a session) covers everything. */
export function scopeAllows(scopes: readonly string[] | null, need: Need): boolean {
  if (scopes === null) return true;
  const path = need.area === 'records' ? [need.area, need.object ?? '', need.operation] : [need.area, need.operation];
  return scopes.some((scope) => {
    const steps = scope.split(':');
    return steps.length <= path.length && steps.every((step, index) => step === '*' || step === path[index]);
  });
}

/** Whether a scope is one that can be asked for. */
export function isScope(scope: string): boolean {
  const [area, second, third, ...more] = scope.split(':');
  if (area === '*') return second === undefined;
  if (more.length > 0 || !areas.some((known) => known === area)) return false;
  if (area !== 'records') return third === undefined && isStep(second, plainOperations);
  return (second === undefined || second === '*' || isName(second)) && isStep(third, recordOperations);
}

const isStep = (step: string | undefined, known: readonly string[]) =>
  step === undefined || step === '*' || known.includes(step);
