export { type DeadJob, discardDead, listDead, replayDead } from './dead.ts';
export {
  defineJob,
  type EnqueueOptions,
  handleJob,
  type Job,
  type JobHandler,
  type JobOptions,
  type JobSpec,
  type JobType,
  type Schedule,
} from './define.ts';
export { dequeue, enqueue } from './enqueue.ts';
export { installJobs } from './install.ts';
export type { JobFailure } from './pool.ts';
export {
  endProgress,
  isCancelled,
  type Progress,
  type ProgressState,
  readProgress,
  reportProgress,
  requestCancel,
  startProgress,
} from './progress.ts';
export { reasonOf, withoutSecrets } from './reason.ts';
export { LostJob } from './run.ts';
export { JobRunner, type RunnerOptions } from './runner.ts';
export { dropSchedule, nextRun, putSchedule, type ScheduleEntry } from './schedule.ts';
export { type JobStats, jobStats } from './stats.ts';
