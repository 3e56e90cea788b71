import { dates } from './functions/date.ts';
import { logic } from './functions/logic.ts';
import { number } from './functions/number.ts';
import { operators } from './functions/operators.ts';
import { text } from './functions/text.ts';
import type { Operation } from './operation.ts';

// What formulas can do. One row an operation: how it is written, what it takes and gives, and how it is computed in
// JavaScript; the kernel has the same rows in SQL. To add one, add it in both and describe it in `reference.ts`: the
// compiler asks for the second, and a property test holds the two equal.
//
// Empty values (null; an empty text is the same):
//
// | arithmetic, ROUND, ABS, dates            | empty when anything is empty                              |
// | division or remainder by zero            | empty                                                     |
// | a number beyond ±10^40, a year outside 1–9999 | empty                                                |
// | =, <>                                    | an empty value equals an empty value and nothing else     |
// | <, <=, >, >=, CONTAINS                   | false when either is empty                                |
// | IF, AND, OR, NOT                         | an empty condition counts as false                        |
// | &, CONCAT                                | what is empty is left out                                 |
// | MIN, MAX, COALESCE                       | what is empty is passed over                              |
// | LEN                                      | 0                                                         |
// | SUM, AVERAGE, COUNT, PRODUCT             | what is empty is passed over; 0 where all is (AVERAGE: empty) |
// | other functions                          | empty when the first argument is, or what Excel calls an error |
//
// Numbers are exact decimals: + and - keep every digit, products are rounded to 20 digits after the point, quotients
// to 40 and then to 20, as powers, roots and logarithms, halves away from zero; what is kept or put into a text is rounded to 12. Texts compare by code
// point, CONTAINS without regard to the case of A–Z; UPPER and LOWER change only those. A percent field counts as it
// is shown: 12.5 for 12.5 %.

export const operations = { ...operators, ...logic, ...text, ...number, ...dates } as const satisfies Record<
  string,
  Operation
>;

export type OperationName = keyof typeof operations;

const rows: readonly Operation[] = Object.values(operations);

/** The functions whose value may depend on the viewer's time zone when they are given a time. */
export const zonedFunctions: ReadonlySet<string> = new Set(
  rows.flatMap(({ name, params, zoned }) => (name !== null && (zoned || params.includes('day')) ? [name] : [])),
);
