export { DiskStore } from './disk.ts';
export { type FileInfo, type Files, fileInfo, type OpenFile, openFile, storeFile } from './files.ts';
export { disposition, fileHeaders, parseRange, type Range } from './headers.ts';
export {
  type CanReadFields,
  checkLinkable,
  type FileLink,
  linkFiles,
  mayRead,
  readableFiles,
  unlinkField,
  unlinkFiles,
  unlinkRecords,
} from './links.ts';
export { cleanName } from './name.ts';
export { maxFileSize, openStore } from './open.ts';
export type { FileStore } from './store.ts';
export { fileJobs, listStored, type StoredFile, sweepFiles } from './sweep.ts';
export { typeOf } from './type.ts';
