// What the map of `huike match` says: which column holds the ids, and what the others mean.
import { isJsonObject, type Json, type MatchType, matchTypes, problem } from '@huike/schema';

export interface MatchColumn {
  readonly name: string;
  readonly type: MatchType;
}

/** The columns of one file. */
export interface FileMap {
  readonly id: string;
  readonly columns: readonly MatchColumn[];
}

export interface MatchMap {
  readonly first: FileMap;
  /** Its columns stand in the order of the first file's. */
  readonly second: FileMap;
}

/**
 * Reads `{"id": "rec_id", "columns": {"surname": "familyName"}, "with": {"id": …, "columns": …}}`; `with` is for a
 * second file whose columns have other names. Throws match.map, .type, .otherColumns.
 */
export function readMap(json: Json): MatchMap {
  const first = fileMap(json, '/');
  const other = isJsonObject(json) ? json.with : undefined;
  if (other === undefined) return { first, second: first };
  const second = fileMap(other, '/with');
  for (const type of matchTypes) {
    if (ofType(first, type).length !== ofType(second, type).length) throw problem('match.otherColumns', { type });
  }
  const columns = first.columns.map((column, at) => {
    const place = first.columns.slice(0, at).filter(({ type }) => type === column.type).length;
    return ofType(second, column.type)[place] ?? column;
  });
  return { first, second: { ...second, columns } };
}

const ofType = ({ columns }: FileMap, wanted: MatchType): readonly MatchColumn[] =>
  columns.filter(({ type }) => type === wanted);

function fileMap(json: Json, path: string): FileMap {
  if (!isJsonObject(json)) throw problem('match.map', { path });
  const below = (name: string) => `${path === '/' ? '' : path}/${name}`;
  const { id, columns } = json;
  if (typeof id !== 'string' || id.trim() === '') throw problem('match.map', { path: below('id') });
  if (!isJsonObject(columns ?? null) || !isJsonObject(columns) || Object.keys(columns).length === 0)
    throw problem('match.map', { path: below('columns') });
  return {
    id: id.trim(),
    columns: Object.entries(columns).map(([name, given]) => {
      const type = matchTypes.find((one) => one === given);
      if (type === undefined) {
        const written = typeof given === 'string' ? given : JSON.stringify(given);
        throw problem('match.type', { column: name, type: written, types: matchTypes.join(', ') });
      }
      return { name: name.trim(), type };
    }),
  };
}
