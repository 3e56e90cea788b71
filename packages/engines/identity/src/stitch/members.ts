/**
 * What a statement finds for each identity `n.id` of the customers `$1`, with their `root`. Identity by identity, by
 * index: plans are kept while the tables grow, and one made for small tables would read large ones from end to end.
 */
export function ofRoots(statement: string): string {
  return `
select r.root, x.* from unnest($1::uuid[]) as r (root)
cross join lateral (select n.id from huike.identity n where n.survivor = r.root offset 0) n
cross join lateral (${statement} offset 0) x`;
}
