// One side against the other, in short rounds that alternate: the machine is never quite quiet, and a ratio of two
// neighbouring rounds minds that least.
import type { Load, LoadResult, Request } from './client.ts';
import { median, quantile } from './median.ts';
import { startProgram } from './process.ts';
import type { Size } from './size.ts';

export interface Side {
  readonly port: number;
  readonly requests: readonly Request[];
}

export interface Comparison {
  /** Requests a second, the median of the rounds. */
  readonly measured: number;
  readonly against: number;
  /** The median of the rounds' ratios, and the range that holds the middle half of them. */
  readonly ratio: number;
  readonly spread: readonly [number, number];
}

export interface Client extends AsyncDisposable {
  load(load: Load): Promise<LoadResult>;
}

export async function openClient(): Promise<Client> {
  const program = await startProgram('client.ts', {});
  return {
    async load(load) {
      return loadResult(await program.ask(load));
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

/** What a client's process answers. */
function loadResult(answer: unknown): LoadResult {
  if (typeof answer !== 'object' || answer === null || !('latencies' in answer)) throw new Error('no result of a load');
  return answer as LoadResult;
}

const connections = 16;
const roundLength = 3_000;

/** Requests a second of both sides. `between` runs after each round, such as to let its work end. */
export async function compare(
  client: Client,
  size: Size,
  measured: Side,
  against: Side,
  between: () => Promise<unknown> = async () => {},
): Promise<Comparison> {
  const milliseconds = size.milliseconds(roundLength);
  const rate = async ({ port, requests }: Side) => {
    const { answers, seconds } = await client.load({ port, requests, connections, milliseconds });
    await between();
    return answers / seconds;
  };
  // Code runs fast once it ran often.
  for (const side of [measured, against, measured]) await rate(side);
  const rounds: { readonly measured: number; readonly against: number }[] = [];
  for (let round = 0; round < size.rounds; round++) {
    // Who comes second finds the machine as the first left it: take turns.
    if (round % 2 === 0) rounds.push({ measured: await rate(measured), against: await rate(against) });
    else {
      const first = await rate(against);
      rounds.push({ measured: await rate(measured), against: first });
    }
  }
  const ratios = rounds.map((round) => round.measured / round.against);
  return {
    measured: median(rounds.map((round) => round.measured)),
    against: median(rounds.map((round) => round.against)),
    ratio: median(ratios),
    spread: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
  };
}
