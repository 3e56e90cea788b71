export { defaultThresholds, type MatchResult, matchRecords } from './match.ts';
export { explainPair, type MatchModel } from './model.ts';
export { RecordTable } from './records.ts';
export {
  type ColumnSpec,
  type MatchOptions,
  type MatchProgress,
  type PairExplanation,
  type PairWeight,
  type ScoredPairs,
  type SemanticType,
  semanticTypes,
  type Thresholds,
} from './types.ts';
