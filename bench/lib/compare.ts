// One side against the other, in short rounds that alternate: the machine is never quite quiet, and a ratio of two
// neighbouring rounds minds that least.
import type { Run } from './bench.ts';
import type { Load, LoadResult, Request } from './client.ts';
import { processorTimes, ranBetween } from './cpu.ts';
import { median, quantile } from './median.ts';
import { startProgram } from './process.ts';
import type { Served } from './servers.ts';

export interface Side {
  readonly server: Served;
  readonly requests: readonly Request[];
}

export interface Comparison {
  /** Requests a second, the median of the rounds. */
  readonly measured: number;
  readonly against: number;
  /** The median of the rounds' ratios, and the range that holds the middle half of them. */
  readonly ratio: number;
  readonly spread: readonly [number, number];
  /** Processor time of server and PostgreSQL for one answer, in microseconds: measured, and against. */
  readonly cost: readonly [number, number];
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
/** In rounds: code runs fast once it ran ten thousand times. */
const warmUp = 6;

/** Requests a second of both sides. `between` runs after each round, such as to let its work end. */
export async function compare(
  client: Client,
  { size, cluster }: Pick<Run, 'size' | 'cluster'>,
  measured: Side,
  against: Side,
  between: () => Promise<unknown> = async () => {},
): Promise<Comparison> {
  const milliseconds = size.milliseconds(roundLength);
  const round = async ({ server, requests }: Side, length = milliseconds): Promise<Round> => {
    const look = () => processorTimes([server.pid], [cluster.pid()]);
    const before = look();
    const load = { port: server.port, requests, connections, milliseconds: length };
    const { answers, seconds } = await client.load(load);
    const after = look();
    await between();
    return { rate: answers / seconds, cost: ranBetween(before, after) / answers };
  };
  for (const side of [measured, against]) await round(side, warmUp * milliseconds);
  const rounds: { readonly measured: Round; readonly against: Round }[] = [];
  for (let at = 0; at < size.rounds; at++) {
    // Who comes second finds the machine as the first left it: take turns.
    if (at % 2 === 0) rounds.push({ measured: await round(measured), against: await round(against) });
    else {
      const first = await round(against);
      rounds.push({ measured: await round(measured), against: first });
    }
  }
  const ratios = rounds.map((each) => each.measured.rate / each.against.rate);
  return {
    measured: median(rounds.map((each) => each.measured.rate)),
    against: median(rounds.map((each) => each.against.rate)),
    ratio: median(ratios),
    spread: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
    cost: [median(rounds.map((each) => each.measured.cost)), median(rounds.map((each) => each.against.cost))],
  };
}

interface Round {
  readonly rate: number;
  readonly cost: number;
}
