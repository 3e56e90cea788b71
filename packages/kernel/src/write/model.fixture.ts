// A plain model of what writing means, and commands by chance, for the property test. No I/O.
import { type Command, Decimal, type MetadataDocument, newId, type Values } from '@huike/schema';

const word = (value: string) => ({ value, label: { zh: value, en: value } });

/** Rollups with filters, rollups of rollups, nested rows, details, references of every kind. */
export const modelObjects: MetadataDocument = {
  objects: [
    {
      name: 'region',
      fields: [
        { name: 'name', type: 'text' },
        { name: 'total', type: 'rollup', from: 'account', via: 'region', fn: 'sum', of: 'total' },
        {
          name: 'busy',
          type: 'rollup',
          from: 'account',
          via: 'region',
          fn: 'count',
          filter: { field: 'deals', op: 'gte', value: 2 },
        },
      ],
    },
    {
      name: 'account',
      fields: [
        { name: 'name', type: 'text', required: true },
        { name: 'code', type: 'text', unique: true },
        { name: 'region', type: 'relation', to: 'region', onDelete: 'restrict' },
        { name: 'deals', type: 'rollup', from: 'deal', via: 'account', fn: 'count' },
        {
          name: 'won',
          type: 'rollup',
          from: 'deal',
          via: 'account',
          fn: 'count',
          filter: { field: 'stage', op: 'eq', value: 'won' },
        },
        { name: 'total', type: 'rollup', from: 'deal', via: 'account', fn: 'sum', of: 'amount' },
        { name: 'best', type: 'rollup', from: 'deal', via: 'account', fn: 'max', of: 'amount' },
        { name: 'least', type: 'rollup', from: 'deal', via: 'account', fn: 'min', of: 'score' },
        { name: 'mean', type: 'rollup', from: 'deal', via: 'account', fn: 'avg', of: 'score' },
      ],
    },
    {
      name: 'deal',
      fields: [
        { name: 'subject', type: 'text' },
        { name: 'amount', type: 'decimal', scale: 2 },
        { name: 'score', type: 'number' },
        { name: 'stage', type: 'option', options: ['new', 'won', 'lost'].map(word), default: 'new' },
        { name: 'account', type: 'relation', to: 'account' },
        { name: 'partners', type: 'relations', to: 'account' },
        { name: 'twice', type: 'formula', expression: 'score * 2', returns: 'number' },
        {
          name: 'lines',
          type: 'table',
          fields: [
            { name: 'item', type: 'text' },
            { name: 'quantity', type: 'number' },
          ],
        },
        { name: 'pieces', type: 'rollup', from: 'dealLines', via: 'parent', fn: 'sum', of: 'quantity' },
      ],
    },
    {
      name: 'note',
      fields: [
        { name: 'text', type: 'text' },
        { name: 'deal', type: 'relation', to: 'deal', onDelete: 'cascade' },
      ],
    },
  ],
};

export type ObjectName = 'region' | 'account' | 'deal' | 'note' | 'dealLines';

/** A record of the model: the fields that callers write, as they are stored. */
export interface ModelRecord {
  readonly object: ObjectName;
  readonly id: string;
  version: number;
  /** Which delete took it; null while it lives. */
  deletion: string | null;
  readonly fields: Record<string, string | number | null>;
  /** Ids of linked records, sorted. */
  partners: readonly string[];
}

export type Model = Map<string, ModelRecord>;

export const copyOf = (model: Model): Model =>
  new Map([...model].map(([id, record]) => [id, { ...record, fields: { ...record.fields } }]));

const living = (model: Model, object: ObjectName): ModelRecord[] =>
  [...model.values()].filter((record) => record.object === object && record.deletion === null);

const masters: Readonly<Partial<Record<ObjectName, string>>> = { note: 'deal', dealLines: 'parent' };

/** The living details of a record. */
function detailsOf(model: Model, id: string): ModelRecord[] {
  return [...model.values()].filter(
    ({ object, fields }) => masters[object] !== undefined && fields[masters[object] ?? ''] === id,
  );
}

/** Deletes a record and what hangs on it. */
function remove(model: Model, record: ModelRecord, deletion: string): void {
  for (const detail of detailsOf(model, record.id)) if (detail.deletion === null) remove(model, detail, deletion);
  record.deletion = deletion;
  record.version++;
}

function bringBack(model: Model, record: ModelRecord): void {
  const { deletion } = record;
  for (const detail of detailsOf(model, record.id)) {
    if (detail.deletion !== null && detail.deletion === deletion) bringBack(model, detail);
  }
  record.deletion = null;
  record.version++;
}

const sum = (values: readonly (string | number | null | undefined)[]): string =>
  values.reduce<Decimal>((total, value) => total.plus(value ?? 0), new Decimal(0)).toString();

/** What the rollups and formulas of a record must be, worked out from all records. */
export function computed(model: Model, record: ModelRecord): Record<string, string | number | null> {
  const to = (object: ObjectName, via: string) =>
    living(model, object).filter(({ fields }) => fields[via] === record.id);
  switch (record.object) {
    case 'region': {
      const accounts = to('account', 'region').map((account) => computed(model, account));
      return {
        total: sum(accounts.map(({ total }) => total)),
        busy: String(accounts.filter(({ deals }) => Number(deals) >= 2).length),
      };
    }
    case 'account': {
      const deals = to('deal', 'account').map(({ fields }) => fields);
      const amounts = deals.flatMap(({ amount }) => (typeof amount === 'string' ? [new Decimal(amount)] : []));
      const scores = deals.flatMap(({ score }) => (typeof score === 'number' ? [score] : []));
      return {
        deals: String(deals.length),
        won: String(deals.filter(({ stage }) => stage === 'won').length),
        total: sum(deals.map(({ amount }) => amount)),
        best: amounts.length === 0 ? null : Decimal.max(...amounts).toString(),
        least: scores.length === 0 ? null : Math.min(...scores),
        mean: scores.length === 0 ? null : new Decimal(sum(scores)).div(scores.length).toDecimalPlaces(12).toString(),
      };
    }
    case 'deal': {
      const { score } = record.fields;
      const twice = typeof score === 'number' ? score * 2 : null;
      return { twice, pieces: sum(to('dealLines', 'parent').map(({ fields }) => fields.quantity)) };
    }
    default:
      return {};
  }
}

/** A source of chance with a seed. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0 || 1;
  }

  /** A whole number from 0 to below `n`. */
  below(n: number): number {
    // xorshift32
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % n;
  }

  pick<T>(items: readonly T[]): T | undefined {
    return items[this.below(Math.max(items.length, 1))];
  }

  chance(one: number): boolean {
    return this.below(one) === 0;
  }
}

/** One command and what it does to the model: null when it must be refused. */
export interface Step {
  readonly command: Command;
  readonly apply: ((model: Model) => void) | null;
}

export class Chance {
  readonly dice: Dice;
  readonly #model: Model;
  /** Records that commands of this batch are about, or lean on: no other one may touch them. */
  readonly #taken = new Set<string>();
  readonly #codes = new Set<string>();
  #count = 0;

  constructor(dice: Dice, model: Model) {
    this.dice = dice;
    this.#model = model;
  }

  #free(object: ObjectName): ModelRecord | undefined {
    const record = this.dice.pick(living(this.#model, object).filter(({ id }) => !this.#taken.has(id)));
    if (record !== undefined) this.#taken.add(record.id);
    return record;
  }

  /** A record to refer to, which stays then. */
  #target(object: ObjectName): string | null {
    if (this.dice.chance(4)) return null;
    const record = this.dice.pick(living(this.#model, object).filter(({ id }) => !this.#removed.has(id)));
    if (record !== undefined) this.#leaned.add(record.id);
    return record?.id ?? null;
  }

  readonly #removed = new Set<string>();
  readonly #leaned = new Set<string>();

  #fields(object: ObjectName): { values: Record<string, Values[string]>; stored: ModelRecord['fields'] } {
    const { dice } = this;
    const stored: ModelRecord['fields'] = {};
    const some = (name: string, make: () => string | number | null) => {
      if (!dice.chance(3)) stored[name] = make();
    };
    if (object === 'region') some('name', () => `r${dice.below(5)}`);
    if (object === 'account') {
      some('name', () => `a${dice.below(5)}`);
      some('region', () => this.#target('region'));
    }
    if (object === 'deal') {
      some('subject', () => (dice.chance(4) ? null : `张三${dice.below(5)}`));
      some('amount', () => (dice.chance(4) ? null : `${dice.below(20)}.${dice.below(10)}0`));
      some('score', () => (dice.chance(4) ? null : dice.below(50) / 10));
      some('stage', () => dice.pick(['new', 'won', 'lost']) ?? null);
      some('account', () => this.#target('account'));
    }
    if (object === 'note') some('text', () => `n${dice.below(5)}`);
    if (object === 'dealLines') {
      some('item', () => `i${dice.below(3)}`);
      some('quantity', () => (dice.chance(5) ? null : dice.below(9)));
    }
    return { values: { ...stored }, stored };
  }

  /** A command by chance; null when there is nothing that it could be about. */
  step(): Step | null {
    const { dice } = this;
    switch (dice.below(10)) {
      case 0:
      case 1:
      case 2:
        return this.#create(dice.pick(['region', 'account', 'deal', 'deal', 'note'] as const) ?? 'deal');
      case 3:
      case 4:
      case 5:
        return this.#update(dice.pick(['region', 'account', 'deal', 'deal', 'dealLines'] as const) ?? 'deal');
      case 6:
        return this.#upsert();
      case 7:
      case 8:
        return this.#delete(dice.pick(['region', 'account', 'deal', 'note', 'dealLines'] as const) ?? 'deal');
      default:
        return this.#restore();
    }
  }

  #create(object: 'region' | 'account' | 'deal' | 'note'): Step {
    const { values, stored } = this.#fields(object);
    const id = newId();
    const partners = this.#partners(object, values);
    const lines = object === 'deal' && this.dice.chance(2) ? this.#lines(id, values) : () => {};
    if (object === 'note') stored.deal = values.deal = this.#target('deal');
    if (object === 'account') this.#code(values, stored);
    const refused = object === 'account' && (stored.name ?? null) === null;
    const fields = object === 'deal' ? { stage: 'new', ...stored } : stored;
    return {
      command: { op: 'create', object, id, values },
      apply: refused
        ? null
        : (model) => {
            model.set(id, { object, id, version: 1, deletion: null, fields, partners: partners ?? [] });
            lines(model);
          },
    };
  }

  #code(values: Record<string, Values[string]>, stored: ModelRecord['fields']): void {
    if (!this.dice.chance(2)) return;
    const code = `${newId()}`;
    this.#codes.add(code);
    values.code = stored.code = code;
  }

  #partners(object: ObjectName, values: Record<string, Values[string]>): string[] | null {
    if (object !== 'deal' || !this.dice.chance(3)) return null;
    const ids = [this.#target('account'), this.#target('account')].filter((id) => id !== null);
    const partners = [...new Set(ids)].sort();
    values.partners = partners;
    return partners;
  }

  /** A list of nested rows: some of those there are, some new ones. */
  #lines(parent: string, values: Record<string, Values[string]>): (model: Model) => boolean {
    const there = detailsOf(this.#model, parent).filter(
      ({ object, deletion }) => object === 'dealLines' && deletion === null,
    );
    if (there.some(({ id }) => this.#taken.has(id))) return () => false;
    for (const { id } of there) this.#taken.add(id);
    const kept = there.filter(() => !this.dice.chance(3));
    const count = this.dice.below(3);
    const rows = [...kept, ...Array.from({ length: count }, () => null)].map((row) => ({
      row,
      ...this.#fields('dealLines'),
    }));
    values.lines = rows.map(({ row, values: line }) => (row === null ? line : { id: row.id, ...line }));
    return (model) => {
      let changed = there.length > kept.length || count > 0;
      for (const { id } of there) {
        const row = model.get(id);
        if (row !== undefined && !kept.some((one) => one.id === id)) remove(model, row, `line ${id}`);
      }
      for (const [place, { row, stored }] of rows.entries()) {
        const fields = { ...stored, parent, position: place + 1 };
        const known = row === null ? undefined : model.get(row.id);
        if (known !== undefined) changed = change(known, fields, null) || changed;
        // Its id is found out afterwards, by its place.
        else model.set(`new ${parent} ${place}`, newLine(`new ${parent} ${place}`, fields));
      }
      return changed;
    };
  }

  #update(object: ObjectName): Step | null {
    const record = this.#free(object);
    if (record === undefined) return null;
    if (object === 'dealLines') {
      const parent = String(record.fields.parent);
      if (this.#taken.has(parent)) return null;
      this.#taken.add(parent);
    }
    const { values, stored } = this.#fields(object);
    const partners = this.#partners(object, values);
    const lines = object === 'deal' && this.dice.chance(2) ? this.#lines(record.id, values) : () => false;
    const wrongVersion = this.dice.chance(12);
    const version = record.version + (wrongVersion ? 1 : 0);
    const refused = wrongVersion || (object === 'account' && stored.name === null);
    return {
      command: {
        op: 'update',
        object,
        id: record.id,
        values,
        ...(this.dice.chance(2) || wrongVersion ? { version } : {}),
      },
      apply: refused
        ? null
        : (model) => {
            const now = model.get(record.id);
            if (now === undefined) throw new Error('the model lost a record');
            const nested = lines(model);
            // Links to what lies in the bin stay: whoever wrote the list didn't see them.
            const unseen = now.partners.filter((id) => (this.#model.get(id)?.deletion ?? null) !== null);
            change(now, stored, partners === null ? null : [...new Set([...partners, ...unseen])].sort(), nested);
          },
    };
  }

  #upsert(): Step | null {
    const withCode = living(this.#model, 'account').filter(
      ({ id, fields }) => typeof fields.code === 'string' && !this.#taken.has(id),
    );
    const known = this.dice.chance(2) ? this.dice.pick(withCode) : undefined;
    if (known !== undefined) this.#taken.add(known.id);
    const { values, stored } = this.#fields('account');
    const code = known === undefined ? newId() : String(known.fields.code);
    values.code = stored.code = code;
    const command: Command = { op: 'upsert', object: 'account', key: 'code', values };
    if (known !== undefined)
      return { command, apply: (model) => void change(model.get(known.id) ?? known, stored, null) };
    if ((stored.name ?? null) === null) return { command, apply: null };
    const key = `new ${code}`;
    return {
      command,
      apply: (model) =>
        void model.set(key, { object: 'account', id: key, version: 1, deletion: null, fields: stored, partners: [] }),
    };
  }

  #delete(object: ObjectName): Step | null {
    const record = this.#free(object);
    if (record === undefined || this.#leaned.has(record.id)) return null;
    const all = [record, ...detailsOf(this.#model, record.id)];
    if (all.some(({ id }) => (id !== record.id && this.#taken.has(id)) || this.#leaned.has(id))) return null;
    if (object === 'dealLines' && this.#taken.has(String(record.fields.parent))) return null;
    for (const { id } of all) this.#taken.add(id);
    for (const { id } of all) this.#removed.add(id);
    const refers = (one: ModelRecord) =>
      one.object === 'account' && one.fields.region === record.id && one.deletion === null;
    // What accounts of this batch refer to is left open: a region goes alone.
    if (object === 'region' && this.#count > 0) return null;
    const refused = object === 'region' && [...this.#model.values()].some(refers);
    const deletion = newId();
    return {
      command: { op: 'delete', object, id: record.id },
      apply: refused ? null : (model) => remove(model, model.get(record.id) ?? record, deletion),
    };
  }

  #restore(): Step | null {
    const bin = [...this.#model.values()].filter(({ deletion, id }) => deletion !== null && !this.#taken.has(id));
    const record = this.dice.pick(bin);
    if (record === undefined) return null;
    const master = this.#model.get(String(record.fields[masters[record.object] ?? ''] ?? ''));
    const all = [record, ...detailsOf(this.#model, record.id), ...(master === undefined ? [] : [master])];
    if (all.some(({ id }) => this.#taken.has(id))) return null;
    for (const { id } of all) this.#taken.add(id);
    const refused = master !== undefined && master.deletion !== null;
    return {
      command: { op: 'restore', object: record.object, id: record.id },
      apply: refused ? null : (model) => bringBack(model, model.get(record.id) ?? record),
    };
  }

  /** Up to `most` commands that don't get into each other's way. */
  batch(most: number): Step[] {
    const steps: Step[] = [];
    for (let i = 0; i <= this.dice.below(most); i++) {
      const step = this.step();
      if (step !== null) {
        steps.push(step);
        this.#count++;
        if (step.command.op === 'delete' && step.command.object === 'region') return steps;
      }
    }
    return steps;
  }
}

function newLine(id: string, fields: ModelRecord['fields']): ModelRecord {
  return { object: 'dealLines', id, version: 1, deletion: null, fields, partners: [] };
}

/** Changes a record; only a real difference makes a version. */
function change(
  record: ModelRecord,
  fields: ModelRecord['fields'],
  partners: string[] | null,
  nested = false,
): boolean {
  let changed = nested;
  for (const [name, value] of Object.entries(fields)) {
    if ((record.fields[name] ?? null) === (value ?? null)) continue;
    record.fields[name] = value;
    changed = true;
  }
  if (partners !== null && partners.join() !== record.partners.join()) {
    record.partners = partners;
    changed = true;
  }
  if (changed) record.version++;
  return changed;
}
