export {
  type InstalledApp,
  installApp,
  installedApps,
  kernelApp,
  planApp,
  planUninstall,
  uninstallApp,
} from './apps.ts';
export {
  type AppClash,
  type ClashPlace,
  keepOwn,
  metadataClashes,
  takeShipped,
} from './clashes.ts';
export { housekeepingJob, metadataJobs } from './jobs.ts';
export type { Impact, Plan, PlanConflict, PlanStep } from './plan.ts';
export { keptDays, purgeSetAside } from './purge.ts';
export { changedKinds, type Deleted, deletedMetadata, restoreMetadata, undoMetadata } from './restore.ts';
export { type Applied, type ApplyOptions, applyMetadata, planMetadata } from './run.ts';
export { installAll, kernelDeclarations } from './setup.ts';
export { type Table, type TableColumn, type TableIndex, tableOf } from './table.ts';
export { type MetadataTask, metadataTasks, runMetadataTasks } from './tasks.ts';
export { tasksJob } from './work.ts';
