// Phone numbers: each index has one of its own; and the ways in which they get written.
import type { Dice } from '../dice.ts';
import { chance } from './chance.ts';
import { wide } from './spelling.ts';

const prefixes =
  '130 131 132 133 134 135 136 137 138 139 147 150 151 152 153 155 156 157 158 159 166 173 175 176 177 178 180 181 182 183 184 185 186 187 188 189 191 193 195 198 199'.split(
    ' ',
  );
const numbers = prefixes.length * 100_000_000;

/** The mobile number (11 digits) of an index below 14 million: no two indexes have the same. */
export function mobileOf(seed: number, index: number): string {
  // A step that shares no divisor with how many numbers there are visits each of them once.
  const place = (index * 618_033_989 + Math.abs(seed % 1_000_003) * 7_919) % numbers;
  const prefix = prefixes[Math.floor(place / 100_000_000)] ?? '139';
  return prefix + String(place % 100_000_000).padStart(8, '0');
}

/** A number of a fixed line in an area, 3 or 4 digits of which are the area's. */
export function fixedLine(dice: Dice, area: string): string {
  return `${area}${2 + dice.upTo(6)}${String(dice.upTo(area.length === 3 ? 9_999_999 : 999_999)).padStart(area.length === 3 ? 7 : 6, '0')}`;
}

/** A mobile number as somebody writes it: seven in ten as it is. */
export function writtenMobile(dice: Dice, mobile: string): string {
  if (chance(dice, 0.7)) return mobile;
  const [head, middle, tail] = [mobile.slice(0, 3), mobile.slice(3, 7), mobile.slice(7)];
  switch (dice.upTo(8)) {
    case 0:
      return `+86${mobile}`;
    case 1:
      return `+86 ${mobile}`;
    case 2:
      return `86-${mobile}`;
    case 3:
      return `${head} ${middle} ${tail}`;
    case 4:
      return `${head}-${middle}-${tail}`;
    case 5:
      return `+86 ${head} ${middle} ${tail}`;
    case 6:
      return `0086${mobile}`;
    case 7:
      return ` ${mobile}`;
    default:
      return wide(mobile);
  }
}

/** A fixed line as somebody writes it. */
export function writtenFixed(dice: Dice, line: string, area: string): string {
  const rest = line.slice(area.length);
  const written = [`${area}-${rest}`, line, `(${area})${rest}`, `${area} ${rest}`];
  return dice.pick(written);
}

/** A number with one digit wrong. */
export function wrongDigit(dice: Dice, mobile: string): string {
  const at = 3 + dice.upTo(7);
  const digit = (Number(mobile[at]) + 1 + dice.upTo(8)) % 10;
  return mobile.slice(0, at) + digit + mobile.slice(at + 1);
}
