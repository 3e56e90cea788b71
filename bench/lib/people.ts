// A company of 25 departments: four regions of five teams each, and one person per department.
import type { Command } from '@huike/schema';
import { role } from './metadata.ts';
import { idAt } from './random.ts';

const begin = Date.UTC(2024, 0, 1);
const regions = 4;
const teams = 5;

export interface Person {
  readonly id: string;
  readonly department: string;
  readonly email: string;
}

const departmentId = (place: number) => idAt(begin, place, 201);
const person = (place: number): Person => ({
  id: idAt(begin, place, 301),
  department: departmentId(place),
  email: `person${place}@example.com`,
});

const regionAt = (index: number) => 1 + index;
const teamAt = (index: number) => 1 + regions + index;

/** Sees everything by the scope 本部门及下级 of an ordinary role, since nothing lies above. */
export const head = person(0);
/** See a quarter each. */
export const managers = Array.from({ length: regions }, (_, index) => person(regionAt(index)));
/** Own the records. */
export const owners = Array.from({ length: regions * teams }, (_, index) => person(teamAt(index)));

/** The departments that a manager sees: the own region and its teams. */
export function treeOf(manager: Person): string[] {
  const region = managers.indexOf(manager);
  const below = Array.from({ length: teams }, (_, index) => departmentId(teamAt(region * teams + index)));
  return [manager.department, ...below];
}

/** Makes them all. */
export function company(): Command[] {
  const department = (place: number, parent: number | null): Command => ({
    op: 'create',
    object: 'department',
    id: departmentId(place),
    values: { name: `部门${place}`, ...(parent === null ? {} : { parent: departmentId(parent) }) },
  });
  const user = ({ id, department: where, email }: Person): Command => ({
    op: 'create',
    object: 'user',
    id,
    values: { name: email.split('@')[0] ?? '', email, department: where, roles: [role] },
  });
  return [
    department(0, null),
    ...managers.map((_, index) => department(regionAt(index), 0)),
    ...owners.map((_, index) => department(teamAt(index), regionAt(Math.floor(index / teams)))),
    ...[head, ...managers, ...owners].map(user),
  ];
}
