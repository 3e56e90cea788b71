export { defaultThresholds, type MatchResult, matchRecords } from './match.ts';
export { explainPair, type MatchModel } from './model.ts';
export { RecordTable } from './records.ts';
export type {
  ColumnSpec,
  MatchOptions,
  MatchProgress,
  PairExplanation,
  PairWeight,
  ScoredPairs,
  SemanticType,
  Thresholds,
} from './types.ts';
