import type { CatalogField, CatalogObject } from '@huike/kernel';
import { type Command, type JsonObject, systemFields } from '@huike/schema';
import { customerObject } from '../record/sync.ts';
import type { Stitching } from '../stitch/context.ts';
import type { Refusal, SentRecord } from './event.ts';
import type { Interaction } from './interactions.ts';

// Records that come with events: an order of a shop is written with the customer whom the event is of.

/** Writes the records of events; what is wrong with those that are refused, by the event's id. */
export async function storeRecords(
  context: Stitching,
  interactions: readonly Interaction[],
): Promise<ReadonlyMap<string, Refusal>> {
  const sent = interactions.flatMap(({ identity, event: { id, record } }) =>
    record === null ? [] : [{ id, identity, record }],
  );
  if (sent.length === 0) return new Map();
  const customers = await customersOf(context, [...new Set(sent.map(({ identity }) => identity))]);
  const commands = sent.map(({ identity, record }) => upsert(context, record, customers.get(identity)));
  const results = await context.writer.writePartial(commands);
  return new Map(
    results.flatMap((result, at): [string, Refusal][] => {
      if (!('problem' in result)) return [];
      const { code, params, issues } = result.problem;
      const [issue] = issues;
      const path = `/record/values${issue?.path.replace(/^\/\d+/, '') ?? ''}`;
      return [[sent[at]?.id ?? '', { code: issue?.code ?? code, params: issue?.params ?? params, path }]];
    }),
  );
}

/** The customers, with a record, that identities belong to. */
async function customersOf({ tx }: Stitching, identities: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx.queryText<{ id: string; survivor: string }>(
    `select n.id, n.survivor from huike.identity n join huike.identity s on s.id = n.survivor
where n.id = any($1) and s.known`,
    [identities],
    'track.customers',
  );
  return new Map(rows.map(({ id, survivor }) => [id, survivor]));
}

const system: ReadonlySet<string> = new Set(systemFields);

function upsert({ catalog }: Stitching, { object, key, values }: SentRecord, customer: string | undefined): Command {
  const target = catalog.objects.get(object);
  const own = Object.fromEntries(Object.entries(values).filter(([name]) => !system.has(name)));
  const field = target === undefined ? undefined : customerField(target, customerObject(catalog));
  const given: JsonObject =
    field === undefined || customer === undefined || own[field.name] !== undefined
      ? own
      : { ...own, [field.name]: customer };
  return { op: 'upsert', object, key, values: given };
}

/** The relation by which a record is a customer's. */
function customerField(object: CatalogObject, customer: CatalogObject | null): CatalogField | undefined {
  return [...object.fields.values()].find((field) => field.type === 'relation' && field.target === customer);
}
