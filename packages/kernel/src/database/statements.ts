// Names for prepared statements: a short hash of the text, from the second time that a text is seen.
import { hash } from 'node:crypto';

const remembered = 2000;
const names = new Map<string, string>();
let generation = 0;

/**
 * The name under which a text is prepared on each connection: the caller's own, else from the text; undefined while
 * the text was seen once only.
 */
export function statementName(text: string, own?: string): string | undefined {
  if (own !== undefined) return ownName(text, own);
  const known = names.get(text);
  if (known) return known;
  if (known === undefined) {
    if (names.size >= remembered) names.clear();
    names.set(text, '');
    return undefined;
  }
  const name = `${hash('sha1', text, 'base64url').slice(0, 16)}.${generation}`;
  names.set(text, name);
  return name;
}

const owned = new Map<string, string>();

/** Two texts under one name are a mistake, which in a pipeline would show late or not at all. */
function ownName(text: string, own: string): string {
  const known = owned.get(own);
  if (known !== undefined && known !== text) throw new Error(`statement "${own}" has two texts`);
  if (known === undefined) {
    if (owned.size >= remembered) owned.clear();
    owned.set(own, text);
  }
  return `${own}.${generation}`;
}

/** After DDL, plans prepared under the old names fail ("cached plan must not change result type"): use new names. */
export function forgetStatements(): void {
  generation++;
  names.clear();
  owned.clear();
}
