import type { FieldRight, Grant, Operation, Role, Scope } from '@huike/schema';
import { dependencies, parseFormula } from '@huike/schema';
import type { CatalogField, CatalogObject } from '../catalog/types.ts';

// What one role says of one object, read off its declaration. Rows are another matter (rows.ts).

/** A role's word on an object, with the fields' default filled in. */
export interface RoleGrant {
  /** Null for what everybody is granted. */
  readonly role: string | null;
  readonly scopes: Readonly<Record<Operation, Scope>>;
  readonly departments: readonly string[];
  readonly field: (field: CatalogField) => FieldRight;
}

const order: readonly FieldRight[] = ['none', 'masked', 'read', 'edit'];

function strictest(rights: readonly FieldRight[]): FieldRight {
  return order[Math.min(...rights.map((right) => order.indexOf(right)), order.length - 1)] ?? 'none';
}

const nothing: RoleGrant['scopes'] = {
  read: 'none',
  create: 'none',
  update: 'none',
  delete: 'none',
  export: 'none',
  transfer: 'none',
};

/** Every right on every row: the built-in administrator and the system. */
export const fullGrant: RoleGrant = {
  role: 'administrator',
  scopes: { read: 'all', create: 'all', update: 'all', delete: 'all', export: 'all', transfer: 'all' },
  departments: [],
  field: () => 'edit',
};

/** What the role grants on the object; null when it says nothing of it. */
export function grantOf(role: Role, object: CatalogObject): RoleGrant | null {
  const own = role.objects?.[object.name];
  if (own !== undefined) return declaredGrant(role.name, own);
  const table = tableFieldOf(object);
  if (table !== null) return throughTable(role, table);
  const star = role.objects?.['*'];
  // People are never part of "every object": their grants are the directory's, or spelled out.
  return star === undefined || object.app === 'kernel' ? null : declaredGrant(role.name, star);
}

/** A grant with its defaults filled in. */
export function declaredGrant(role: string | null, grant: Grant): RoleGrant {
  return {
    role,
    scopes: {
      read: grant.read ?? 'none',
      create: grant.create === true ? 'all' : 'none',
      update: grant.update ?? 'none',
      delete: grant.delete ?? 'none',
      export: grant.export ?? 'none',
      transfer: grant.transfer ?? 'none',
    },
    departments: grant.departments ?? [],
    field: (field) => declaredRight(grant, field),
  };
}

/** Rows of a table field have the rights of that field on the record they belong to. */
function throughTable(role: Role, table: CatalogField): RoleGrant | null {
  const outer = grantOf(role, table.object);
  if (outer === null) return null;
  const right = outer.field(table);
  if (right === 'none' || right === 'masked') return null;
  const { read, export: taken } = outer.scopes;
  const scopes = right === 'edit' ? outer.scopes : { ...nothing, read, export: taken };
  return { ...outer, scopes, field: () => right };
}

function tableFieldOf(object: CatalogObject): CatalogField | null {
  for (const field of object.master?.target?.fields.values() ?? []) {
    if (field.type === 'table' && field.target === object) return field;
  }
  return null;
}

function declaredRight(grant: Grant, field: CatalogField): FieldRight {
  if (field.name === 'id' || field.name === 'version') return 'read';
  const named = grant.fields?.[field.name];
  if (named !== undefined) return named;
  const byDefault = grant.fields?.['*'] ?? 'edit';
  // A computed field must not tell what its inputs may not.
  if (field.definition?.type === 'formula') {
    const inputs = formulaInputs(field).map((input) => declaredRight(grant, input));
    return strictest([byDefault, ...inputs.map((right) => (right === 'masked' ? 'none' : right))]);
  }
  return byDefault;
}

/** The fields of the record itself that a formula reads; paths over relations count by their first step. */
function formulaInputs(field: CatalogField): readonly CatalogField[] {
  if (field.definition?.type !== 'formula') return [];
  const names = new Set(
    dependencies(parseFormula(field.definition.expression)).map((path) => path.split('.')[0] ?? path),
  );
  return [...names].flatMap((name) => field.object.fields.get(name) ?? []);
}
