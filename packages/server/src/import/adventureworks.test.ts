import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { isJsonObject, type Json } from '@huike/schema';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import { parse } from 'csv-parse/sync';
import { type TestServer, testServer } from '../testing.ts';
import { adventureWorks } from './adventureworks.fixture.ts';

// A company's files, real and messy, from the command line: each problem is told with its count, no row is lost, and the
// totals are those of the files. What is expected is computed here from the files alone, by another reader of CSV.

type Row = Readonly<Record<string, string>>;

const shared = path.resolve(import.meta.dirname, '../../../../../shared/data/adventureworks');
/** The files of the real company beside the checkout; else the small ones that ship here, of the same make. */
const isReal = existsSync(shared);
const files = isReal ? shared : path.join(import.meta.dirname, 'sample/adventureworks');
const cli = path.join(import.meta.dirname, '../cli.ts');

let database: TestDatabase;
let server: TestServer;
let folder: string;

before(async () => {
  database = await testDatabase();
  server = await testServer(database, { metadata: adventureWorks });
  folder = await mkdtemp(path.join(os.tmpdir(), 'huike-adventureworks-'));
});
after(async () => {
  await server.close();
  await database.close();
  await rm(folder, { recursive: true });
});

const original = (name: string): Promise<string> => readFile(path.join(files, `${name}.csv`), 'utf8');
const rowsIn = (text: string): Row[] => parse<Row>(text, { columns: true, bom: true, relax_column_count: true });
const tally = <T>(
  rows: readonly T[],
  by: (row: T) => string,
  amount: (row: T) => number = () => 1,
): Map<string, number> => {
  const sums = new Map<string, number>();
  for (const row of rows) sums.set(by(row), (sums.get(by(row)) ?? 0) + amount(row));
  return new Map([...sums].sort(([one], [other]) => (one < other ? -1 : 1)));
};

interface Told {
  readonly out: string;
  readonly rows: number;
  readonly created: number;
  readonly matched: number;
  readonly rejected: number;
  /** The file of rejected rows, read. */
  readonly rejects: readonly Row[];
  /** How often the report names a problem that has these words. */
  count(words: RegExp): number;
}

/** Imports a file as people do; its report. Fails when a row is neither written nor in the file of the rejected ones. */
async function imports(object: string, name: string, text: string | Buffer, ...options: string[]): Promise<Told> {
  const file = path.join(folder, `${name}.csv`);
  await writeFile(file, text);
  await rm(path.join(folder, `${name}.rejects.csv`), { force: true });
  const child = spawn(process.execPath, [cli, 'import', object, file, ...options], {
    env: { ...process.env, DATABASE_URL: database.url, HUIKE_DATA: server.dataFolder, LC_ALL: 'en_US.UTF-8' },
  });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => (out += part));
  const code = await new Promise((resolve) => child.once('close', resolve));
  assert.equal(code, 0, out);
  const numberOf = (words: string) =>
    Number(new RegExp(`^ +${words} +([\\d,]+)$`, 'm').exec(out)?.[1]?.replaceAll(',', '') ?? 0);
  const [rows, created, matched, rejected] = ['Rows', 'New', 'Matched a record', 'Rejected'].map(numberOf);
  const rejectsFile = path.join(folder, `${name}.rejects.csv`);
  const rejects = existsSync(rejectsFile) ? rowsIn(await readFile(rejectsFile, 'latin1')) : [];
  assert.equal((created ?? 0) + (matched ?? 0) + (rejected ?? 0), rows, `a row is lost:\n${out}`);
  assert.equal(rejects.length, rejected, 'each rejected row is in the file of them');
  const count = (words: RegExp): number => {
    const line = out.split('\n').find((one) => words.test(one)) ?? '';
    return Number(/ ([\d,]+) ×/.exec(line)?.[1]?.replaceAll(',', '') ?? Number.NaN);
  };
  return {
    out,
    rows: rows ?? 0,
    created: created ?? 0,
    matched: matched ?? 0,
    rejected: rejected ?? 0,
    rejects,
    count,
  };
}

async function queried(object: string, query: Json): Promise<{ readonly [field: string]: Json }[]> {
  const answer = await server.admin.post(`records/${object}/query`, query);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  const data = answer.get('data');
  return (Array.isArray(data) ? data : []).filter(isJsonObject);
}

const map = (...pairs: string[]): string[] => pairs.flatMap((pair) => ['--map', pair]);

test('AdventureWorks comes in by the command line, problems told, nothing lost, totals as in the files', async (t) => {
  if (!isReal) t.diagnostic('the shared files are not here: the shipped samples stand in');
  const territories = await imports(
    'territory',
    'territories',
    await original('territories'),
    ...map('SalesTerritoryKey=key'),
  );
  assert.deepEqual([territories.created, territories.rejected], [rowsIn(await original('territories')).length, 0]);
  const places = await imports(
    ...(['place', 'geography', await original('geography')] as const),
    ...map(
      'GeographyKey=key',
      'City=city',
      'StateProvinceName=state',
      'EnglishCountryRegionName=country',
      'SalesTerritoryKey=territory.key',
      'StateProvinceCode=',
      'PostalCode=',
    ),
  );
  assert.deepEqual([places.created, places.rejected], [rowsIn(await original('geography')).length, 0]);
  const products = await imports(
    ...(['product', 'products', await original('products')] as const),
    ...map('ProductKey=key', 'ProductSKU=sku', 'ProductName=name', 'ProductPrice=price', 'ProductCost=cost'),
  );
  assert.deepEqual([products.created, products.rejected], [rowsIn(await original('products')).length, 0]);

  // Customers: dates in two forms, dollars, NA for no gender, and letters in the single bytes of Windows.
  const customersText = await original('customers');
  const customers = rowsIn(customersText);
  await writeFile(path.join(folder, 'values.json'), JSON.stringify({ gender: { NA: '' } }));
  const buyers = await imports(
    ...(['buyer', 'customers', Buffer.from(customersText, 'latin1')] as const),
    ...map('CustomerKey=key', 'EmailAddress=email', 'AnnualIncome=income', 'EducationLevel=education'),
    ...['--values', path.join(folder, 'values.json')],
  );
  const isBroken = (row: Row) => /[\u0080-\u00ff]/.test(Object.values(row).join());
  const broken = customers.filter(isBroken);
  assert.ok(broken.length > 0);
  assert.equal(buyers.rows, customers.length);
  assert.equal(buyers.rejected, broken.length);
  assert.deepEqual(
    buyers.rejects.map((row) => row.CustomerKey),
    broken.map((row) => row.CustomerKey),
  );
  assert.match(buyers.out, /\d+ dates in "BirthDate" can be read in two ways; they were read as MDY/);
  const bornIn = await queried('buyer', {
    group: [{ field: 'birthDate', by: 'year' }],
    measures: [{ fn: 'count', as: 'n' }],
  });
  assert.deepEqual(
    new Map(bornIn.map(({ birthDate, n }) => [String(birthDate).slice(0, 4), n])),
    tally(
      customers.filter((row) => !isBroken(row)),
      (row) => (row.BirthDate ?? '').slice(-4),
    ),
  );
  const known = new Set(customers.filter((row) => !isBroken(row)).map((row) => row.CustomerKey));

  // Prospects: e-mails that are none, cut-off words, stamps without a zone.
  const prospectRows = rowsIn(await original('prospects'));
  const prospectMap = map(
    'ProspectiveBuyerKey=key',
    'BirthDate=bornAt',
    'EmailAddress=email',
    'YearlyIncome=income',
    'Education=education',
    'AddressLine1=address.street',
    'City=address.city',
    'StateProvinceCode=address.province',
    'PostalCode=address.postcode',
  );
  const prospects = await imports(
    ...(['prospect', 'prospects', await original('prospects')] as const),
    ...prospectMap,
    ...['--time-zone', 'Asia/Shanghai'],
  );
  const words = {
    'Partial Co': 'Partial College',
    'Partial Hi': 'Partial High School',
    'High Schoo': 'High School',
    'Graduate D': 'Graduate Degree',
  };
  const noEmail = /^[^@]+@[^.]+$/;
  const isCut = (row: Row) => Object.hasOwn(words, row.Education ?? '');
  const isNoEmail = (row: Row) => noEmail.test(row.EmailAddress ?? '');
  const wrong = prospectRows.filter((row) => isCut(row) || isNoEmail(row));
  assert.equal(prospects.count(/is not one of the options/), prospectRows.filter(isCut).length);
  assert.equal(prospects.count(/Expected an e-mail address/), prospectRows.filter(isNoEmail).length);
  assert.deepEqual(
    prospects.rejects.map((row) => row.ProspectiveBuyerKey),
    wrong.map((row) => row.ProspectiveBuyerKey),
  );
  assert.match(
    prospects.out,
    new RegExp(`${prospectRows.length} times in "BirthDate" name no zone and were read as of Asia/Shanghai`),
  );
  // The file of the rejected rows, with what its words mean: the mapping is remembered, all but the e-mails come in.
  await writeFile(path.join(folder, 'words.json'), JSON.stringify({ education: words }));
  const rest = await imports(
    ...(['prospect', 'rest', await readFile(path.join(folder, 'prospects.rejects.csv'))] as const),
    ...[...prospectMap, '--values', path.join(folder, 'words.json')],
  );
  assert.equal(rest.rejected, prospectRows.filter(isNoEmail).length);
  assert.equal(prospects.created + rest.created + rest.rejected, prospectRows.length);

  const resellers = await imports(
    ...(['reseller', 'resellers', await original('resellers')] as const),
    ...map('ResellerKey=key', 'ResellerName=name', 'GeographyKey=place.key', 'AnnualSales=sales', 'YearOpened=opened'),
  );
  assert.deepEqual([resellers.created, resellers.rejected], [rowsIn(await original('resellers')).length, 0]);

  // Order lines of three years: half of the customers aren't there; the lines come in without them.
  const lines: Row[] = [];
  const orders = map(
    'OrderNumber=orderNumber',
    'OrderLineItem=line',
    'OrderDate=orderDate',
    'StockDate=stockDate',
    'OrderQuantity=quantity',
    'CustomerKey=buyer.key',
    'ProductKey=product.key',
    'TerritoryKey=territory.key',
  );
  for (const year of ['2015', '2016', '2017']) {
    const text = await original(`sales_${year}`);
    const own = rowsIn(text);
    lines.push(...own);
    const told = await imports('orderLine', `sales_${year}`, text, ...orders, '--orphans', 'empty');
    const missing = own.filter((row) => !known.has(row.CustomerKey)).length;
    assert.ok(missing > 0);
    assert.deepEqual([told.created, told.rejected], [own.length, 0]);
    assert.equal(told.count(/There is no buyer/), missing);
    assert.match(told.out, new RegExp(`${missing} cells of "CustomerKey" refer to no buyer`));
  }
  // The same file once more: by order and line they are there.
  const again = await imports(
    'orderLine',
    'sales_2015',
    await original('sales_2015'),
    ...orders,
    '--orphans',
    'empty',
    '--dedupe',
    'orderNumber,line',
    '--duplicates',
    'skip',
  );
  assert.deepEqual([again.created, again.matched, again.rejected], [0, again.rows, 0], again.out);

  const returned = rowsIn(await original('returns'));
  const returns = await imports(
    'return',
    'returns',
    await original('returns'),
    ...map('ReturnDate=returnDate', 'TerritoryKey=territory.key', 'ProductKey=product.key', 'ReturnQuantity=quantity'),
  );
  assert.deepEqual([returns.created, returns.rejected], [returned.length, 0]);

  // Surveys of customers who aren't there are rejected, and stand in the file of the rejected rows.
  const answers = rowsIn(await original('survey_responses'));
  const surveys = await imports(
    ...(['survey', 'survey_responses', await original('survey_responses')] as const),
    ...map(
      'SurveyResponseKey=key',
      'CustomerKey=buyer.key',
      'EnglishProductCategoryName=category',
      'Date=answeredAt',
      'DateKey=',
    ),
  );
  const lost = answers.filter((row) => !known.has(row.CustomerKey));
  assert.equal(surveys.rejected, lost.length);
  assert.equal(surveys.count(/There is no buyer/), lost.length);
  assert.deepEqual(
    surveys.rejects.map((row) => row.SurveyResponseKey),
    lost.map((row) => row.SurveyResponseKey),
  );
  assert.match(
    surveys.out,
    new RegExp(`${answers.length} times in "Date" name no zone and were read as of America/New_York`),
  );

  // Totals, through the API, against those of the files.
  const regionOf = new Map(rowsIn(await original('territories')).map((row) => [row.SalesTerritoryKey, row.Region]));
  const yearOf = (date: string | undefined) => (date ?? '').slice(-4);
  const totals = async (object: string, date: string) => {
    const group = ['territory.region', { field: date, by: 'year' }];
    const measures = [
      { fn: 'sum', field: 'quantity', as: 'total' },
      { fn: 'count', as: 'n' },
    ];
    const data = await queried(object, { group, measures, limit: 1000 });
    const named = data.map((one): [string, Json, Json] => {
      const region = isJsonObject(one.territory) ? one.territory.region : one['territory.region'];
      return [`${region} ${String(one[date]).slice(0, 4)}`, Number(one.total), one.n ?? null];
    });
    return named.sort(([one], [other]) => (one < other ? -1 : 1));
  };
  const expected = (rows: readonly Row[], date: string, quantity: string) => {
    const name = (row: Row) => `${regionOf.get(row.TerritoryKey)} ${yearOf(row[date])}`;
    const sums = tally(rows, name, (row) => Number(row[quantity]));
    const counts = tally(rows, name);
    return [...sums].map(([one, sum]): [string, Json, Json] => [one, sum, counts.get(one) ?? null]);
  };
  assert.deepEqual(await totals('orderLine', 'orderDate'), expected(lines, 'OrderDate', 'OrderQuantity'));
  assert.deepEqual(await totals('return', 'returnDate'), expected(returned, 'ReturnDate', 'ReturnQuantity'));
});
