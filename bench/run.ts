// npm run bench [-- name…]: measures, prints, and leaves nothing behind. HUIKE_BENCH_SCALE=0.01 runs small.
import os from 'node:os';
import { benches } from './benches/all.ts';
import { table } from './lib/report.ts';
import { openRun } from './lib/run.ts';
import { sizeOf } from './lib/size.ts';

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !benches.some((bench) => bench.name === name));
if (unknown.length > 0) {
  console.error(`no bench ${unknown.join(', ')}: there are ${benches.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

const size = sizeOf(Number(process.env.HUIKE_BENCH_SCALE ?? '1'));
const progress = (text: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
const load = () => os.loadavg()[0]?.toFixed(1);
console.log(`${os.cpus().length} cores (${os.cpus()[0]?.model}), Node ${process.version}, load before ${load()}`);

const findings = [];
{
  await using run = await openRun(size, progress);
  for (const bench of benches) {
    if (wanted.length > 0 && !wanted.includes(bench.name)) continue;
    progress(bench.name);
    findings.push(...(await bench.run(run)));
  }
}
console.log(`\n${table(findings)}\n\nload after ${load()}`);
