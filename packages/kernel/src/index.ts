export {
  type Access,
  type Actor,
  accessOf,
  type ObjectAccess,
  type Origin,
  type SystemActor,
  type UserActor,
} from './access/index.ts';
export { type BackedUp, backupAll, type Installation, restoreAll } from './backup.ts';
export * from './catalog/index.ts';
export {
  advanceCursor,
  appendEvent,
  type ChainHead,
  type Change,
  chainHead,
  consumeChanges,
  createCursor,
  cursorAt,
  type Difference,
  deleteCursor,
  type Erasure,
  ensurePartitions,
  eraseChanges,
  type Fault,
  lastSealed,
  type NewEvent,
  type RecordOperation,
  readChanges,
  type SealedChange,
  sealAll,
  sealedBefore,
  sealedChannel,
  type Verification,
  verifyChain,
} from './changes/index.ts';
export * from './database/index.ts';
export * from './evolve/index.ts';
export { parsePhone, readEmail } from './fields/contact.ts';
export { maskText, optionsOf } from './fields/index.ts';
export * from './files/index.ts';
export { type FileInfo, fileHeaders, openFile, storeFile } from './files/index.ts';
export * from './jobs/index.ts';
export { Kernel, type KernelOptions } from './kernel.ts';
export type { ReadingWriter, Writer } from './once.ts';
export * from './people/index.ts';
export {
  type AuditEntry,
  type Description,
  declaredState,
  describe,
  type Exported,
  type ExportField,
  type FieldDescription,
  type HistoryPage,
  type Me,
  type ObjectDescription,
  type Page,
  type SearchQuery,
} from './read/index.ts';
export type { Teammate } from './team.ts';
export { Moved } from './write/again.ts';
export type { Answer } from './write/idempotency.ts';
export type { Refused, Validator, WriteOptions, Written } from './write/index.ts';
export type { Repointed } from './write/repoint.ts';
