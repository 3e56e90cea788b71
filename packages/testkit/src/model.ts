// The reference model of rights: over rows as they lie in the tables, who sees which rows and fields. It says in plain
// JavaScript what rights mean, and knows nothing of how the kernel compiles them to SQL.
import type { Actor, Catalog, CatalogField, CatalogObject } from '@huike/kernel';
import {
  dependencies,
  type FieldRight,
  type Grant,
  type Json,
  type Operation,
  parseFormula,
  type Scope,
} from '@huike/schema';

/** A row of a table: its columns as the driver reads them. */
export type RawRow = Readonly<Record<string, unknown>>;

/** All that there is. */
export interface Data {
  readonly catalog: Catalog;
  /** By the object's name. */
  readonly rows: ReadonlyMap<string, readonly RawRow[]>;
  /** Pairs of ids, by `object.field`. */
  readonly links: ReadonlyMap<string, readonly (readonly [source: string, target: string])[]>;
  readonly team: readonly TeamRow[];
  /** What a record shows of a file, by its id. */
  readonly files: ReadonlyMap<string, Json>;
  readonly now: Date;
  /** Whether a row meets a filter under full rights. */
  readonly meets: (object: CatalogObject, row: RawRow, filter: unknown) => boolean;
}

export interface TeamRow {
  readonly object: string;
  readonly record: string;
  readonly user: string;
  readonly right: string;
}

export type Sight = 'clear' | 'masked';

interface RoleGrant {
  /** Null for what everybody is granted. */
  readonly role: string | null;
  readonly scope: (operation: Operation) => Scope;
  readonly departments: readonly string[];
  readonly right: (field: CatalogField) => FieldRight;
}

const order: readonly FieldRight[] = ['none', 'masked', 'read', 'edit'];
const seen: readonly FieldRight[] = ['read', 'edit'];

function readOnly(...names: string[]): Record<string, FieldRight> {
  return { '*': 'none', ...Object.fromEntries(names.map((name) => [name, 'read' as const])) };
}

/** Colleagues are known by name; the own record is known whole. */
const directory: Readonly<Record<string, readonly Grant[]>> = {
  user: [
    { read: 'all', fields: readOnly('name', 'avatar', 'department', 'position', 'active') },
    {
      read: 'own',
      update: 'own',
      fields: { '*': 'read', phone: 'edit', language: 'edit', timeZone: 'edit', avatar: 'edit' },
    },
  ],
  department: [{ read: 'all', fields: readOnly('name', 'parent', 'manager', 'external') }],
  position: [{ read: 'all', fields: readOnly('name') }],
};

export function isAlive(row: RawRow): boolean {
  return (row.deletedAt ?? null) === null;
}

/** What one actor sees of all that there is. */
export class Viewer {
  readonly data: Data;
  readonly actor: Actor;
  readonly #everything: boolean;
  readonly #external: boolean;
  readonly #grants = new Map<string, readonly RoleGrant[]>();

  constructor(data: Data, actor: Actor) {
    this.data = data;
    this.actor = actor;
    this.#everything = actor.kind === 'system' || actor.roles.includes('administrator');
    this.#external = actor.kind === 'user' && actor.external;
  }

  rows(object: CatalogObject): readonly RawRow[] {
    return this.data.rows.get(object.name) ?? [];
  }

  find(object: CatalogObject, id: unknown): RawRow | undefined {
    return this.rows(object).find((row) => row.id === id);
  }

  /** Whether the object is there for the viewer. */
  knows(object: CatalogObject): boolean {
    const master = this.#masterOf(object);
    return this.#grantsOn(object).length > 0 && (master === null || this.knows(master));
  }

  /** Whether the operation can be tried at all. */
  mayTry(object: CatalogObject, operation: Operation): boolean {
    return this.knows(object) && this.#mayTryBy(object, operation, this.#grantsOn(object));
  }

  /** The best sight that the viewer has of a field on any row; null: the field isn't there. */
  known(field: CatalogField): Sight | null {
    const rights = this.#grantsOn(field.object).map((grant) => grant.right(field));
    if (rights.some((right) => seen.includes(right))) return 'clear';
    return rights.includes('masked') ? 'masked' : null;
  }

  /** Whether an operation reaches a row, living or in the bin. */
  reaches(object: CatalogObject, row: RawRow, operation: Operation = 'read'): boolean {
    return this.knows(object) && this.#reachedBy(object, row, operation, this.#grantsOn(object));
  }

  /** Whether the row is among those that lists show. */
  sees(object: CatalogObject, row: RawRow): boolean {
    return isAlive(row) && this.reaches(object, row);
  }

  /** How a field shows on a row that is seen: the best that one grant gives which gives the row too. */
  sight(field: CatalogField, row: RawRow): Sight | null {
    const rights = this.#grantsOn(field.object)
      .filter((grant) => this.#reachedBy(field.object, row, 'read', [grant]))
      .map((grant) => grant.right(field));
    if (rights.some((right) => seen.includes(right))) return 'clear';
    return rights.includes('masked') ? 'masked' : null;
  }

  #mayTryBy(object: CatalogObject, operation: Operation, grants: readonly RoleGrant[]): boolean {
    const giving = grants.filter((grant) => grant.scope(operation) !== 'none');
    const master = this.#masterOf(object);
    if (master === null) return giving.length > 0;
    return giving.some((grant) => this.#mayTryBy(master, ofMaster(operation), this.#grantsOf(master, grant.role)));
  }

  #reachedBy(object: CatalogObject, row: RawRow, operation: Operation, grants: readonly RoleGrant[]): boolean {
    const giving = grants.filter((grant) => grant.scope(operation) !== 'none');
    const master = this.#masterOf(object);
    if (master === null)
      return this.#inside(row) && giving.some((grant) => this.#inScope(object, row, operation, grant));
    const whole = this.find(master, row[object.master?.column ?? '']);
    if (whole === undefined || !isAlive(whole) || !this.knows(master)) return false;
    return giving.some((grant) =>
      this.#reachedBy(master, whole, ofMaster(operation), this.#grantsOf(master, grant.role)),
    );
  }

  /** An outside user stays inside the own organisation. */
  #inside(row: RawRow): boolean {
    return !this.#external || (this.actor.kind === 'user' && includes(this.actor.departmentTree, row.department));
  }

  #inScope(object: CatalogObject, row: RawRow, operation: Operation, grant: RoleGrant): boolean {
    const { actor } = this;
    const scope = grant.scope(operation);
    if (scope === 'all') return true;
    if (actor.kind === 'system') return false;
    if (scope === 'own' && row.owner === actor.id) return true;
    if (scope === 'department' && actor.department !== null && row.department === actor.department) return true;
    if (scope === 'departmentTree' && includes(actor.departmentTree, row.department)) return true;
    if (scope === 'departments' && includes(grant.departments, row.department)) return true;
    if (grant.role === null || (operation !== 'read' && operation !== 'export' && operation !== 'update')) return false;
    return this.#inTeam(object, row, operation) || this.#shared(object, row, operation, grant.role);
  }

  #inTeam(object: CatalogObject, row: RawRow, operation: Operation): boolean {
    return (
      object.definition.team === true &&
      this.data.team.some(
        (member) =>
          member.object === object.id &&
          member.record === row.id &&
          this.actor.kind === 'user' &&
          member.user === this.actor.id &&
          (operation !== 'update' || member.right === 'edit'),
      )
    );
  }

  #shared(object: CatalogObject, row: RawRow, operation: Operation, role: string): boolean {
    const { actor } = this;
    return this.data.catalog.sharingRules.some(({ to, right, filter, ...rule }) => {
      if (rule.object !== object.name || (operation === 'update' && right !== 'update')) return false;
      if (to.role !== undefined && to.role !== role) return false;
      if (to.user !== undefined && !(actor.kind === 'user' && actor.id === to.user)) return false;
      if (to.department !== undefined && !(actor.kind === 'user' && actor.departmentPath.includes(to.department)))
        return false;
      return filter === undefined || this.data.meets(object, row, filter);
    });
  }

  /** Who has every right follows no master, but stays inside the own organisation. */
  #masterOf(object: CatalogObject): CatalogObject | null {
    return this.#everything && !this.#external ? null : (object.master?.target ?? null);
  }

  /** The grants of one role, and everybody's; of all roles where that one says nothing of the object. */
  #grantsOf(object: CatalogObject, role: string | null): readonly RoleGrant[] {
    const all = this.#grantsOn(object);
    return all.some((grant) => grant.role === role)
      ? all.filter((grant) => grant.role === role || grant.role === null)
      : all;
  }

  /** The grants that give any reading of the object. */
  #grantsOn(object: CatalogObject): readonly RoleGrant[] {
    let grants = this.#grants.get(object.name);
    if (grants === undefined) {
      grants = this.#allGrants(object).filter((grant) => grant.scope('read') !== 'none');
      this.#grants.set(object.name, grants);
    }
    return grants;
  }

  #allGrants(object: CatalogObject): RoleGrant[] {
    if (this.#everything) return [{ role: 'administrator', scope: () => 'all', departments: [], right: () => 'edit' }];
    const roles = this.actor.kind === 'user' ? this.actor.roles : [];
    return [
      ...roles.flatMap((role) => this.#grantOf(role, object) ?? []),
      ...(object.app === 'kernel' ? (directory[object.name] ?? []) : []).map((grant) => granted(null, grant)),
    ];
  }

  #grantOf(name: string, object: CatalogObject): RoleGrant | null {
    const objects = this.data.catalog.roles.get(name)?.objects;
    const own = objects?.[object.name];
    if (own !== undefined) return granted(name, own);
    const table = tableOf(object);
    if (table !== undefined) {
      // Rows of a table are a part of the field that holds them.
      const whole = this.#grantOf(name, table.object);
      const right = whole?.right(table) ?? 'none';
      if (whole === null || !seen.includes(right)) return null;
      const scope = (operation: Operation): Scope =>
        right === 'edit' || operation === 'read' || operation === 'export' ? whole.scope(operation) : 'none';
      return { ...whole, scope, right: () => right };
    }
    const star = objects?.['*'];
    return star === undefined || object.app === 'kernel' ? null : granted(name, star);
  }
}

const includes = (ids: readonly string[], id: unknown) => typeof id === 'string' && ids.includes(id);

const ofMaster = (operation: Operation): Operation =>
  operation === 'read' || operation === 'export' ? operation : 'update';

/** The table field whose rows an object holds. */
function tableOf(object: CatalogObject): CatalogField | undefined {
  return [...(object.master?.target?.fields.values() ?? [])].find(
    (field) => field.type === 'table' && field.target === object,
  );
}

function granted(role: string | null, grant: Grant): RoleGrant {
  return {
    role,
    scope: (operation) =>
      operation === 'create' ? (grant.create === true ? 'all' : 'none') : (grant[operation] ?? 'none'),
    departments: grant.departments ?? [],
    right: (field) => declared(grant, field),
  };
}

function declared(grant: Grant, field: CatalogField): FieldRight {
  if (field.name === 'id' || field.name === 'version') return 'read';
  const named = grant.fields?.[field.name];
  if (named !== undefined) return named;
  const usual = grant.fields?.['*'] ?? 'edit';
  if (field.definition?.type !== 'formula') return usual;
  // A formula that no role names must not tell what its inputs may not.
  const inputs = dependencies(parseFormula(field.definition.expression)).map((path) => path.split('.')[0] ?? '');
  const rights = inputs
    .flatMap((name) => field.object.fields.get(name) ?? [])
    .map((input) => declared(grant, input))
    .map((right) => (right === 'masked' ? 'none' : right));
  return order[Math.min(...[usual, ...rights].map((right) => order.indexOf(right)))] ?? 'none';
}
