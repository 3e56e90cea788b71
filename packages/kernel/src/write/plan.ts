// From commands to rows: names to fields, values to columns. No I/O; what is wrong is gathered.
import { type Command, isId, isJsonObject, type Json, newId, problem, type Values, writeLimits } from '@huike/schema';
import type { CatalogField, CatalogObject, ParseContext } from '../catalog/types.ts';
import { shapeOf } from './shape.ts';
import type { Operation, Reference, Row, Work } from './types.ts';

const mostNested = 1000;
const mostRows = 50_000;

/** Plans every command of the work. A command that fails leaves no row; one on a record that came before joins it. */
export function plan(work: Work, commands: readonly (Command | undefined)[]): void {
  if (commands.length > writeLimits.commands)
    throw problem('request.tooMany', { what: 'commands', whatZh: '命令', limit: writeLimits.commands });
  const planned = commands.map((command, index) =>
    command === undefined ? undefined : planCommand(work, command, index),
  );
  const refs = new Map<string, Row>();
  for (const [index, command] of commands.entries()) {
    const row = planned[index];
    if (row === undefined || command === undefined || !('ref' in command) || command.ref === undefined) continue;
    if (refs.has(command.ref)) work.failures.issue(index, `/${index}/ref`, 'value.unique');
    refs.set(command.ref, row);
  }
  let rows = 0;
  for (const [index, command] of commands.entries()) {
    const row = planned[index];
    if (row === undefined || command === undefined) continue;
    if ('id' in command && isJsonObject(command.id)) takeRef(work, row, command.id.$ref, refs);
    if ('values' in command) readValues(work, row, command.values, refs);
    work.top[index] = row;
    rows += 1 + [...row.nested.values()].reduce((total, list) => total + list.length, 0);
    if (rows > mostRows) throw problem('request.tooMany', { what: 'rows', whatZh: '行', limit: mostRows });
  }
  joinSame(work, (row) => (row.key === null ? row.id : null));
}

/** Several commands on one record become one: later values win. */
export function joinSame(work: Work, keyOf: (row: Row) => string | null): void {
  const known = new Map<string, Row>();
  const joined = new Map<Row, Row>();
  for (const [index, row] of work.top.entries()) {
    const key = row === undefined ? null : keyOf(row);
    if (row === undefined || key === null) continue;
    const name = `${row.object.name} ${key}`;
    const first = known.get(name);
    if (first === undefined) known.set(name, row);
    else if (first !== row && canJoin(first) && canJoin(row) && (row.op === 'update' || row.key !== null)) {
      join(first, row);
      joined.set(row, first);
    } else if (first !== row) work.failures.issue(index, `/${index}/id`, 'value.unique');
  }
  if (joined.size > 0) replace(work, joined);
}

const canJoin = (row: Row) => (row.op === 'create' || row.op === 'update') && row.revert === null;

function join(first: Row, later: Row): void {
  const overwritten = new Set([...later.given.keys(), ...later.references.map(({ field }) => field)]);
  const kept = first.references.filter(({ field }) => !overwritten.has(field));
  first.references.splice(0, first.references.length, ...kept, ...later.references);
  for (const [field, columns] of later.given) {
    first.given.set(field, columns);
    first.retired.delete(field);
  }
  for (const [field, options] of later.retired) first.retired.set(field, options);
  for (const [field, rows] of later.nested) {
    for (const row of rows) row.parent = first;
    first.nested.set(field, rows);
  }
  first.expected.push(...later.expected);
  first.prepared ??= later.prepared;
}

/** Whoever pointed to a row that joined another points to that one. */
function replace(work: Work, joined: ReadonlyMap<Row, Row>): void {
  for (const [index, row] of work.top.entries()) {
    if (row !== undefined) work.top[index] = joined.get(row) ?? row;
  }
  for (const row of everyRow(work)) {
    for (const [place, reference] of row.references.entries()) {
      const to = 'by' in reference.to ? undefined : joined.get(reference.to);
      if (to !== undefined) row.references[place] = { ...reference, to };
    }
  }
}

/** The rows of the commands, each once and followed by its nested rows. */
export function everyRow(work: Work): Row[] {
  const rows: Row[] = [];
  const add = (row: Row) => {
    rows.push(row);
    for (const nested of row.nested.values()) for (const one of nested) add(one);
  };
  for (const row of new Set(work.top)) if (row !== undefined) add(row);
  return rows;
}

function planCommand(work: Work, command: Command, index: number): Row | undefined {
  const rights = work.access.object(command.object);
  if (rights === null) {
    work.failures.refuse(index, 'object.unknown', { object: String(command.object).slice(0, 60) });
    return undefined;
  }
  const common = { object: rights.object, rights, index, path: `/${index}` };
  switch (command.op) {
    case 'create':
      if (command.id !== undefined && !isFreshId(command.id)) {
        work.failures.issue(index, `/${index}/id`, 'value.type', { expected: 'an id' });
        return undefined;
      }
      return newRow({ ...common, op: 'create', id: command.id ?? newId() });
    case 'upsert': {
      const key = uniqueField(rights.object, command.key);
      if (key === null || rights.field(key) === null) {
        work.failures.refuse(index, 'write.key', { field: String(command.key).slice(0, 60) });
        return undefined;
      }
      // Whether it makes or changes a record would tell what is masked.
      if (rights.field(key)?.clear === false) {
        work.failures.refuse(index, 'query.masked', { field: key.name });
        return undefined;
      }
      return newRow({ ...common, op: 'create', id: newId(), key });
    }
    case 'update':
    case 'delete':
    case 'restore': {
      const id = typeof command.id === 'string' ? command.id : '';
      if (!isId(id) && !isJsonObject(command.id)) {
        work.failures.refuse(index, 'record.unknown');
        return undefined;
      }
      const expected = 'version' in command && command.version !== undefined ? [command.version] : [];
      const revert = 'toVersion' in command ? revertOf(command.toVersion, command.fields) : null;
      return newRow({ ...common, op: revert === null ? command.op : 'update', id, expected, revert });
    }
    default:
      throw problem('request.malformed', { detail: `/${index}/op` });
  }
}

function revertOf(toVersion: number | undefined, fields: readonly string[] | undefined): Row['revert'] {
  return toVersion === undefined ? null : { toVersion, fields: fields ?? null };
}

/** UUIDv7, as this product makes them. */
function isFreshId(id: unknown): id is string {
  return isId(id) && id[14] === '7';
}

interface Parts {
  readonly object: CatalogObject;
  readonly rights: Row['rights'];
  readonly index: number;
  readonly path: string;
  readonly op: Operation;
  readonly id: string;
  readonly key?: CatalogField;
  readonly expected?: number[];
  readonly revert?: Row['revert'];
  readonly parent?: Row;
  readonly follows?: Row;
}

export function newRow(parts: Parts): Row {
  return {
    key: null,
    expected: [],
    revert: null,
    revive: false,
    basis: null,
    parent: null,
    follows: null,
    ...parts,
    given: new Map(),
    defaulted: new Set(),
    faulty: new Set(),
    retired: new Map(),
    references: [],
    nested: new Map(),
    deletion: null,
    master: null,
    numbers: {},
    before: null,
    after: {},
    changed: new Set(),
    difference: {},
    dirty: false,
    prepared: null,
  };
}

/** A field that is unique by itself. */
function uniqueField(object: CatalogObject, name: string): CatalogField | null {
  const key = shapeOf(object).uniques.find(({ fields }) => fields.length === 1 && fields[0]?.name === name);
  return key?.fields[0] ?? null;
}

type Refs = ReadonlyMap<string, Row>;

function takeRef(work: Work, row: Row, name: string, refs: Refs): void {
  const other = refs.get(name);
  if (other === undefined || other.object !== row.object) work.failures.refuse(row.index, 'record.unknown');
  else row.id = other.id;
}

function readValues(work: Work, row: Row, values: Values, refs: Refs): void {
  const { object, rights } = row;
  const context = parseContext(work);
  const hook = work.context.hooks.get(object.name);
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || hook?.takes.includes(name)) continue;
    if (row.parent !== null && name === 'id') continue;
    const path = `${row.path}/${name}`;
    const field = object.fields.get(name);
    if (field === undefined || (rights.field(field) === null && !rights.creatable(field))) {
      work.failures.issue(row.index, path.slice(0, 200), 'value.unknownField');
    } else if (field.type === 'table') {
      readNested(work, row, field, value, path, refs);
    } else if (!isWritable(row, field)) {
      work.failures.issue(row.index, path, 'write.readOnly', { field: name });
    } else {
      readValue(work, row, field, value, path, refs, context);
    }
  }
  if (row.key !== null && isEmpty(row, row.key) && !row.faulty.has(row.key)) {
    work.failures.issue(row.index, `${row.path}/${row.key.name}`, 'value.required');
  }
}

const isEmpty = (row: Row, field: CatalogField) => (row.given.get(field)?.[''] ?? null) === null;

/** Owner and department are the only system fields that a caller may give; a nested row's place is its list's. */
function isWritable({ object, parent }: Row, field: CatalogField): boolean {
  if (field.handler.parse === null) return false;
  if (parent !== null && (field === object.master || field.name === 'position')) return false;
  return !field.system || field.name === 'owner' || field.name === 'department';
}

export function parseContext({ catalog, now, timeZone }: Work): ParseContext {
  return { catalog, company: catalog.company, now, timeZone };
}

/** The columns of an empty value. */
function cleared(field: CatalogField): { [suffix: string]: Json } {
  const columns: { [suffix: string]: Json } = { '': null };
  for (const { suffix } of field.handler.columns(field)) columns[suffix] = null;
  return columns;
}

function readValue(
  work: Work,
  row: Row,
  field: CatalogField,
  value: Json,
  path: string,
  refs: Refs,
  context: ParseContext,
): void {
  if (value === null) {
    row.given.set(field, cleared(field));
    return;
  }
  const isRelation = field.type === 'relation' || field.type === 'user' || field.type === 'department';
  if (field.target === null && !field.system && (isRelation || field.type === 'relations')) {
    row.faulty.add(field);
    work.failures.issue(row.index, path, 'value.reference');
    return;
  }
  const plain =
    isRelation || field.type === 'relations' ? withoutReferences(work, row, field, value, path, refs) : value;
  const parsed = plain === undefined ? undefined : field.handler.parse?.(plain, field, context);
  if (parsed === undefined) return;
  if (!parsed.ok) {
    row.faulty.add(field);
    work.failures.issue(row.index, path, parsed.failure.code, parsed.failure.params);
    return;
  }
  row.given.set(field, parsed.columns);
  if (parsed.retired !== undefined) row.retired.set(field, parsed.retired);
}

/** Takes `{$ref}` and `{lookup}` out of a relation's value; undefined when nothing is left to parse, or it was wrong. */
function withoutReferences(
  work: Work,
  row: Row,
  field: CatalogField,
  value: Json,
  path: string,
  refs: Refs,
): Json | undefined {
  if (!Array.isArray(value)) {
    const found = referenceIn(work, row, field, value, null, path, refs);
    if (found === 'plain') return value;
    if (found === 'taken') row.given.set(field, { '': null });
    else row.faulty.add(field);
    return undefined;
  }
  const rest: Json[] = [];
  for (const [at, item] of value.entries()) {
    const found = referenceIn(work, row, field, item, at, `${path}/${at}`, refs);
    if (found === 'plain') rest.push(item);
    else if (found === 'wrong') {
      row.faulty.add(field);
      return undefined;
    }
  }
  return rest;
}

function referenceIn(
  work: Work,
  row: Row,
  field: CatalogField,
  value: Json,
  at: number | null,
  path: string,
  refs: Refs,
): 'plain' | 'taken' | 'wrong' {
  if (!isJsonObject(value) || 'id' in value) return 'plain';
  if (typeof value.$ref === 'string') {
    const other = refs.get(value.$ref);
    if (other === undefined || other.object !== field.target) {
      work.failures.issue(row.index, path, 'value.reference');
      return 'wrong';
    }
    row.references.push({ field, at, path, to: other });
    return 'taken';
  }
  if (!isJsonObject(value.lookup)) return 'plain';
  const to = lookupOf(work, row, field, value.lookup, path);
  if (to === null) return 'wrong';
  row.references.push({ field, at, path, to });
  return 'taken';
}

function lookupOf(
  work: Work,
  row: Row,
  field: CatalogField,
  lookup: { readonly [key: string]: Json },
  path: string,
): Reference['to'] | null {
  const target = field.target === null ? null : work.access.object(field.target.name);
  const by = typeof lookup.field === 'string' ? target?.object.fields.get(lookup.field) : undefined;
  const seen = by === undefined ? null : (target?.field(by) ?? null);
  const comparable = by?.computed === 'virtual' ? null : (by?.handler.comparable ?? null);
  if (by === undefined || seen === null || comparable === null || comparable.type === 'text[]') {
    work.failures.issue(row.index, path, 'value.reference');
    return null;
  }
  if (seen.clear === false) {
    work.failures.issue(row.index, path, 'query.masked', { field: by.name });
    return null;
  }
  const value = lookup.value ?? null;
  const parsed = value === null ? null : comparable.parse(value, by, parseContext(work));
  if (parsed === null) {
    work.failures.issue(row.index, path, 'value.type', { expected: comparable.expected });
    return null;
  }
  return { by, value: parsed };
}

function readNested(work: Work, row: Row, field: CatalogField, value: Json, path: string, refs: Refs): void {
  const rights = field.target === null ? null : work.access.object(field.target.name);
  const items: readonly Json[] | null = value === null ? [] : Array.isArray(value) ? value : null;
  if (rights === null || items === null || items.length > mostNested) row.faulty.add(field);
  if (rights === null) work.failures.issue(row.index, path, 'value.unknownField');
  else if (items === null) work.failures.issue(row.index, path, 'value.type', { expected: 'an array of ids' });
  else if (items.length > mostNested) work.failures.issue(row.index, path, 'value.tooMany', { limit: mostNested });
  else {
    const rows = items.flatMap((item, at) => nestedRow(work, row, rights, item, `${path}/${at}`, at, refs) ?? []);
    row.nested.set(field, rows);
  }
}

function nestedRow(
  work: Work,
  parent: Row,
  rights: Row['rights'],
  item: Json,
  path: string,
  at: number,
  refs: Refs,
): Row | null {
  const id = isJsonObject(item) ? (item.id ?? null) : undefined;
  if (!isJsonObject(item) || (id !== null && !isId(id))) {
    work.failures.issue(parent.index, path, 'value.type', { expected: 'an id' });
    return null;
  }
  const { object } = rights;
  const known = id ?? newId();
  const row = newRow({
    object,
    rights,
    index: parent.index,
    path,
    op: id === null ? 'create' : 'update',
    id: known,
    parent,
  });
  readValues(work, row, item, refs);
  const position = object.fields.get('position');
  if (position !== undefined) row.given.set(position, { '': at + 1 });
  return row;
}
