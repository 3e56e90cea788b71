// Files of made customers for `huike match`, and one run of it as people run it: a process of its own.
import { spawn } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type PopulationRow, populationRows } from '../../packages/testkit/src/population/rows.ts';

/** What the columns of a population mean. */
export const populationColumns = {
  ...({ fullName: 'fullName', company: 'company', phone: 'phone', email: 'email', birthDate: 'birthDate' } as const),
  ...({ gender: 'category', address: 'address', city: 'city', region: 'region', postalCode: 'postalCode' } as const),
  nationalId: 'nationalId',
} as const;

const columns = [
  'fullName',
  'company',
  'phone',
  'email',
  'birthDate',
  'gender',
  'address',
  'city',
  'region',
  'postalCode',
  'nationalId',
] as const satisfies readonly (keyof PopulationRow)[];

const cell = (value: string | null) => (value === null ? '' : /[",]/.test(value) ? `"${value}"` : value);

/** So many rows of a population; a person has between two and three. */
export function* someRows(count: number, seed: number): Generator<PopulationRow> {
  let made = 0;
  for (const row of populationRows({ people: count, seed })) {
    if (made++ >= count) return;
    yield row;
  }
}

export async function writePopulation(file: string, count: number): Promise<void> {
  const lines = function* () {
    let piece = `id,${columns.join()}\n`;
    for (const row of someRows(count, 7)) {
      piece += `${row.id},${columns.map((name) => cell(row[name])).join()}\n`;
      if (piece.length < 65_536) continue;
      yield piece;
      piece = '';
    }
    yield piece;
  };
  await pipeline(Readable.from(lines()), createWriteStream(file));
}

export interface MatchRun {
  readonly seconds: number;
  /** Of the processor, all threads together. */
  readonly processorSeconds: number;
  /** The most memory it held at once. */
  readonly megabytes: number;
}

const cli = path.resolve(import.meta.dirname, '../../packages/server/src/cli.ts');

/** Runs `huike match` to its end. Throws what it said when it failed. */
export async function matchFile(file: string, map: string, out: string): Promise<MatchRun> {
  const begun = performance.now();
  const child = spawn(process.execPath, [cli, 'match', file, '--map', map, '--out', out], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (said += text));
  const seen = { ticks: 0, kilobytes: 0 };
  const look = setInterval(() => {
    const [, ...fields] = read(`/proc/${child.pid}/stat`).split(') ');
    const [user, system] = fields.join(') ').split(' ').slice(11, 13).map(Number);
    seen.ticks = Math.max(seen.ticks, (user ?? 0) + (system ?? 0));
    seen.kilobytes = Math.max(
      seen.kilobytes,
      Number(/VmHWM:\s+(\d+)/.exec(read(`/proc/${child.pid}/status`))?.[1] ?? 0),
    );
  }, 100);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearInterval(look);
  if (code !== 0) throw new Error(said);
  return {
    seconds: (performance.now() - begun) / 1000,
    processorSeconds: seen.ticks / 100,
    megabytes: seen.kilobytes / 1024,
  };
}

/** Only Linux tells of a process; elsewhere nothing is told. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
