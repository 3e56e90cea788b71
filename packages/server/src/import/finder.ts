// Finds records by the values of one field, many at once, and only what the actor may read.
import type { Actor, CatalogField, Kernel } from '@huike/kernel';
import { Decimal, isJsonObject, type Json } from '@huike/schema';

/** The id of the one record that has a value; or that none has it, or several have. */
export type Found = { readonly id: string } | 'none' | 'several';

const perQuery = 1_000;
const mostGroups = 10_000;
const mostRemembered = 50_000;

export class Finder {
  readonly #kernel: Kernel;
  readonly #actor: Actor;
  readonly #known = new Map<string, string>();

  constructor(kernel: Kernel, actor: Actor) {
    this.#kernel = kernel;
    this.#actor = actor;
  }

  /** What each text leads to, as a value of the field. Throws `object.unknown`, `field.unknown`, `query.masked`. */
  async find(by: CatalogField, texts: Iterable<string>): Promise<ReadonlyMap<string, Found>> {
    const values = new Map<string, string | null>();
    for (const text of texts) if (!values.has(text)) values.set(text, this.normal(by, text));
    const unknown = new Set(
      [...values.values()].filter((value) => value !== null && !this.#known.has(name(by, value))),
    );
    const found = await this.#ask(
      by,
      [...unknown].flatMap((value) => value ?? []),
    );
    const result = new Map<string, Found>();
    for (const [text, value] of values) {
      const id = value === null ? undefined : this.#known.get(name(by, value));
      result.set(text, id === undefined ? (found.get(value ?? '') ?? 'none') : { id });
    }
    for (const [value, one] of found) if (typeof one === 'object') this.#remember(name(by, value), one.id);
    return result;
  }

  /** By the values of several fields, in their normal forms and joined by NUL: the oldest record that has them all. */
  async findTuples(
    fields: readonly CatalogField[],
    tuples: readonly (readonly string[])[],
  ): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    const [first] = fields;
    if (first === undefined) return found;
    const ask = async (asked: readonly (readonly string[])[]): Promise<void> => {
      const equal = fields.map((field, at) => ({
        ...{ field: field.name, op: 'in', value: [...new Set(asked.map((tuple) => tuple[at] ?? ''))] },
      }));
      const group = [...fields.map(({ name: field }) => field), 'id'];
      const query = { filter: { and: equal }, group, measures: [], limit: mostGroups };
      const rows: unknown = JSON.parse(await this.#kernel.group(this.#actor, first.object.name, query));
      const all = Array.isArray(rows) ? rows : [];
      // Each field has one of the values, not all of them those of one row: too many may do.
      if (all.length === mostGroups && asked.length > 1) {
        const half = asked.length >> 1;
        await ask(asked.slice(0, half));
        return ask(asked.slice(half));
      }
      for (const row of all) {
        if (!isJsonObject(row) || typeof row.id !== 'string') continue;
        const key = fields.map((field) => canonical(field, row[field.name] ?? null)).join('\u0000');
        const known = found.get(key);
        if (known === undefined || row.id < known) found.set(key, row.id);
      }
    };
    for (let from = 0; from < tuples.length; from += perQuery) await ask(tuples.slice(from, from + perQuery));
    return found;
  }

  /** The time that values such as “today” refer to. */
  now(): Date {
    return this.#kernel.now();
  }

  /** A text in the form in which the field keeps it; null where it is no value of it. */
  normal(by: CatalogField, text: string): string | null {
    const catalog = this.#kernel.catalogs.current();
    const { company } = catalog;
    const context = { catalog, company, now: this.#kernel.now(), timeZone: company.timeZone };
    return canonical(by, by.handler.comparable?.parse(text, by, context) ?? null);
  }

  async #ask(by: CatalogField, values: readonly string[]): Promise<ReadonlyMap<string, Found>> {
    const found = new Map<string, Found>();
    for (let from = 0; from < values.length; from += perQuery) {
      let asked = values.slice(from, from + perQuery);
      while (asked.length > 0) {
        const rows = await this.#rows(by, asked);
        for (const { value, id } of rows) found.set(value, found.has(value) ? 'several' : { id });
        if (rows.length < mostGroups) break;
        // Cut off within the values: those that follow are asked for again, the last one as well if it has one so far.
        const last = rows.at(-1)?.value ?? '';
        if (found.get(last) !== 'several') found.delete(last);
        asked = asked.filter((value) => !found.has(value));
      }
    }
    return found;
  }

  async #rows(by: CatalogField, values: readonly string[]): Promise<{ value: string; id: string }[]> {
    const group = by.name === 'id' ? ['id'] : [by.name, 'id'];
    const filter = { field: by.name, op: 'in', value: values };
    const query = { filter, group, measures: [], limit: mostGroups };
    const rows: unknown = JSON.parse(await this.#kernel.group(this.#actor, by.object.name, query));
    return (Array.isArray(rows) ? rows : []).flatMap((row: unknown) => {
      const { id } = isJsonObject(row) ? row : {};
      const value = isJsonObject(row) ? canonical(by, row[by.name] ?? null) : null;
      return typeof id === 'string' && value !== null ? [{ value, id }] : [];
    });
  }

  #remember(key: string, id: string): void {
    if (this.#known.size >= mostRemembered) this.#known.clear();
    this.#known.set(key, id);
  }
}

const name = (by: CatalogField, value: string) => `${by.object.name}.${by.name} ${value}`;

/** Equal values in one form: 12.30 is 12.3. */
function canonical(by: CatalogField, value: Json): string | null {
  if (value === null || typeof value === 'object') return null;
  const text = String(value);
  return by.handler.comparable?.type === 'numeric' ? new Decimal(text).toFixed() : text;
}
