// Who is the same customer: identifiers and stitching in real time, matching in batch, merge and unmerge.

export { Identity, type Rejected, type Tracked } from './identity.ts';
export { eventLimits, type Source } from './track/event.ts';
