// Which of very many rows are one customer: the command, its time and its memory, and how both grow.
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Bench } from '../lib/bench.ts';
import { matchFile, populationColumns, writePopulation } from '../lib/match-file.ts';
import { type Finding, figure, number } from '../lib/report.ts';

const sizes = [10_000, 100_000, 1_000_000, 3_000_000];
const aimedAt = 1_000_000;
const seconds = 60;
const megabytes = 2_048;

export const match: Bench = {
  name: 'match',
  async run({ size, cluster, progress }) {
    const at = (name: string) => path.join(cluster.folder, name);
    const [file, map, out] = [at('people.csv'), at('map.json'), at('clusters.csv')];
    await writeFile(map, JSON.stringify({ id: 'id', columns: populationColumns }));
    const findings: Finding[] = [];
    for (const full of sizes) {
      const rows = size.rows(full);
      progress(`match: ${number(rows)} rows`);
      await writePopulation(file, rows);
      const run = await matchFile(file, map, out);
      const measured = `${number(run.seconds)} s, ${number(run.processorSeconds)} s of processor, ${number(run.megabytes)} MB`;
      const met = run.seconds <= seconds && run.megabytes <= megabytes;
      const aim = full === aimedAt ? { aim: `≤ ${seconds} s, ≤ ${megabytes} MB`, met } : null;
      findings.push(figure(`huike match, ${number(rows)} rows of 11 columns`, measured, aim));
    }
    await Promise.all([file, map, out].map((one) => rm(one)));
    return findings;
  },
};
