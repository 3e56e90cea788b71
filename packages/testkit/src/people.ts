// A company's people, to test rights with.
import type { UserActor } from '@huike/kernel';
import { type Command, newId } from '@huike/schema';

export interface Department {
  readonly id: string;
  readonly name: string;
  readonly parent: string | null;
  /** A dealer, or below one. */
  readonly external: boolean;
}

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly department: string | null;
}

/** A company with dealers: the same in every world, so that it is made once. */
export interface People {
  readonly departments: readonly Department[];
  readonly persons: readonly Person[];
}

/** A head office with two branches, one of them with a branch of its own; two dealers, one with a branch. */
export function somePeople(): People {
  const departments: Department[] = [];
  const add = (name: string, parent: Department | null, external = false): Department => {
    const made = { id: newId(), name, parent: parent?.id ?? null, external: external || parent?.external === true };
    departments.push(made);
    return made;
  };
  const office = add('总部', null);
  const sales = add('销售部', office);
  add('华东区', sales);
  add('售后部', office);
  const dealers = add('经销商', office);
  add('丙店', add('甲经销', dealers, true));
  add('乙经销', dealers, true);
  const persons = [...departments, null].map((department, index) => ({
    id: newId(),
    name: `用户${index}`,
    department: department?.id ?? null,
  }));
  return { departments, persons };
}

/** What creates the people, as the system. */
export function peopleCommands({ departments, persons }: People): readonly Command[] {
  return [
    ...departments.map(({ id, name, parent, external }): Command => {
      const ofDealer = external && !departments.some((one) => one.id === parent && one.external);
      return {
        op: 'create',
        object: 'department',
        id,
        values: { name, code: id.slice(-12), parent, department: id, external: ofDealer },
      };
    }),
    ...persons.map(
      ({ id, name, department }, index): Command => ({
        op: 'create',
        object: 'user',
        id,
        values: {
          ...{ name, owner: id, department, active: true, phone: `1380000${String(index).padStart(4, '0')}` },
          ...{ email: `u${index}@example.com`, employeeNo: `E${index}` },
        },
      }),
    ),
  ];
}

/** The actor that a person is. */
export function actorFor({ departments }: People, person: Person, roles: readonly string[]): UserActor {
  const below = (id: string): string[] => [
    id,
    ...departments.filter((one) => one.parent === id).flatMap((one) => below(one.id)),
  ];
  const above = (id: string | null): string[] => {
    const one = departments.find((department) => department.id === id);
    return one === undefined ? [] : [one.id, ...above(one.parent)];
  };
  const { id, department } = person;
  return {
    kind: 'user',
    id,
    roles,
    department,
    departmentTree: department === null ? [] : below(department),
    departmentPath: above(department),
    external: departments.some((one) => one.id === department && one.external),
    tokenScopes: null,
    timeZone: 'Asia/Shanghai',
    language: 'zh',
    origin: { ip: '192.0.2.7', userAgent: 'test', requestId: null },
  };
}
