// Whether the actor may do to the records what the commands say: on the rows as they are under the lock.
import { Decimal } from '@huike/schema';
import type { CatalogField } from '../catalog/types.ts';
import { Moved } from './again.ts';
import { keyOf } from './discover.ts';
import { type LockedRow, type Locks, targetsOf } from './lock.ts';
import { sameValue } from './shape.ts';
import type { Row, Work } from './types.ts';

/** Gives each row its stored state and gathers what the actor may not do. Throws Moved. */
export function admit(work: Work, locks: Locks): void {
  for (const row of work.rows) {
    if (row.op === 'create') admitCreate(work, row);
    else if (row.parent !== null) admitNested(work, row, locks.get(row.object, row.id));
    else admitStored(work, row, locks.get(row.object, row.id));
  }
  const written = new Map(work.rows.map((row) => [keyOf(row.object, row.id), row]));
  for (const row of work.rows) {
    if (row.follows !== null) continue;
    if (row.op === 'restore') admitMaster(work, row, locks, written);
    else if (row.op !== 'delete') admitTargets(work, row, locks, written);
  }
}

function admitCreate(work: Work, row: Row): void {
  const { rights, index } = row;
  if (row.parent === null && !rights.allowsCreate) work.failures.refuse(index, 'access.denied');
  for (const field of writtenFields(row)) {
    if (!(row.parent === null ? rights.creatable(field) : mayFillNested(row, field))) denyField(work, row, field);
  }
}

/** Fields that the command itself gives. */
function writtenFields(row: Row): CatalogField[] {
  const given = [...row.given.keys(), ...row.nested.keys()].filter((field) => !row.defaulted.has(field));
  return row.parent === null ? given : given.filter((field) => field.name !== 'position');
}

/** The rows of a table field have the right of that field on their record; a role may say less of single columns. */
const mayFillNested = ({ rights }: Row, field: CatalogField) =>
  rights.creatable(field) || rights.editable(field) !== false;

/** A field that can't be read isn't told apart from one that isn't there. */
function denyField(work: Work, row: Row, field: CatalogField): void {
  if (row.rights.field(field) === null)
    work.failures.issue(row.index, `${row.path}/${field.name}`, 'value.unknownField');
  else work.failures.refuse(row.index, 'access.fieldDenied', { field: field.name });
}

function admitStored(work: Work, row: Row, locked: LockedRow | undefined): void {
  const { failures } = work;
  if (row.follows !== null) {
    if (locked === undefined) throw new Moved();
    row.before = locked.stored;
    return;
  }
  if (locked === undefined) {
    // It was there when it was looked for by its key.
    if (row.key !== null) throw new Moved();
    failures.refuse(row.index, 'record.unknown');
    return;
  }
  row.before = locked.stored;
  if (!locked.may('read')) {
    if (row.key === null) failures.refuse(row.index, 'record.unknown');
    else failures.refuse(row.index, 'write.conflict', { field: row.key.name });
    return;
  }
  const deleted = (locked.stored.deletedAt ?? null) !== null;
  if (row.op === 'restore') admitRestore(work, row, locked, deleted);
  else if (deleted) {
    if (row.key !== null) throw new Moved();
    failures.refuse(row.index, 'record.unknown');
  } else if (!locked.may(row.op === 'update' ? 'update' : 'delete')) failures.refuse(row.index, 'access.denied');
  if (row.key !== null && !keyStays(row, row.key)) throw new Moved();
  const version = Number(locked.stored.version);
  if (row.expected.some((expected) => expected !== version)) failures.refuse(row.index, 'write.version', { version });
  if (row.basis !== null && row.basis !== version) throw new Moved();
  if (row.revert?.fields === null) keepEditable(row, locked);
  for (const field of writtenFields(row)) if (!locked.mayEdit(field)) denyField(work, row, field);
}

/** Going back as a whole takes along what the actor may change, and leaves the rest. */
function keepEditable(row: Row, locked: LockedRow): void {
  for (const field of row.given.keys()) {
    if (!locked.mayEdit(field) || (field.system && !locked.may('transfer'))) row.given.delete(field);
  }
}

/** What lies in the bin is known to those who may delete; restoring a living record is no change. */
function admitRestore(work: Work, row: Row, locked: LockedRow, deleted: boolean): void {
  if (!locked.may('delete')) work.failures.refuse(row.index, deleted ? 'record.unknown' : 'access.denied');
}

/** Whether the record that was found by its key still has it. */
function keyStays(row: Row, key: CatalogField): boolean {
  const given = row.given.get(key)?.[''] ?? null;
  const stored = row.before?.[key.column] ?? null;
  if (key.type === 'decimal' && typeof given === 'string' && typeof stored === 'string') {
    return new Decimal(given).eq(stored);
  }
  return sameValue(given, stored);
}

function admitNested(work: Work, row: Row, locked: LockedRow | undefined): void {
  const link = row.object.master?.column ?? '';
  const living = (locked?.stored.deletedAt ?? null) === null;
  const belongs = locked !== undefined && locked.stored[link] === row.parent?.id && living !== row.revive;
  if (!belongs) work.failures.issue(row.index, `${row.path}/id`, 'value.reference');
  else row.before = locked.stored;
  for (const field of writtenFields(row)) if (!mayFillNested(row, field)) denyField(work, row, field);
}

/** Related records must be there and readable; a master must be one that the actor may change. */
function admitTargets(work: Work, row: Row, locks: Locks, written: ReadonlyMap<string, Row>): void {
  for (const { field, id } of targetsOf(row)) {
    // A system field whose object isn't installed leads nowhere, and says so in every read.
    if (field.target === null || row.defaulted.has(field)) continue;
    const other = written.get(keyOf(field.target, id));
    if (other?.op === 'create') continue;
    const target = locks.get(field.target, id);
    const there = target?.may('read') === true && (target.stored.deletedAt ?? null) === null;
    const stays = row.before !== null && field.type !== 'relations' && row.before[field.column] === id;
    if (stays) continue;
    if (!there || other?.op === 'delete')
      work.failures.issue(row.index, `${row.path}/${field.name}`, 'value.reference');
    else if (field === row.object.master && target?.may('update') !== true)
      work.failures.refuse(row.index, 'access.denied');
  }
}

/** What is a part of something deleted can't come back alone. */
function admitMaster(work: Work, row: Row, locks: Locks, written: ReadonlyMap<string, Row>): void {
  const master = row.object.master;
  const id = master === null ? null : (row.before?.[master.column] ?? null);
  if (master?.target === null || master === null || typeof id !== 'string') return;
  if (written.get(keyOf(master.target, id))?.op === 'restore') return;
  const stored = locks.get(master.target, id)?.stored;
  if (stored === undefined || (stored.deletedAt ?? null) !== null)
    work.failures.issue(row.index, `${row.path}/${master.name}`, 'value.reference');
}
