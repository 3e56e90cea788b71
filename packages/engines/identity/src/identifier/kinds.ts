import type { Catalog } from '@huike/kernel';
import { type IdentifierKind, type Issue, isJsonObject, type Json } from '@huike/schema';
import { isChecked, readValue, standsForNobody, valueLength } from './values.ts';

// The kinds of identifier of one version of the metadata, ready for use.

/** A value of a kind: what points to one customer. */
export interface Identifier {
  readonly kind: KindInUse;
  /** The account or app that gave the value; '' where the kind has no scopes. */
  readonly scope: string;
  readonly value: string;
  /** `kind:value` or `kind@scope:value`: what it is stored and compared by. */
  readonly key: string;
  /** What it counts together with against a limit. */
  readonly group: string;
}

export interface KindInUse {
  readonly definition: IdentifierKind;
  readonly name: string;
  readonly strength: IdentifierKind['strength'];
  /** Place among the kinds, the strongest first. */
  readonly order: number;
  readonly perCustomer: number;
  readonly shareLimit: number;
  readonly illegal: ReadonlySet<string>;
}

export type Kinds = ReadonlyMap<string, KindInUse>;

/** Values of a kind that doesn't say how many. Devices and cookies come and go, but not without end. */
const perCustomer = { strong: 20, medium: 20, weak: 500 } as const;
const strengths = { strong: 0, medium: 1, weak: 2 } as const;
const known = new WeakMap<Catalog, Kinds>();

/** The kinds of a catalog by name. */
export function kindsOf(catalog: Catalog): Kinds {
  let kinds = known.get(catalog);
  if (kinds === undefined) {
    kinds = kindsInUse([...catalog.identifierKinds.values()]);
    known.set(catalog, kinds);
  }
  return kinds;
}

/** The kinds as they are declared, made ready. */
export function kindsInUse(definitions: readonly IdentifierKind[]): Kinds {
  const rank = (kind: IdentifierKind) => strengths[kind.strength] * 10_000 + (kind.rank ?? 100);
  const sorted = definitions.toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
  return new Map(
    sorted.map((definition, order) => [
      definition.name,
      {
        definition,
        name: definition.name,
        strength: definition.strength,
        order,
        perCustomer: definition.perCustomer ?? perCustomer[definition.strength],
        shareLimit: definition.shareLimit ?? 3,
        illegal: new Set(
          (definition.illegal ?? []).map((value) => readValue(definition.form, value) ?? value.toLowerCase()),
        ),
      },
    ]),
  );
}

export interface Given {
  /** The strongest first, none twice. */
  readonly identifiers: readonly Identifier[];
  /** Of what stands for nobody: left aside, not wrong. */
  readonly ignored: readonly string[];
  readonly issues: readonly Issue[];
}

/** How many identifiers one event or record may bring. */
const most = 20;

/**
 * Reads `{phone: "…", openId: {scope: "wx…", value: "…"}, email: ["…", "…"]}`. A scoped kind without a scope takes
 * `defaultScope`.
 */
export function readIdentifiers(kinds: Kinds, given: Json | undefined, defaultScope: string, path: string): Given {
  if (given === undefined || given === null) return { identifiers: [], ignored: [], issues: [] };
  if (!isJsonObject(given)) {
    return { identifiers: [], ignored: [], issues: [{ path, code: 'value.type', params: { expected: 'an object' } }] };
  }
  const found = new Map<string, Identifier>();
  const ignored: string[] = [];
  const issues: Issue[] = [];
  for (const [name, values] of Object.entries(given)) {
    const at = `${path}/${name.slice(0, 60)}`;
    const kind = kinds.get(name);
    if (kind === undefined) {
      issues.push({ path: at, code: 'identifier.kind', params: { kind: name.slice(0, 60) } });
      continue;
    }
    for (const one of Array.isArray(values) ? values.slice(0, most + 1) : [values]) {
      if (one === null || one === '') continue;
      const identifier = readOne(kind, one, defaultScope);
      if (identifier === null) issues.push({ path: at, code: 'identifier.value', params: { kind: name } });
      else if (identifier === 'nobody') ignored.push(name);
      else found.set(identifier.key, identifier);
    }
  }
  if (found.size > most) issues.push({ path, code: 'identifier.tooMany', params: { limit: most } });
  const identifiers = [...found.values()].sort((a, b) => a.kind.order - b.kind.order || (a.key < b.key ? -1 : 1));
  return { identifiers, ignored, issues };
}

function readOne(kind: KindInUse, given: Json, defaultScope: string): Identifier | 'nobody' | null {
  let scope = kind.definition.scoped === true ? defaultScope : '';
  let text = given;
  if (isJsonObject(given)) {
    const { scope: own = null, value = null } = given;
    if (kind.definition.scoped !== true || typeof own !== 'string' || !scopePattern.test(own)) return null;
    scope = own;
    text = value;
  }
  if (typeof text === 'number' && Number.isSafeInteger(text)) text = String(text);
  if (typeof text !== 'string' || text.length > valueLength) return null;
  return identifierOf(kind, scope, text);
}

const scopePattern = /^[\p{L}\p{N}][\p{L}\p{N}_.-]{0,99}$/u;

/** An identifier of a kind; `nobody` when the value stands for nobody, null when it is no value of the kind. */
export function identifierOf(kind: KindInUse, scope: string, text: string): Identifier | 'nobody' | null {
  const { form } = kind.definition;
  const value = readValue(form, text);
  if (value === null) return standsForNobody('lower', text.trim()) ? 'nobody' : null;
  if (kind.illegal.has(value) || standsForNobody(form, value)) return 'nobody';
  const key = scope === '' ? `${kind.name}:${value}` : `${kind.name}@${asKeyPart(scope)}:${value}`;
  return { kind, scope, value, key, group: groupOf(kind, scope, value) };
}

/** The colon ends a scope in a key; a channel that is a scope may have one. */
const asKeyPart = (scope: string) => scope.replaceAll(':', '%3A');

/** Reads a key back; null when its kind is no longer declared. */
export function fromKey(kinds: Kinds, key: string): Identifier | null {
  const match = /^([A-Za-z0-9]+)(?:@([^:]*))?:(.*)$/su.exec(key);
  const kind = kinds.get(match?.[1] ?? '');
  if (match === null || kind === undefined) return null;
  const [scope, value] = [(match[2] ?? '').replaceAll('%3A', ':'), match[3] ?? ''];
  return { kind, scope, value, key, group: groupOf(kind, scope, value) };
}

/**
 * What counts together against a limit: the values of a kind and scope. Those that fail the check of their form count
 * apart (`kind?@scope`): they are evidence, no more.
 */
function groupOf(kind: KindInUse, scope: string, value: string): string {
  return `${kind.name}${isChecked(kind.definition.form, value) ? '' : '?'}@${scope}`;
}

/** How many of a group a customer may have, and whether two who have different ones can't be one on weak evidence. */
export function groupLimit(kinds: Kinds, group: string): { readonly limit: number; readonly tells: boolean } {
  const name = group.slice(0, group.indexOf('@'));
  const unchecked = name.endsWith('?');
  const kind = kinds.get(unchecked ? name.slice(0, -1) : name);
  if (kind === undefined) return { limit: Number.POSITIVE_INFINITY, tells: false };
  return {
    limit: unchecked ? Math.max(kind.perCustomer, perCustomer.medium) : kind.perCustomer,
    tells: !unchecked && kind.strength !== 'weak',
  };
}
