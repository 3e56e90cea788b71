export { appendChanges, appendEvent, appendSql, appendValues } from './append.ts';
export type { Batch, Change, Difference, NewChange, NewEvent, RecordOperation } from './change.ts';
export { actorName } from './change.ts';
export { type Erasure, eraseChanges } from './erase.ts';
export { ensurePartitions } from './partitions.ts';
export * from './read.ts';
export { Sealer, sealAll, sealedChannel } from './seal.ts';
export { type ChainHead, chainHead, type Fault, type Verification, verifyChain } from './verify.ts';
