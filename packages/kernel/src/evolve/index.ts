export { type CheckFilter, filterChecks } from './check.ts';
export type { Impact, Plan, PlanConflict, PlanStep } from './plan.ts';
export { type Applied, type ApplyOptions, applyMetadata, planMetadata } from './run.ts';
