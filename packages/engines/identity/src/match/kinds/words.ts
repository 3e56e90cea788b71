// Values of several words: names of companies, addresses, and any other text.
import { readChineseAddress } from '../../chinese/addresses.ts';
import { readCompany } from '../../chinese/companies.ts';
import { editSimilarity } from '../strings.ts';
import { hashText } from '../texts.ts';
import { type Column, isNothing, type Kind, levels, type Reading, whole } from './kind.ts';
import { bigrams, folded, overlap, rarePairs, rareTokens, tokensOf } from './tokens.ts';

const longestEdited = 64;
const leastEdited = 0.7;
/** Letters are looked at where words have that much in common; of values of a word or two, always. */
const letters = 0.15;

const isShort = ({ tokens: { ends } }: Column, a: number, b: number): boolean =>
  (ends[a] ?? 0) - (ends[a - 1] ?? 0) <= 2 && (ends[b] ?? 0) - (ends[b - 1] ?? 0) <= 2;

function edited(column: Column, a: number, b: number): number {
  const { chars, ends } = column.texts;
  const [from, at] = [ends[a - 1] ?? 0, ends[b - 1] ?? 0];
  const [length, size] = [(ends[a] ?? 0) - from, (ends[b] ?? 0) - at];
  if (length > longestEdited || size > longestEdited || length * 2 < size || size * 2 < length) return 0;
  return editSimilarity(chars, from, length, chars, at, size, leastEdited);
}

/** 0 different, 1 weak, 2 similar, 3 near. */
function compareText(column: Column, a: number, b: number): number {
  const { cosine, contained, digits } = overlap(column, a, b);
  const level = cosine >= 0.8 ? 3 : cosine >= 0.6 || contained >= 0.9 ? 2 : cosine >= 0.35 ? 1 : 0;
  if (digits < 0) return level === 3 ? 1 : 0;
  if (level === 3) return level;
  const likeness = cosine >= letters || isShort(column, a, b) ? edited(column, a, b) : 0;
  return Math.max(level, likeness >= 0.85 ? 3 : likeness >= 0.78 ? 2 : 0);
}

function readText(value: string): Reading | null {
  const text = folded(value);
  if (isNothing(text)) return null;
  const tokens = tokensOf(text);
  return tokens.length === 0 ? null : { text: tokens.join(' '), facets: [], tokens };
}

export const text: Kind = {
  facets: 0,
  hasTokens: true,
  levels: levels({ different: 0.1, weak: 0.06, similar: 0.14, near: 0.22, exact: 0.48 }),
  reader: () => readText,
  compare: compareText,
  atoms: [whole, rareTokens(3), rarePairs],
};

const coreHash = 0;
const placesHash = 1;

function readCompanyName(value: string): Reading | null {
  if (isNothing(folded(value))) return null;
  const { core, places } = readCompany(value);
  if (core === '') return null;
  const joined = places.join(' ');
  // A place is no token: it only holds apart what is named alike.
  const text = joined === '' ? core : `${core} (${joined})`;
  return { text, facets: [hashText(core), joined === '' ? 0 : hashText(joined)], tokens: tokensOf(core) };
}

/**
 * A name that is short for another is contained in it; where each has something that the other lacks (华为技术, 华为终端),
 * they are sisters.
 */
const oneSided = 0.92;

/** 0 different, 1 related (a word of the other), 2 similar (elsewhere, or a longer name), 3 near. */
function compareCompany(column: Column, a: number, b: number): number {
  const { facets } = column;
  const [placesA, placesB] = [facets[a * 2 + placesHash], facets[b * 2 + placesHash]];
  const isElsewhere = placesA !== 0 && placesB !== 0 && placesA !== placesB;
  if (facets[a * 2 + coreHash] === facets[b * 2 + coreHash]) return isElsewhere ? 2 : 3;
  const level = compareText(column, a, b);
  if (level === 2 && overlap(column, a, b).contained < oneSided) return 1;
  return isElsewhere ? Math.min(level, 1) : level;
}

export const company: Kind = {
  facets: 2,
  hasTokens: true,
  levels: levels({ different: 0.02, related: 0.06, similar: 0.16, near: 0.26, exact: 0.5 }),
  reader: () => readCompanyName,
  compare: compareCompany,
  atoms: [
    {
      name: 'core',
      slots: 1,
      fill(column, code, keys) {
        keys[0] = column.facets[code * 2 + coreHash] ?? 0;
      },
    },
    rareTokens(3),
    rarePairs,
  ],
};

const abbreviations = new Map(
  (
    'street:st avenue:ave,av,aven road:rd drive:dr,drv boulevard:blvd,blv,boul lane:ln,la court:ct,crt place:pl square:sq ' +
    'highway:hwy parkway:pkwy,pky terrace:tce,ter,terr circuit:cct,cir,circ crescent:cres,cr close:cl circle:crcl ' +
    'mount:mt fort:ft apartment:apt,apmnt unit:un suite:ste building:bldg floor:fl room:rm north:n south:s east:e west:w ' +
    'northeast:ne northwest:nw southeast:se southwest:sw first:1st second:2nd third:3rd fourth:4th fifth:5th sixth:6th ' +
    'seventh:7th eighth:8th ninth:9th tenth:10th village:vlge,vlg retirement:retrmnt station:stn'
  )
    .split(' ')
    .flatMap((entry) => {
      const [word = '', short = ''] = entry.split(':');
      return short.split(',').map((one): [string, string] => [one, word]);
    }),
);

const hanAddress = /\p{Script=Han}/u;

function readAddress(value: string): Reading | null {
  const text = folded(value);
  if (isNothing(text)) return null;
  if (!hanAddress.test(text)) {
    const tokens = tokensOf(text.replaceAll('-', ' ')).map((word) => abbreviations.get(word) ?? word);
    return tokens.length === 0 ? null : { text: tokens.join(' '), facets: [], tokens };
  }
  const { places, road, numbers } = readChineseAddress(text);
  const rest = [...bigrams(road), ...numbers].filter((token) => token !== '');
  // Places say little beside a road; without one they are all there is.
  const tokens = rest.length > 0 ? rest : places;
  if (tokens.length === 0) return null;
  return { text: [...places.slice(-1), road, numbers.join('-')].join(' ').trim(), facets: [], tokens };
}

/** 0 different, 1 another number of the same street, 2 weak, 3 similar, 4 near. */
function compareAddress(column: Column, a: number, b: number): number {
  const { cosine, contained, digits } = overlap(column, a, b);
  if (digits < 0) return cosine >= 0.4 ? 1 : 0;
  if (cosine >= 0.85) return 4;
  if (digits > 0 && cosine >= 0.6) return 4;
  const likeness = cosine >= letters ? edited(column, a, b) : 0;
  if (likeness >= 0.85) return 4;
  if (cosine >= 0.6 || contained >= 0.9 || likeness >= 0.72) return 3;
  return cosine >= 0.4 ? 2 : 0;
}

export const address: Kind = {
  facets: 0,
  hasTokens: true,
  levels: levels({ different: 0.12, street: 0.03, weak: 0.05, similar: 0.12, near: 0.2, exact: 0.48 }),
  reader: () => readAddress,
  compare: compareAddress,
  atoms: [whole, rareTokens(3), rarePairs],
};
