// What the database is made of, in statements that make it again, in an order in which they can run.
import type pg from 'pg';
import { aliasQuery, contentQuery, needQuery, nodeQuery, sequenceQuery, unknownQuery } from './queries.ts';

/** The schemas that a backup holds. */
export const schemas: readonly string[] = ['huike', 'data', 'graphile_worker'];

export interface TableContent {
  /** Qualified and quoted. */
  readonly name: string;
  /** Quoted, without the generated ones. */
  readonly columns: readonly string[];
}

/** What COPY names; without columns it means all that aren't generated. */
export const copied = ({ name, columns }: TableContent) =>
  columns.length > 0 ? `${name} (${columns.join(', ')})` : name;

export interface Catalog {
  /** To run before the rows are there. */
  readonly before: readonly string[];
  readonly tables: readonly TableContent[];
  /** To run after: keys, indexes, triggers. */
  readonly after: readonly string[];
  /** Qualified and quoted. */
  readonly sequences: readonly string[];
}

interface CatalogNode {
  readonly id: string;
  /** Tables come before the rows, late things after them, early ones where what they need lets them. */
  readonly stage: 'table' | 'early' | 'late';
  readonly rank: number;
  readonly needs: readonly string[];
  readonly statement: string;
}

/**
 * Reads the catalog, in a transaction whose search_path is empty. Throws on kinds of things that it doesn't know:
 * nothing is left out in silence.
 */
export async function readCatalog(client: pg.ClientBase): Promise<Catalog> {
  const read = async <Row>(text: string): Promise<Row[]> => (await client.query(text, [schemas])).rows;
  const [unknown] = await read<{ what: string }>(unknownQuery);
  if (unknown) throw new Error(`a backup can't hold ${unknown.what}`);
  const nodes = await read<CatalogNode>(nodeQuery);
  const aliases = await read<{ id: string; node: string }>(aliasQuery);
  const needs = (await client.query<{ id: string; needs: string }>(needQuery)).rows;
  const { before, after } = order(nodes, new Map(aliases.map(({ id, node }) => [id, node])), needs);
  const tables = await read<TableContent>(contentQuery);
  const sequences = (await read<{ name: string }>(sequenceQuery)).map(({ name }) => name);
  return { before, after, tables, sequences };
}

/** Sorts nodes so that each comes after what it needs, and splits them where the rows come. Throws on a cycle. */
function order(
  nodes: readonly CatalogNode[],
  aliases: ReadonlyMap<string, string>,
  needs: readonly { id: string; needs: string }[],
): { before: string[]; after: string[] } {
  const rows = 'rows';
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const idOf = (id: string) => (byId.has(id) ? id : (aliases.get(id) ?? id));
  const needed = new Map<string, string[]>(nodes.map((node) => [node.id, node.needs.map(idOf)]));
  needed.set(
    rows,
    nodes.filter(({ stage }) => stage === 'table').map(({ id }) => id),
  );
  for (const { id, stage } of nodes) if (stage === 'late') needed.get(id)?.push(rows);
  for (const need of needs) if (idOf(need.id) !== idOf(need.needs)) needed.get(idOf(need.id))?.push(idOf(need.needs));
  const sorted = [...nodes].sort((a, b) => a.rank - b.rank || (a.statement < b.statement ? -1 : 1));
  const done = new Set<string>();
  const under = new Set<string>();
  const result: string[] = [];
  const visit = (id: string): void => {
    const list = needed.get(id);
    if (list === undefined || done.has(id)) return;
    if (under.has(id)) throw new Error(`a backup can't order ${byId.get(id)?.statement ?? id}: it needs itself`);
    under.add(id);
    for (const need of list) visit(need);
    under.delete(id);
    done.add(id);
    result.push(id);
  };
  for (const node of sorted.filter(({ stage }) => stage !== 'late')) visit(node.id);
  visit(rows);
  for (const node of sorted) visit(node.id);
  const statements = (ids: string[]) => ids.flatMap((id) => byId.get(id)?.statement ?? []);
  const at = result.indexOf(rows);
  return { before: statements(result.slice(0, at)), after: statements(result.slice(at + 1)) };
}
