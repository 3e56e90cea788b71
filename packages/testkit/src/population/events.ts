// Events of a population, in the form that `track` takes, with the truth beside.
import type { Dice } from '../dice.ts';
import { chance, diceFor } from './chance.ts';
import { type Neighbourhood, neighbourhood, type Person, peopleOfNeighbourhood } from './neighbourhood.ts';
import type { PopulationOptions } from './rows.ts';

/** A value, or one of an account or app: an OpenID is of the app, a UnionID of the open-platform account. */
export type IdentifierValue = string | { readonly scope: string; readonly value: string };

/** As in the body of `POST track`. */
export interface TrackedEvent {
  readonly id: string;
  readonly type: string;
  /** With the offset of Shanghai. */
  readonly at: string;
  readonly channel: string;
  readonly identifiers: Readonly<Record<string, IdentifierValue>>;
  readonly traits: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string | number>>;
}

export interface PopulationEvent {
  /** Who did it: p17. */
  readonly truth: string;
  readonly event: TrackedEvent;
}

/** What a person is known by on the channels. */
interface Accounts {
  readonly cookie: string;
  readonly userId: string;
  readonly openId: IdentifierValue;
  readonly unionId: IdentifierValue;
  /** The same person under the account of a service provider: another UnionID. */
  readonly providerUnionId: IdentifierValue;
  readonly externalUserId: IdentifierValue;
  readonly buyerId: IdentifierValue;
  readonly device: string;
}

type Drafted = { readonly truth: string; readonly minute: number } & Omit<TrackedEvent, 'id' | 'at'>;

const begin = Date.UTC(2024, 0, 1);
const minutes = (Date.UTC(2026, 10, 1) - begin) / 60_000;
/** 二次放号: the former holder's events end, and the new one's begin, with more than a year between. */
const givenOutAgain = minutes * 0.8;

/**
 * All events of a population, as a stream: the same for the same seed; memory doesn't grow with its size. Within each
 * thousand people they come in the order of time. Two cookies in five, and one device in ten, are the household's.
 */
export function* populationEvents(options: PopulationOptions): Generator<PopulationEvent> {
  let count = 0;
  for (let index = 0; index * peopleOfNeighbourhood < options.people; index++) {
    const made = neighbourhood(options.seed, index);
    const dice = diceFor(options.seed ^ 0x5bd1e995, index);
    const people = made.people.slice(0, options.people - index * peopleOfNeighbourhood);
    const drafted = people.flatMap((person) => eventsOf(dice, made, person));
    drafted.sort((one, other) => one.minute - other.minute);
    for (const { truth, minute, ...rest } of drafted)
      yield { truth, event: { id: `${options.seed}-${++count}`, at: shanghaiTime(minute), ...rest } };
  }
}

function shanghaiTime(minute: number): string {
  return `${new Date(begin + minute * 60_000 + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`;
}

/** Letters that look like a vendor's id, of a number. */
function opaque(prefix: string, number: number): string {
  const mixed = Math.imul(number + 1, 0x9e3779b1) >>> 0;
  return `${prefix}${mixed.toString(36).padStart(7, '0')}${number.toString(36)}`;
}

function accountsOf(dice: Dice, person: Person): Accounts {
  const number = Number(person.id.slice(1));
  const shared = (share: number): string => (chance(dice, share) ? `h${person.household}` : `p${number}`);
  return {
    cookie: `hk.${shared(0.4)}`,
    device: `dev.${shared(0.1)}`,
    userId: `u${100_000 + number}`,
    openId: { scope: 'wx-shop', value: opaque('o', number) },
    unionId: { scope: 'open-own', value: opaque('u', number) },
    providerUnionId: { scope: 'open-provider', value: opaque('v', number) },
    externalUserId: { scope: 'corp', value: opaque('wm', number) },
    buyerId: { scope: 'tmall', value: opaque('b', number) },
  };
}

function eventsOf(dice: Dice, made: Neighbourhood, person: Person): Drafted[] {
  const accounts = accountsOf(dice, person);
  const sessions = 1 + dice.upTo(4);
  const events: Drafted[] = [];
  // A number that two people hold, years apart in life, is held one after the other here.
  const [first, last] = spanOf(person);
  for (let session = 0; session < sessions; session++) {
    const minute = Math.floor(first + (dice.upTo(9_999) / 10_000) * (last - first - 60));
    const phone = person.phones[Math.min(person.phones.length - 1, minute < minutes / 3 ? 0 : 1)] ?? person.phones[0];
    const visit = dice.pick(visits);
    for (const [at, event] of visit(dice, { made, person, accounts, phone: phone.number }).entries())
      events.push({ truth: person.id, minute: minute + at * 2, traits: {}, properties: {}, ...event });
  }
  return events;
}

function spanOf({ phones }: Person): [number, number] {
  const recycled = phones.find(({ shared }) => shared);
  if (recycled === undefined || recycled.from < 2020) return [0, minutes];
  return [givenOutAgain, minutes];
}

interface Visitor {
  readonly made: Neighbourhood;
  readonly person: Person;
  readonly accounts: Accounts;
  readonly phone: string;
}
type Act = Pick<TrackedEvent, 'type' | 'channel' | 'identifiers'> &
  Partial<Pick<TrackedEvent, 'traits' | 'properties'>>;

const pages = '/ /new /bikes /helmets /cart /about /stores /sale'.split(' ');

const amountOf = (dice: Dice): string => `${9 + dice.upTo(2990)}.${dice.pick(['00', '50', '90'])}`;
const order = (dice: Dice): Pick<TrackedEvent, 'type' | 'properties'> => ({
  type: 'order',
  properties: {
    orderNo: `SO${10_000_000 + dice.upTo(80_000_000)}`,
    amount: amountOf(dice),
    quantity: 1 + dice.upTo(3),
  },
});

const nameOf = ({ name }: Person): string => name.surname + name.given;

/** The web shop: looks anonymously; three in five sign in, buy perhaps, and sign out on a shared device. */
function webVisit(dice: Dice, { person, accounts, phone }: Visitor): Act[] {
  const channel = 'web';
  const anonymous = { cookie: accounts.cookie };
  const view = (identifiers: TrackedEvent['identifiers']): Act => ({
    ...{ type: 'pageView', channel, identifiers },
    properties: { path: dice.pick(pages) },
  });
  const acts = Array.from({ length: 1 + dice.upTo(2) }, () => view(anonymous));
  if (!chance(dice, 0.6)) return acts;
  const known = { ...anonymous, userId: accounts.userId };
  const traits = { name: nameOf(person), ...(person.email === null ? {} : { email: person.email }) };
  const email: Record<string, string> = person.email === null ? {} : { email: person.email };
  acts.push({ type: 'identify', channel, identifiers: { ...known, phone, ...email }, traits });
  acts.push(view(known));
  if (chance(dice, 0.4)) acts.push({ ...order(dice), channel, identifiers: known });
  if (accounts.cookie.startsWith('hk.h')) acts.push({ type: 'signOut', channel, identifiers: known });
  return acts;
}

function miniProgramVisit(dice: Dice, { person, accounts, phone }: Visitor): Act[] {
  const channel = 'miniProgram';
  const { openId, unionId } = accounts;
  const acts: Act[] = [{ type: 'pageView', channel, identifiers: { openId, unionId }, properties: { path: 'index' } }];
  if (chance(dice, 0.5))
    acts.push({
      ...{ type: 'identify', channel, identifiers: { openId, unionId, phone } },
      traits: { nickname: person.nickname },
    });
  if (chance(dice, 0.3)) acts.push({ ...order(dice), channel, identifiers: { openId, unionId } });
  return acts;
}

function marketplaceOrder(dice: Dice, { person, accounts, phone }: Visitor): Act[] {
  const identifiers = { buyerId: accounts.buyerId, ...(chance(dice, 0.6) ? { phone } : {}) };
  return [{ ...order(dice), channel: 'marketplace', identifiers, traits: { name: nameOf(person) } }];
}

function storePurchase(dice: Dice, { person, phone }: Visitor): Act[] {
  return [{ ...order(dice), channel: 'pos', identifiers: { phone }, traits: { name: nameOf(person) } }];
}

function call(dice: Dice, { phone }: Visitor): Act[] {
  return [
    { type: 'call', channel: 'callCentre', identifiers: { phone }, properties: { seconds: 20 + dice.upTo(900) } },
  ];
}

/** The dealer's staff order; one time in ten under the dealer's own phone. */
function dealerOrder(dice: Dice, { made, person, phone }: Visitor): Act[] {
  const given = chance(dice, 0.1) ? dice.pick(made.dealerPhones) : phone;
  return [{ ...order(dice), channel: 'dealer', identifiers: { phone: given }, traits: { name: nameOf(person) } }];
}

/** WeCom hands out the provider's UnionID. */
function message(dice: Dice, { accounts }: Visitor): Act[] {
  const { externalUserId, providerUnionId } = accounts;
  return [
    {
      type: 'message',
      channel: 'wecom',
      identifiers: { externalUserId, unionId: providerUnionId },
      properties: { length: dice.upTo(200) },
    },
  ];
}

function appVisit(dice: Dice, { accounts, phone }: Visitor): Act[] {
  const device = { device: accounts.device };
  const acts: Act[] = [
    { type: 'pageView', channel: 'app', identifiers: device, properties: { path: dice.pick(pages) } },
  ];
  if (chance(dice, 0.5))
    acts.push({ type: 'identify', channel: 'app', identifiers: { ...device, userId: accounts.userId, phone } });
  return acts;
}

const visits = [
  webVisit,
  webVisit,
  miniProgramVisit,
  miniProgramVisit,
  marketplaceOrder,
  storePurchase,
  call,
  dealerOrder,
  message,
  appVisit,
];
