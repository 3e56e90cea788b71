// How right matching is, with one set of defaults, on made customers and on public files where these are at hand.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { matchRecords, RecordTable, type SemanticType } from '../../packages/engines/identity/src/match/index.ts';
import type { Bench } from '../lib/bench.ts';
import { populationColumns, someRows } from '../lib/match-file.ts';
import { type Finding, figure } from '../lib/report.ts';

type Row = Readonly<Record<string, string | null>>;
type Columns = Readonly<Record<string, SemanticType>>;

interface Case {
  readonly name: string;
  readonly columns: Columns;
  readonly aim: number | null;
  readonly rows: () => readonly Row[] | null;
  readonly truthOf: (row: Row) => string;
}

const shared = path.resolve(import.meta.dirname, '../../../shared/data');

/** The rows of a public file, whose values have blanks and quotation marks around them; null where it isn't here. */
function fileRows(name: string): readonly Row[] | null {
  const file = path.join(shared, name);
  if (!existsSync(file)) return null;
  const [header = '', ...lines] = readFileSync(file, 'utf8').split(/\r?\n/).filter(Boolean);
  const cells = (line: string) =>
    line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/).map((cell) => cell.trim().replace(/^["']|["']$/g, ''));
  const names = cells(header);
  return lines.map((line) => Object.fromEntries(cells(line).map((value, at) => [names[at] ?? '', value])));
}

const febrl: Columns = {
  ...{ given_name: 'givenName', surname: 'familyName', street_number: 'number', address_1: 'address' },
  ...{ address_2: 'address', suburb: 'city', postcode: 'postalCode', state: 'region' },
  ...{ date_of_birth: 'birthDate', soc_sec_id: 'nationalId' },
};
const febrlFew: Columns = {
  ...{ given_name: 'givenName', surname: 'familyName', date_of_birth: 'birthDate' },
  ...{ postcode: 'postalCode', suburb: 'city' },
};
const febrlTruth = (row: Row) => row.rec_id?.split('-')[1] ?? '';

const febrlCase = (which: number, aim: number): Case => ({
  ...{ name: `febrl ${which}`, columns: febrl, aim, truthOf: febrlTruth },
  rows: () => fileRows(`febrl/dataset${which}.csv`),
});

const cases = (people: number): readonly Case[] => [
  febrlCase(1, 0.99),
  febrlCase(2, 0.99),
  febrlCase(3, 0.995),
  { ...febrlCase(3, 0.99), name: 'febrl 3, five columns', columns: febrlFew, aim: null },
  {
    name: 'restaurants',
    columns: { name: 'company', address: 'address', city: 'city', cuisine: 'category' },
    aim: 0.95,
    rows: () => fileRows('restaurants/dedupe_restaurant-nophone-training.csv'),
    truthOf: (row) => row.unique_id ?? '',
  },
  {
    name: 'splink fake_1000',
    columns: { first_name: 'givenName', surname: 'familyName', dob: 'birthDate', city: 'city', email: 'email' },
    aim: null,
    rows: () => fileRows('splink/fake_1000.csv'),
    truthOf: (row) => row.cluster ?? '',
  },
  {
    name: 'made Chinese customers',
    columns: populationColumns,
    aim: 0.97,
    rows: () => [...someRows(people, 7)].map((row) => ({ ...row })),
    truthOf: (row) => row.truth ?? '',
  },
];

/** Pairs: precision, recall, F1; and the same by rows (B³). */
function judge(clusters: Uint32Array, truth: readonly string[]): { readonly f1: number; readonly words: string } {
  const found = [...clusters].map(String);
  const both = found.map((cluster, row) => `${cluster} ${truth[row]}`);
  const sizes = (keys: readonly string[]) => {
    const counts = new Map<string, number>();
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
    return counts;
  };
  const [inFound, inTruth, inBoth] = [sizes(found), sizes(truth), sizes(both)];
  const pairs = (counts: ReadonlyMap<string, number>) =>
    [...counts.values()].reduce((sum, size) => sum + (size * (size - 1)) / 2, 0);
  const f = (precision: number, recall: number) => (2 * precision * recall) / (precision + recall);
  const [precision, recall] = [pairs(inBoth) / pairs(inFound), pairs(inBoth) / pairs(inTruth)];
  const share = (of: ReadonlyMap<string, number>, keys: readonly string[]) =>
    both.reduce((sum, key, row) => sum + (inBoth.get(key) ?? 0) / (of.get(keys[row] ?? '') ?? 1), 0) / both.length;
  const [bPrecision, bRecall] = [share(inFound, found), share(inTruth, truth)];
  const told = (...values: readonly number[]) => values.map((value) => value.toFixed(4)).join(' / ');
  const f1 = f(precision, recall);
  return { f1, words: `pairs ${told(precision, recall, f1)}; B³ ${told(bPrecision, bRecall, f(bPrecision, bRecall))}` };
}

export const accuracy: Bench = {
  name: 'accuracy',
  async run({ size, progress }) {
    const findings: Finding[] = [];
    // A person has between two and three rows.
    for (const { name, columns, aim, rows, truthOf } of cases(size.rows(266_000))) {
      const all = rows();
      if (all === null) continue;
      progress(`accuracy: ${name}`);
      const specs = Object.entries(columns).map(([column, type]) => ({ name: column, type }));
      const table = new RecordTable(specs);
      for (const row of all) table.add(specs.map((column) => row[column.name]));
      const { clusters } = await matchRecords(table);
      const { f1, words } = judge(clusters, all.map(truthOf));
      const map = specs.map((column) => (column.name === column.type ? column.name : `${column.name}: ${column.type}`));
      const what = `precision / recall / F1, ${name}, ${all.length.toLocaleString('en')} rows (${map.join(', ')})`;
      findings.push(figure(what, words, aim === null ? null : { aim: `F1 ≥ ${aim}`, met: f1 >= aim }));
    }
    return findings;
  },
};
