import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { populationRows } from '@huike/testkit';
import fc from 'fast-check';
import { explainPair, matchRecords, RecordTable, type SemanticType } from './index.ts';

type Columns = Readonly<Record<string, SemanticType>>;
type Row = Readonly<Record<string, string | null>>;

function tableOf(columns: Columns, rows: readonly Row[], sourceOf: (row: Row) => 0 | 1 = () => 0): RecordTable {
  const specs = Object.entries(columns).map(([name, type]) => ({ name, type }));
  const table = new RecordTable(specs);
  for (const row of rows)
    table.add(
      specs.map(({ name }) => row[name]),
      sourceOf(row),
    );
  return table;
}

const pairsIn = (sizes: Iterable<number>): number => [...sizes].reduce((sum, size) => sum + (size * (size - 1)) / 2, 0);

/** Of pairs in clusters: how many are true, how many of the true ones are there, and both in one. */
function judge(clusters: Uint32Array, truth: readonly string[]) {
  const count = (keys: readonly string[]) => Map.groupBy(keys, (key) => key).values();
  const sizes = (keys: readonly string[]) => [...count(keys)].map(({ length }) => length);
  const found = [...clusters].map(String);
  const both = pairsIn(sizes(found.map((cluster, row) => `${cluster} ${truth[row]}`)));
  const [precision, recall] = [both / pairsIn(sizes(found)), both / pairsIn(sizes([...truth]))];
  return { precision, recall, f1: (2 * precision * recall) / (precision + recall) };
}

const shared = path.resolve(import.meta.dirname, '../../../../../../shared/data');

/** The rows of a file of the shared data, whose values have blanks and quotation marks around them. */
function rowsOf(name: string): Row[] | null {
  const file = path.join(shared, name);
  if (!existsSync(file)) return null;
  const [header = '', ...lines] = readFileSync(file, 'utf8').split(/\r?\n/).filter(Boolean);
  const cells = (line: string) =>
    line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/).map((cell) => cell.trim().replace(/^"|"$/g, ''));
  const names = cells(header);
  return lines.map((line) => Object.fromEntries(cells(line).map((value, at) => [names[at] ?? '', value])));
}

const population: Columns = {
  ...{ fullName: 'fullName', company: 'company', phone: 'phone', email: 'email', birthDate: 'birthDate' },
  ...{ gender: 'category', address: 'address', city: 'city', region: 'region', postalCode: 'postalCode' },
  nationalId: 'nationalId',
};

const peopleOf = (people: number, seed: number): { readonly rows: Row[]; readonly truth: string[] } => {
  const made = [...populationRows({ people, seed })];
  return { rows: made.map((row) => ({ ...row })), truth: made.map(({ truth }) => truth) };
};

describe('accuracy, with one set of defaults', () => {
  const febrl: Columns = {
    ...{ given_name: 'givenName', surname: 'familyName', street_number: 'number', address_1: 'address' },
    ...{ address_2: 'address', suburb: 'city', postcode: 'postalCode', state: 'region' },
    ...{ date_of_birth: 'birthDate', soc_sec_id: 'nationalId' },
  };
  const restaurants: Columns = { name: 'company', address: 'address', city: 'city', cuisine: 'category' };

  const files = [
    { file: 'febrl/dataset1.csv', columns: febrl, aim: 0.99, truthOf: (row: Row) => row.rec_id?.split('-')[1] ?? '' },
    {
      file: 'restaurants/dedupe_restaurant-nophone-training.csv',
      ...{ columns: restaurants, aim: 0.95, truthOf: (row: Row) => row.unique_id ?? '' },
    },
  ];
  for (const { file, columns, aim, truthOf } of files) {
    test(file, async (t) => {
      const rows = rowsOf(file);
      if (rows === null) t.diagnostic('not here: a made population stands in');
      const other = rows === null ? peopleOf(300, 3) : null;
      const { clusters } = await matchRecords(tableOf(rows ? columns : population, rows ?? other?.rows ?? []));
      const { f1 } = judge(clusters, rows?.map(truthOf) ?? other?.truth ?? []);
      assert.ok(f1 >= aim, `F1 is ${f1}`);
    });
  }

  test('a population of Chinese customers', async () => {
    const { rows, truth } = peopleOf(3_000, 11);
    const { clusters, pairs } = await matchRecords(tableOf(population, rows));
    const { precision, f1 } = judge(clusters, truth);
    assert.ok(f1 >= 0.97, `F1 is ${f1}`);
    assert.ok(precision >= 0.99, `precision is ${precision}`);
    // Likeliest first, and the smaller row first.
    for (let at = 1; at < pairs.count; at++) {
      assert.ok((pairs.probability[at] ?? 1) <= (pairs.probability[at - 1] ?? 0) + 1e-6);
      assert.ok((pairs.first[at] ?? 0) < (pairs.second[at] ?? 0));
    }
  });
});

const small = peopleOf(100, 5);
const runs = process.env.HUIKE_LONG === '1' ? 50 : 4;

/** Rows of one cluster as one text, whatever the clusters are called. */
const partition = (clusters: Uint32Array, rows: readonly number[]): string =>
  [...Map.groupBy(rows.keys(), (place) => clusters[place]).values()]
    .map((places) =>
      places
        .map((place) => rows[place] ?? 0)
        .sort((a, b) => a - b)
        .join(' '),
    )
    .sort()
    .join('|');

test('the order of rows changes nothing', async () => {
  const numbers = small.rows.map((_, row) => row);
  const { clusters } = await matchRecords(tableOf(population, small.rows));
  const expected = partition(clusters, numbers);
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(numbers, { minLength: numbers.length }), async (order) => {
      const table = tableOf(
        population,
        order.map((row) => small.rows[row] ?? {}),
      );
      assert.equal(partition((await matchRecords(table)).clusters, order), expected);
    }),
    { numRuns: runs },
  );
});

test('rows that somebody said are not the same never share a cluster', async () => {
  const { clusters } = await matchRecords(tableOf(population, small.rows));
  const together = [...clusters].flatMap((cluster, row): [number, number][] =>
    cluster === row ? [] : [[cluster, row]],
  );
  assert.ok(together.length > 50);
  await fc.assert(
    fc.asyncProperty(fc.subarray(together, { minLength: 1, maxLength: 10 }), async (cannot) => {
      const found = await matchRecords(tableOf(population, small.rows), { cannot });
      for (const [one, other] of cannot) assert.notEqual(found.clusters[one], found.clusters[other]);
    }),
    { numRuns: runs },
  );
});

test('a value that thousands share makes no crowd', async () => {
  const rows = Array.from({ length: 10_000 }, (_, at): Row => {
    const [one = '', two = ''] = [at % 100, Math.floor(at / 100)].map((n) => String.fromCharCode(0x4e00 + n * 37));
    return { name: `王${one}${two}`, phone: '13912345678', city: '成都市' };
  });
  const result = await matchRecords(tableOf({ name: 'fullName', phone: 'phone', city: 'city' }, rows));
  assert.ok(new Set(result.clusters).size > 9_900);
  assert.ok(result.rules.reduce((sum, { pairs }) => sum + pairs, 0) < 4_000_000);
});

test('two valid national ids that differ are two people, whatever else agrees; a slip in a bad one is not', async () => {
  const person = {
    name: '欧阳建国',
    phone: '13812345678',
    birth: '1949-12-31',
    address: '成都市武侯区人民南路12号3栋402',
  };
  const columns: Columns = {
    name: 'fullName',
    phone: 'phone',
    birth: 'birthDate',
    address: 'address',
    id: 'nationalId',
  };
  const valid = tableOf(columns, [
    ...small.rows.map(({ fullName, phone, birthDate, address }) => ({
      ...{ name: fullName ?? null, phone: phone ?? null, birth: birthDate ?? null, address: address ?? null },
    })),
    { ...person, id: '11010519491231002X' },
    { ...person, id: '440524188001010014' },
    { ...person, id: '11010519491231003X' },
  ]);
  const [one, other, wrong] = [valid.count - 3, valid.count - 2, valid.count - 1];
  const { clusters, explain, pairs } = await matchRecords(valid);
  assert.notEqual(clusters[one], clusters[other]);
  assert.equal(explain(one, other).vetoed, true);
  assert.equal(explain(one, wrong).vetoed, false);
  assert.ok(clusters[wrong] === clusters[one] || clusters[wrong] === clusters[other]);
  for (let at = 0; at < pairs.count; at++) assert.ok(!(pairs.first[at] === one && pairs.second[at] === other));
});

test('the same phone under another name waits for a person', async () => {
  const rows = [
    ...small.rows,
    {
      fullName: '诸葛亮',
      phone: '13712340001',
      city: '成都市',
      region: '四川省',
      address: '成都市武侯区武侯祠大街231号1栋1单元101',
    },
    {
      fullName: '李清照',
      phone: '13712340001',
      city: '成都市',
      region: '四川省',
      address: '成都市武侯区武侯祠大街231号1栋1单元101',
    },
  ];
  const [one, other] = [rows.length - 2, rows.length - 1];
  const { clusters, pairs, explain } = await matchRecords(tableOf(population, rows));
  assert.notEqual(clusters[one], clusters[other]);
  const at = pairs.first.findIndex((first, index) => first === one && pairs.second[index] === other);
  assert.ok(at >= 0, 'it is among the pairs that somebody looks at');
  const { probability, weights } = explain(one, other);
  assert.equal(probability, pairs.probability[at]);
  assert.ok(weights.some(({ level }) => level === 'otherPerson'));
  const sum = weights.reduce((total, { weight }) => total + weight, 0);
  assert.ok(Math.abs(1 / (1 + 2 ** -sum) - probability) < 1e-9, 'the weights add up to the probability');
});

test('what was learnt explains records later', async () => {
  const { model } = await matchRecords(tableOf(population, small.rows));
  const stored = JSON.parse(JSON.stringify(model));
  const record = (fullName: string, phone: string) =>
    Object.keys(population).map((name) => (name === 'fullName' ? fullName : name === 'phone' ? phone : null));
  const same = explainPair(stored, record('张伟民', '13812345678'), record('張偉民', '+86 138 1234 5678'));
  const different = explainPair(stored, record('张伟民', '13812345678'), record('李娜', '13998765432'));
  assert.ok(same.probability > 0.95, `${same.probability}`);
  assert.ok(different.probability < 0.01, `${different.probability}`);
  assert.deepEqual(
    same.weights.filter(({ level }) => level === 'exact').map(({ column }) => column),
    ['fullName', 'phone'],
  );
});

describe('odd tables', () => {
  const clustersOf = async (columns: Columns, rows: readonly Row[]) => [
    ...(await matchRecords(tableOf(columns, rows))).clusters,
  ];

  test('no rows, one row', async () => {
    assert.deepEqual(await clustersOf({ name: 'fullName' }, []), []);
    assert.deepEqual(await clustersOf({ name: 'fullName' }, [{ name: '张伟' }]), [0]);
  });

  test('nothing in any column', async () => {
    const rows = Array.from({ length: 2_000 }, (): Row => ({ name: '', phone: 'N/A' }));
    assert.deepEqual(await clustersOf({ name: 'fullName', phone: 'phone' }, rows), [...rows.keys()]);
  });

  test('one column: equal companies are one, equal cities are not', async () => {
    const names = Array.from(
      { length: 200 },
      (_, at) => `${at} ${String.fromCharCode(97 + (at % 26)).repeat(4)} trading`,
    );
    const rows = [...names, names[7] ?? '', names[9] ?? ''].map((name): Row => ({ name }));
    const found = await clustersOf({ name: 'company' }, rows);
    assert.deepEqual(found.slice(200), [7, 9]);
    assert.equal(new Set(found).size, 200);
    const cities = Array.from({ length: 400 }, (_, at): Row => ({ city: at % 2 ? '成都' : '北京' }));
    assert.equal(new Set(await clustersOf({ city: 'city' }, cities)).size, 400);
  });

  test('two lists of the same people', async () => {
    const both = [
      ...small.rows.map((row) => ({ ...row, list: '0' })),
      ...small.rows.map((row) => ({ ...row, list: '1' })),
    ];
    const table = tableOf(population, both, ({ list }) => (list === '1' ? 1 : 0));
    const { clusters } = await matchRecords(table);
    const found = small.rows.filter((_, row) => clusters[row] === clusters[row + small.rows.length]).length;
    assert.ok(found > small.rows.length * 0.95, `${found} of ${small.rows.length}`);
  });
});

test('it stops when asked to, in its own thread too', async () => {
  const rows = peopleOf(2_000, 2).rows;
  const abort = new AbortController();
  const phases = new Set<string>();
  const onProgress = ({ phase }: { readonly phase: string }) => {
    phases.add(phase);
    if (phase === 'learning') abort.abort(new Error('enough'));
  };
  await assert.rejects(matchRecords(tableOf(population, rows), { signal: abort.signal, onProgress }), /enough/);
  assert.ok(phases.has('reading') && !phases.has('clustering'));
  await assert.rejects(
    matchRecords(tableOf(population, small.rows), { signal: AbortSignal.abort(new Error('no')) }),
    /no/,
  );
});
