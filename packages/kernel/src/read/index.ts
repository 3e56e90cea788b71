// The one read path. Lists, single records, aggregates, search and history: each is a query under an actor, compiled
// with the actor's rights in it and answered by PostgreSQL.

export { type AuditEntry, type AuditPage, audit } from './audit.ts';
export {
  type Description,
  declaredState,
  describe,
  type FieldDescription,
  type ObjectDescription,
} from './describe.ts';
export { type ExportContext, type Exported, type ExportField, exportRecords } from './export.ts';
export { type HistoryPage, history } from './history.ts';
export { type Me, me } from './me.ts';
export { get, group, list, type Page } from './pages.ts';

export { type SearchQuery, search } from './search.ts';
export { unmask } from './unmask.ts';
export { visibleAmong } from './visible.ts';
