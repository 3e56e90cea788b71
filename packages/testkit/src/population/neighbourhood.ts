// The truth: a thousand people and fifty companies of one city, made together. A population is a row of these, so that
// one of any size is made in bounded memory, and the smaller is the beginning of the larger.
import type { Dice } from '../dice.ts';
import { chance, dayBetween, diceFor } from './chance.ts';
import { type CompanyName, companyName, creditCode } from './companies.ts';
import { givenName, nickname, type PersonName, type Sex, surname } from './names.ts';
import { fixedLine, mobileOf } from './phones.ts';
import { type Address, type City, home, somewhere } from './places.ts';
import { givenPinyin, surnamePinyin } from './spelling.ts';

export const peopleOfNeighbourhood = 1000;
const companiesOfNeighbourhood = 50;
const dealersOfNeighbourhood = 2;
/** Numbers kept for each neighbourhood; about 1,400 are used. */
const numbersOfNeighbourhood = 2000;

export interface Phone {
  readonly number: string;
  /** First and last year of use by this person. */
  readonly from: number;
  readonly until: number;
  /** Somebody else's records carry it too: the family's, or a number that was given out anew. */
  readonly shared: boolean;
}

export interface Person {
  /** The entity: p17. */
  readonly id: string;
  readonly name: PersonName;
  readonly sex: Sex;
  readonly born: string;
  readonly nickname: string;
  /** Oldest first; the last is the one in use. */
  readonly phones: readonly [Phone, ...Phone[]];
  readonly email: string | null;
  /** Oldest first; the last is the one lived in. */
  readonly homes: readonly [Address, ...Address[]];
  /** The number of the household, of the whole population. */
  readonly household: number;
}

export interface Company {
  /** The entity: c17. */
  readonly id: string;
  readonly name: CompanyName;
  readonly address: Address;
  readonly line: string;
  readonly mobile: string;
  readonly creditCode: string;
}

export interface Neighbourhood {
  readonly index: number;
  readonly city: City;
  readonly people: readonly Person[];
  readonly companies: readonly Company[];
  /** The phone of each dealer's staff, who order for customers. */
  readonly dealerPhones: readonly string[];
}

const mailHosts = 'qq.com qq.com qq.com 163.com 163.com 126.com gmail.com outlook.com sina.com foxmail.com'.split(' ');

function emailOf(dice: Dice, name: PersonName, born: string, phone: string): string {
  const host = dice.pick(mailHosts);
  if (host === 'qq.com') return `${10_000_000 + dice.upTo(2_900_000_000)}@qq.com`;
  const family = surnamePinyin(name.surname);
  const given = givenPinyin(name.given);
  const initials = given.map((syllable) => syllable.slice(0, 1)).join('');
  const local = [
    `${family}${given.join('')}${born.slice(2, 4)}${1 + dice.upTo(98)}`,
    `${given.join('')}.${family}${dice.upTo(9999)}`,
    `${family}${initials}${born.slice(0, 4)}${dice.upTo(999)}`,
    phone,
  ];
  return `${dice.pick(local)}@${host}`;
}

interface Member {
  readonly sex: Sex;
  readonly born: number;
  readonly family: string;
  readonly generation?: string;
}

/** Who lives together: one or two adults, children with the father's surname (siblings often share a character), a grandparent. */
function membersOf(dice: Dice): Member[] {
  const born = 1950 + dice.upTo(52);
  const [father, mother] = [surname(dice), surname(dice)];
  const size = dice.upTo(99);
  if (size < 30) {
    const sex = chance(dice, 0.5) ? 'male' : 'female';
    return [{ sex, born, family: father }];
  }
  const members: Member[] = [
    { sex: 'male', born, family: father },
    { sex: 'female', born: born - 3 + dice.upTo(6), family: mother },
  ];
  if (size < 55 || born > 1995) return members;
  const children = size < 80 ? 1 : 2;
  const generation = chance(dice, 0.3) ? givenName(dice, 'male', 1990)[0] : undefined;
  // The grown ones and the youngest who have records of their own.
  const first = Math.min(born + 23 + dice.upTo(7), 2010);
  const twins = chance(dice, 0.04);
  for (let child = 0; child < children; child++) {
    const year = twins ? first : Math.min(first + child * (2 + dice.upTo(4)), 2012);
    const sex = chance(dice, 0.5) ? 'male' : 'female';
    members.push({ sex, born: year, family: father, ...(generation === undefined ? {} : { generation }) });
  }
  if (size > 93 && born > 1968) members.push({ sex: 'female', born: born - 26, family: surname(dice) });
  return members;
}

/** Makes one neighbourhood. `index` counts from 0. */
export function neighbourhood(seed: number, index: number): Neighbourhood {
  const dice = diceFor(seed, index);
  const city = somewhere(dice);
  let numbers = index * numbersOfNeighbourhood;
  const number = (): string => mobileOf(seed, numbers++);
  const people: Person[] = [];
  let household = index * peopleOfNeighbourhood;
  // A number comes back to somebody else some hundred people on.
  const givenUp: { number: string; due: number }[] = [];

  while (people.length < peopleOfNeighbourhood) {
    const members = membersOf(dice);
    const lived = home(dice, city);
    // In one family of eight, somebody has no number of their own: their records carry another's.
    const sharing = members.length > 1 && chance(dice, 0.125) ? 1 + dice.upTo(members.length - 2) : 0;
    const familyNumber = number();
    const twin = new Map<string, string>();
    let birthOrder = 0;
    for (const member of members) {
      if (people.length === peopleOfNeighbourhood) break;
      const order = birthOrder++;
      const at = people.length;
      const name = {
        surname: member.family,
        given: namedUnlike(dice, member, people, order),
      };
      const born = twin.get(`${member.family}${member.born}`) ?? dayBetween(dice, member.born, member.born + 1);
      if (order > 1) twin.set(`${member.family}${member.born}`, born);
      const phones = phonesOf(dice, { number, givenUp, at, order, sharing, familyNumber });
      const moved = chance(dice, 0.08);
      people.push({
        id: `p${index * peopleOfNeighbourhood + at}`,
        ...{ name, sex: member.sex, born, phones, household },
        nickname: nickname(dice, name),
        email: chance(dice, 0.5) ? emailOf(dice, name, born, phones[phones.length - 1]?.number ?? '') : null,
        homes: moved ? [home(dice, city), lived] : [lived],
      });
    }
    household++;
  }
  return {
    ...{ index, city, people },
    companies: companiesOf(dice, index, city, number),
    dealerPhones: Array.from({ length: dealersOfNeighbourhood }, number),
  };
}

/** A given name that nobody else of the household has. */
function namedUnlike(dice: Dice, member: Member, people: readonly Person[], order: number): string {
  const taken = people.slice(people.length - order).map(({ name }) => name.given);
  for (;;) {
    const given = givenName(dice, member.sex, member.born, member.generation);
    if (!taken.includes(given)) return given;
  }
}

interface Numbering {
  readonly number: () => string;
  readonly givenUp: { number: string; due: number }[];
  readonly at: number;
  readonly order: number;
  readonly sharing: number;
  readonly familyNumber: string;
}

/** A person's numbers: one in eight changed theirs; one in eight of these went to somebody else, years later. */
function phonesOf(dice: Dice, { number, givenUp, at, order, sharing, familyNumber }: Numbering): [Phone, ...Phone[]] {
  if (sharing > 0 && (order === 0 || order === sharing))
    return [{ number: familyNumber, from: 2010, until: 2026, shared: true }];
  const again = givenUp[0];
  if (again !== undefined && again.due <= at) {
    givenUp.shift();
    return [{ number: again.number, from: 2022, until: 2026, shared: true }];
  }
  const own = order === 0 ? familyNumber : number();
  if (!chance(dice, 0.125)) return [{ number: own, from: 2010, until: 2026, shared: false }];
  const recycled = chance(dice, 0.125);
  if (recycled) givenUp.push({ number: own, due: at + 100 + dice.upTo(100) });
  const until = recycled ? 2018 : 2019 + dice.upTo(3);
  return [
    { number: own, from: 2010, until, shared: recycled },
    { number: number(), from: until, until: 2026, shared: false },
  ];
}

/** Companies; one in ten is the sister of the one before: the same brand and place, another trade. */
function companiesOf(dice: Dice, index: number, city: City, number: () => string): Company[] {
  const companies: Company[] = [];
  const named = new Set<string>();
  while (companies.length < companiesOfNeighbourhood) {
    const before = companies.at(-1);
    const sister = before !== undefined && chance(dice, 0.1);
    const name = companyName(dice, city, sister ? before.name.brand : undefined);
    // Two of the same brand and trade in one city would be one to any reader.
    if (named.has(name.brand + name.trade)) continue;
    named.add(name.brand + name.trade);
    const at = index * companiesOfNeighbourhood + companies.length;
    companies.push({
      ...{ id: `c${at}`, name, creditCode: creditCode(at), mobile: number() },
      address: sister && chance(dice, 0.5) ? before.address : home(dice, city),
      line: fixedLine(dice, city.area),
    });
  }
  return companies;
}
