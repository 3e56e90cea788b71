// Rows for batch matching: what each channel's system would hold of the same people and companies, with the truth.
import type { Dice } from '../dice.ts';
import { chance, dayBetween, diceFor, shuffle } from './chance.ts';
import { registeredName, writtenCompany } from './companies.ts';
import {
  type Company,
  type Neighbourhood,
  neighbourhood,
  type Person,
  peopleOfNeighbourhood,
} from './neighbourhood.ts';
import { writtenFixed, writtenMobile, wrongDigit } from './phones.ts';
import { type Address, shortProvince, writtenAddress } from './places.ts';
import { inPinyin, misheard, slip, traditional } from './spelling.ts';

export type PopulationChannel = 'miniProgram' | 'shop' | 'marketplace' | 'pos' | 'callCentre' | 'dealer';

export interface PopulationOptions {
  /** How many people there are; a company for every twenty comes with them. Up to 4 million. */
  readonly people: number;
  readonly seed: number;
}

/** One channel's record of somebody. The columns are named by their semantic types. */
export interface PopulationRow {
  /** r1, r2, …, in the order of the stream; says nothing of the entity. */
  readonly id: string;
  /** The entity that it truly is of: p17 (a person) or c17 (a company). */
  readonly truth: string;
  readonly channel: PopulationChannel;
  /** The day it was made, YYYY-MM-DD. */
  readonly day: string;
  /** Null on a company's rows. */
  readonly fullName: string | null;
  /** Null on a person's rows. */
  readonly company: string | null;
  readonly phone: string | null;
  readonly email: string | null;
  readonly birthDate: string | null;
  readonly gender: string | null;
  readonly address: string | null;
  readonly city: string | null;
  readonly region: string | null;
  readonly postalCode: string | null;
  /** A company's 统一社会信用代码; null on a person's rows. */
  readonly nationalId: string | null;
}

type Draft = { -readonly [key in keyof PopulationRow]: PopulationRow[key] };

/** How a channel fills its fields: chances. */
interface Habit {
  /** That a person has a record there, and that there is a second one. */
  readonly present: number;
  readonly twice: number;
  readonly nickname: number;
  /** 王先生, 李女士. */
  readonly honorific: number;
  /** Typed by somebody who heard the name. */
  readonly misheard: number;
  readonly pinyin: number;
  readonly traditional: number;
  readonly slip: number;
  readonly phone: number;
  /** Another's phone: of the family, or of the dealer's staff. */
  readonly otherPhone: number;
  readonly email: number;
  readonly birthDate: number;
  readonly gender: number;
  readonly address: number;
  readonly city: number;
}

const nothing = {
  ...{ twice: 0.06, nickname: 0, honorific: 0, misheard: 0, pinyin: 0.01, traditional: 0.01, slip: 0.01 },
  ...{ phone: 0.95, otherPhone: 0, email: 0, birthDate: 0, gender: 0.2, address: 0, city: 0.4 },
};
const habits: Readonly<Record<PopulationChannel, Habit>> = {
  miniProgram: { ...nothing, present: 0.55, nickname: 0.45, birthDate: 0.25, gender: 0.5 },
  shop: { ...nothing, present: 0.4, email: 0.75, address: 0.96, birthDate: 0.1, city: 0.9, pinyin: 0.03 },
  marketplace: { ...nothing, present: 0.5, nickname: 0.1, honorific: 0.12, phone: 0.9, address: 0.96, city: 0.95 },
  pos: { ...nothing, present: 0.5, honorific: 0.1, misheard: 0.04, phone: 0.97, birthDate: 0.6, gender: 0.7 },
  callCentre: { ...nothing, present: 0.2, honorific: 0.2, misheard: 0.15, otherPhone: 0.08, address: 0.5 },
  dealer: { ...nothing, present: 0.2, misheard: 0.05, slip: 0.02, otherPhone: 0.1, address: 0.8, city: 0.7 },
};
const channels: readonly PopulationChannel[] = ['miniProgram', 'shop', 'marketplace', 'pos', 'callCentre', 'dealer'];

/** What a drafted row holds in truth; what makes it resolvable is judged by this, not by its text. */
interface Evidence {
  /** Who: somebody of the family can be told from another by it. */
  named: boolean;
  /** The true number that was written, without a slip; and whether others' rows hold it too. */
  phone: string | null;
  phoneShared: boolean;
  email: string | null;
  born: string | null;
  home: Address | null;
}

/**
 * All rows of a population, as a stream: the same for the same seed; memory doesn't grow with its size. Rows of one
 * person lie within some thousands of one another, in no order. About one row in a hundred can't be told by anybody.
 */
export function* populationRows(options: PopulationOptions): Generator<PopulationRow> {
  let count = 0;
  for (let index = 0; index * peopleOfNeighbourhood < options.people; index++) {
    const made = neighbourhood(options.seed, index);
    const dice = diceFor(~options.seed, index);
    const people = made.people.slice(0, options.people - index * peopleOfNeighbourhood);
    const drafts = people.flatMap((person) => rowsOf(dice, made, person));
    for (const company of made.companies.slice(0, Math.ceil(people.length / 20)))
      drafts.push(...rowsOfCompany(dice, company));
    for (const draft of shuffle(dice, drafts)) {
      draft.id = `r${++count}`;
      yield draft;
    }
  }
}

function rowsOf(dice: Dice, made: Neighbourhood, person: Person): Draft[] {
  const present = channels.filter((channel) => chance(dice, habits[channel].present));
  if (present.length === 0) present.push(dice.pick(channels));
  const drafts: Draft[] = [];
  const evidence: Evidence[] = [];
  for (const channel of present) {
    const times = chance(dice, habits[channel].twice) ? 2 : 1;
    for (let time = 0; time < times; time++) {
      const [draft, shown] = rowOf(dice, made, person, channel);
      drafts.push(draft);
      evidence.push(shown);
    }
  }
  makeTellable(dice, person, drafts, evidence);
  return drafts;
}

function rowOf(dice: Dice, made: Neighbourhood, person: Person, channel: PopulationChannel): [Draft, Evidence] {
  const habit = habits[channel];
  const evidence: Evidence = { named: true, phone: null, phoneShared: false, email: null, born: null, home: null };
  const phone = dice.pick(person.phones);
  const day = dayBetween(dice, Math.max(phone.from, 2014), phone.until);
  const lived = day < '2020' ? person.homes[0] : (person.homes.at(-1) ?? person.homes[0]);
  const draft: Draft = {
    ...{ id: '', truth: person.id, channel, day, company: null, nationalId: null, region: null, postalCode: null },
    fullName: writtenName(dice, habit, person, evidence),
    phone: null,
    email: chance(dice, habit.email) ? person.email : null,
    birthDate: chance(dice, habit.birthDate) ? writtenBirth(dice, person.born, evidence) : null,
    gender: chance(dice, habit.gender) ? (person.sex === 'male' ? '男' : '女') : null,
    address: null,
    city: null,
  };
  evidence.email = draft.email;
  if (draft.email !== null && chance(dice, 0.05)) draft.email = draft.email.toUpperCase();
  if (chance(dice, habit.address)) {
    draft.address = writtenAddress(dice, lived);
    evidence.home = lived;
  }
  if (chance(dice, habit.city)) {
    const { province, name } = lived.city;
    draft.city = chance(dice, 0.8) ? name : name.replace(/市$/, '');
    draft.region = chance(dice, 0.7) ? province : shortProvince(province);
    draft.postalCode = chance(dice, 0.3) ? lived.postalCode : null;
  }
  if (chance(dice, habit.phone)) {
    if (chance(dice, habit.otherPhone)) {
      const borrowed = channel === 'dealer' ? dice.pick(made.dealerPhones) : phoneOfTheFamily(dice, made, person);
      draft.phone = writtenMobile(dice, borrowed);
      evidence.phoneShared = true;
    } else if (chance(dice, 0.01)) draft.phone = writtenMobile(dice, wrongDigit(dice, phone.number));
    else {
      draft.phone = writtenMobile(dice, phone.number);
      evidence.phone = phone.number;
      evidence.phoneShared = phone.shared;
    }
  }
  return [draft, evidence];
}

/** The number of somebody of the household; of a neighbour for who lives alone. */
function phoneOfTheFamily(dice: Dice, { people }: Neighbourhood, { id, household }: Person): string {
  const family = people.filter((other) => other.household === household && other.id !== id);
  return dice.pick(family.length > 0 ? family : people).phones[0].number;
}

function writtenName(dice: Dice, habit: Habit, { name, sex, nickname }: Person, evidence: Evidence): string {
  const { surname, given } = name;
  if (chance(dice, habit.nickname + habit.honorific)) {
    evidence.named = false;
    if (chance(dice, habit.nickname / (habit.nickname + habit.honorific))) return nickname;
    return surname + (sex === 'male' ? '先生' : dice.once(4) ? '小姐' : '女士');
  }
  if (chance(dice, habit.pinyin)) return inPinyin(dice, name);
  if (chance(dice, habit.traditional)) return traditional(surname + given);
  if (chance(dice, habit.misheard)) return surname + misheard(dice, given);
  if (chance(dice, habit.slip)) return surname + slip(dice, given);
  return chance(dice, 0.01) ? `${surname} ${given}` : surname + given;
}

/** A day of birth: one in thirty wrong (day and month changed, a year off, or the first of January, which says nothing). */
function writtenBirth(dice: Dice, born: string, evidence: Evidence): string {
  const [year = '', month = '', day = ''] = born.split('-');
  if (chance(dice, 0.03)) {
    const wrong = dice.upTo(2);
    if (wrong === 0 && Number(day) <= 12) return `${year}-${day}-${month}`;
    return wrong === 1 ? `${year}-01-01` : `${Number(year) + (dice.once(2) ? 1 : -1)}-${month}-${day}`;
  }
  evidence.born = born;
  switch (dice.upTo(9)) {
    case 0:
      return `${year}/${Number(month)}/${Number(day)}`;
    case 1:
      return `${year}${month}${day}`;
    case 2:
      return `${year}年${Number(month)}月${Number(day)}日`;
    default:
      return born;
  }
}

/** Whether a very careful reader would see that two rows are of the same person. */
function tells(one: Evidence, other: Evidence): boolean {
  const named = one.named && other.named;
  if (one.phone !== null && one.phone === other.phone && (named || !(one.phoneShared || other.phoneShared)))
    return true;
  if (one.email !== null && one.email === other.email) return true;
  return named && ((one.born !== null && one.born === other.born) || (one.home !== null && one.home === other.home));
}

/**
 * Gives rows that nothing joins to the person's others the name and the number of that person, but for one in fifty,
 * which stays as such rows are in life: nobody can tell whose it is.
 */
function makeTellable(dice: Dice, person: Person, drafts: Draft[], evidence: Evidence[]): void {
  // A nickname beside a number that several people have says nothing of which of them it is.
  for (const [at, shown] of evidence.entries()) {
    const draft = drafts[at];
    if (draft === undefined || shown.named || !shown.phoneShared || chance(dice, 0.02)) continue;
    draft.fullName = person.name.surname + person.name.given;
    shown.named = true;
  }
  const joined = new Set([0]);
  const current = person.phones.at(-1) ?? person.phones[0];
  const mend = (at: number): void => {
    const [draft, shown] = [drafts[at], evidence[at]];
    if (draft === undefined || shown === undefined) return;
    draft.phone = writtenMobile(dice, current.number);
    draft.fullName = person.name.surname + person.name.given;
    Object.assign(shown, { named: true, phone: current.number, phoneShared: current.shared });
  };
  for (const at of joined) {
    for (let other = 0; other < drafts.length; other++) {
      const [one, two] = [evidence[at], evidence[other]];
      if (one !== undefined && two !== undefined && !joined.has(other) && tells(one, two)) joined.add(other);
    }
  }
  const apart = drafts.map((_, at) => at).filter((at) => !joined.has(at));
  if (apart.length === 0) return;
  if (chance(dice, 0.02)) return;
  mend(0);
  for (const at of apart) mend(at);
}

function rowsOfCompany(dice: Dice, company: Company): Draft[] {
  const drafts: Draft[] = [];
  const times = 1 + dice.upTo(3);
  for (let time = 0; time < times; time++) {
    const { name, address, line, mobile } = company;
    const withCode = chance(dice, 0.5);
    const withAddress = !withCode || chance(dice, 0.6);
    drafts.push({
      ...{ id: '', truth: company.id, channel: dice.pick(['callCentre', 'dealer', 'shop'] as const) },
      ...{ day: dayBetween(dice, 2014, 2026), fullName: null, email: null, birthDate: null, gender: null },
      company: time === 0 ? registeredName(name) : writtenCompany(dice, name),
      phone: chance(dice, 0.2)
        ? null
        : chance(dice, 0.6)
          ? writtenFixed(dice, line, address.city.area)
          : writtenMobile(dice, mobile),
      address: withAddress ? writtenAddress(dice, address) : null,
      city: chance(dice, 0.6) ? address.city.name : null,
      region: chance(dice, 0.5) ? address.city.province : null,
      postalCode: chance(dice, 0.2) ? address.postalCode : null,
      nationalId: withCode ? company.creditCode : null,
    });
  }
  return drafts;
}
