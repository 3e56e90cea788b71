// Who is the same customer: identifiers and stitching in real time, matching in batch, merge and unmerge.

export { lookup } from './customer/find.ts';
export { type CustomerPage, customerPage } from './customer/page.ts';
export { type TimelinePage, timeline } from './customer/timeline.ts';
export { Identity, type Rejected, type Tracked } from './identity.ts';
export { RecordFollower } from './record/follow.ts';
export { identityJobs, startMatch } from './review/job.ts';
export { decisions, reviews } from './review/queue.ts';
export { eventLimits, type Source } from './track/event.ts';
