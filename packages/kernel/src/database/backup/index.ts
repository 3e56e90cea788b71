export { type Attached, type BackupHeader, backup } from './backup.ts';
export { restore } from './restore.ts';
