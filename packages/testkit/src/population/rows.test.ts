import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PopulationRow, populationRows } from './rows.ts';

const rows = [...populationRows({ people: 20_000, seed: 7 })];
const persons = rows.filter(({ company }) => company === null);

const share = (all: readonly PopulationRow[], of: (row: PopulationRow) => boolean): number =>
  all.filter(of).length / all.length;

function assertWithin(figure: number, low: number, high: number, what: string): void {
  assert.ok(figure >= low && figure <= high, `${what}: ${figure} is not from ${low} to ${high}`);
}

const grouped = (all: readonly PopulationRow[], by: (row: PopulationRow) => string | null): PopulationRow[][] => [
  ...Map.groupBy(
    all.filter((row) => by(row) !== null),
    by,
  ).values(),
];

const truths = (group: readonly PopulationRow[]): number => new Set(group.map(({ truth }) => truth)).size;

/** The eleven digits that a number stands for, however it is written. */
const digits = ({ phone }: PopulationRow): string | null =>
  phone === null
    ? null
    : phone
        .normalize('NFKC')
        .replace(/\D/g, '')
        .replace(/^(?:00)?86(?=1\d{10}$)/, '');

/** What an address says of the home, without its spelling. */
const homeOf = ({ address }: PopulationRow): string | null =>
  address === null ? null : (/(\d+)\D+(\d+)\D+(\d+)\D*$/.exec(address.normalize('NFKC'))?.slice(1).join('-') ?? null);

test('the same seed gives the same rows, another seed others, and a small population is the beginning of a large one', () => {
  const some = [...populationRows({ people: 2000, seed: 7 })];
  assert.deepEqual(some, rows.slice(0, some.length));
  const other = [...populationRows({ people: 2000, seed: 8 })];
  assert.notDeepEqual(other.slice(0, 50).map(digits), some.slice(0, 50).map(digits));
});

test('every entity has a row, and ids are the place in the stream', () => {
  assert.equal(new Set(persons.map(({ truth }) => truth)).size, 20_000);
  assert.equal(new Set(rows.map(({ truth }) => truth)).size, 21_000);
  assert.ok(rows.every(({ id }, at) => id === `r${at + 1}`));
  assertWithin(rows.length / 21_000, 2.3, 2.9, 'rows an entity');
});

test('a population of any number of people has that many', () => {
  for (const people of [1, 999, 1001]) {
    const made = [...populationRows({ people, seed: 1 })].filter(({ company }) => company === null);
    assert.equal(truths(made), people);
  }
});

test('names are as frequent as they are: the most usual surname has a fourteenth, and many people share a name', () => {
  const named = persons.filter(({ fullName }) => /^\p{Script=Han}{2,3}$/u.test(fullName ?? ''));
  assertWithin(
    share(named, ({ fullName }) => fullName?.startsWith('王') === true),
    0.06,
    0.09,
    'Wang',
  );
  const people = grouped(named, ({ truth }) => truth).map(([row]) => row?.fullName);
  const sharing = Map.groupBy(people, (name) => name);
  assertWithin(
    people.filter((name) => (sharing.get(name) ?? []).length > 1).length / people.length,
    0.2,
    0.6,
    'shared',
  );
  assert.ok(rows.some(({ fullName }) => /^(?:欧阳|上官|司马|诸葛)/.test(fullName ?? '')));
});

test('names come as nicknames, with a title, in pinyin, traditional, misheard', () => {
  assertWithin(
    share(persons, ({ fullName }) => /(?:先生|女士|小姐)$/.test(fullName ?? '')),
    0.04,
    0.1,
    'titles',
  );
  assertWithin(
    share(persons, ({ fullName }) => /^[a-z -]+$/i.test(fullName ?? '')),
    0.01,
    0.06,
    'pinyin and Latin nicknames',
  );
  assert.ok(persons.some(({ fullName }) => /[張陳劉楊趙]/.test(fullName ?? '')));
});

test('phones come in several spellings of eleven digits, all within the ranges of mobiles', () => {
  const phones = persons.flatMap((row) => digits(row) ?? []);
  assert.ok(phones.every((phone) => /^1[3-9]\d{9}$/.test(phone)));
  assertWithin(
    share(persons, ({ phone }) => phone !== null && !/^\d{11}$/.test(phone)),
    0.2,
    0.35,
    'spelled otherwise',
  );
});

test('some phones are shared by a family, some by a dealer’s customers, and some were given out anew after years', () => {
  const shared = grouped(persons, digits).filter((group) => truths(group) > 1);
  const rowsOfThem = shared.reduce((sum, group) => sum + group.length, 0);
  assertWithin(rowsOfThem / persons.length, 0.06, 0.18, 'rows with a shared phone');
  assert.ok(
    shared.some((group) => truths(group) > 8),
    'a phone of a dealer’s staff',
  );
  const recycled = shared.filter((group) => {
    const spans = [...Map.groupBy(group, ({ truth }) => truth).values()].map((own) => own.map(({ day }) => day).sort());
    const [one, two] = spans.sort((a, b) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1));
    return spans.length === 2 && (one?.at(-1) ?? '') < '2018' && (two?.[0] ?? '') >= '2022';
  });
  assertWithin(recycled.length / 20_000, 0.003, 0.02, 'numbers given out anew');
});

test('a company’s rows say its name in several ways, and a sister company has the brand but not the name', () => {
  const companies = rows.filter(({ company }) => company !== null);
  assert.ok(
    companies.every(
      ({ fullName, nationalId }) => fullName === null && /^9\w{17}$/.test(nationalId ?? '9'.padEnd(18, '0')),
    ),
  );
  const spelled = grouped(companies, ({ truth }) => truth).filter((group) => group.length > 1);
  assertWithin(
    spelled.filter((group) => new Set(group.map(({ company }) => company)).size > 1).length / spelled.length,
    0.5,
    0.9,
    'spelled in several ways',
  );
});

test('a few plain rules find most of the truth: it can be learned', () => {
  const parent = new Map(persons.map(({ id }) => [id, id]));
  const root = (id: string): string => {
    let at = id;
    for (let up = parent.get(at); up !== undefined && up !== at; up = parent.get(at)) at = up;
    return at;
  };
  const own = ({ fullName }: PopulationRow): boolean =>
    /^\p{Script=Han}{2,4}$/u.test(fullName ?? '') && !/(?:先生|女士|小姐)$|^[小阿老大]/.test(fullName ?? '');
  const join = (groups: PopulationRow[][], alike: (one: PopulationRow, other: PopulationRow) => boolean): void => {
    for (const group of groups)
      for (const one of group)
        for (const other of group) if (one.id < other.id && alike(one, other)) parent.set(root(other.id), root(one.id));
  };
  const sameName = (one: PopulationRow, other: PopulationRow): boolean => one.fullName === other.fullName;
  const byPhone = grouped(persons, digits);
  join(
    byPhone.filter((group) => new Set(group.filter(own).map(({ fullName }) => fullName)).size < 2),
    () => true,
  );
  join(byPhone, sameName);
  join(
    grouped(persons, ({ email }) => email?.toLowerCase() ?? null),
    () => true,
  );
  join(
    grouped(persons, (row) => (homeOf(row) === null ? null : `${row.fullName}|${homeOf(row)}`)),
    () => true,
  );
  join(
    grouped(persons, ({ birthDate, fullName }) => (birthDate === null ? null : `${fullName}|${birthDate}`)),
    () => true,
  );
  const pairs = (groups: PopulationRow[][]): number =>
    groups.reduce((sum, { length }) => sum + (length * (length - 1)) / 2, 0);
  const found = grouped(persons, ({ id }) => root(id));
  const right = found.reduce((sum, group) => sum + pairs(grouped(group, ({ truth }) => truth)), 0);
  const precision = right / pairs(found);
  const recall = right / pairs(grouped(persons, ({ truth }) => truth));
  assertWithin(precision, 0.95, 1, 'precision');
  assertWithin(recall, 0.85, 0.99, 'recall');
});
