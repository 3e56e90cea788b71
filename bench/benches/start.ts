// From the command to a server that is ready: the very first time, and on a database that is there; and what it takes
// while nobody asks anything.
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../lib/bench.ts';
import { copyInstallation, npmStart } from '../lib/installation.ts';
import { median } from '../lib/median.ts';
import { figure, number } from '../lib/report.ts';

const starts = 5;
const idle = 20_000;

const finding = (what: string, measured: number, unit: string, atMost: number) =>
  figure(what, `${number(measured)} ${unit}`, { aim: `< ${atMost} ${unit}`, met: measured < atMost });

export const start: Bench = {
  name: 'start',
  async run({ size, cluster, progress }) {
    const folder = path.join(cluster.folder, 'installation');
    const dataFolder = path.join(cluster.folder, 'installed');
    const whole = size.scale === 1;
    await copyInstallation(folder, whole);
    progress('first start');
    const first = await npmStart(folder, dataFolder);
    await first.stop();
    const times: number[] = [];
    let memory = 0;
    for (let at = 0; at < (whole ? starts : 1); at++) {
      progress('cold start');
      const started = await npmStart(folder, dataFolder);
      times.push(started.milliseconds / 1000);
      if (at === 0) {
        await sleep(size.milliseconds(idle));
        memory = await started.memory();
      }
      await started.stop();
    }
    const page = whole ? ', page built' : ', without the page';
    return [
      finding(`npm start for the first time${page}`, first.milliseconds / 1000, 's', 30),
      finding('npm start on an existing database', median(times), 's', 3),
      finding('memory of the idle server', memory, 'MB', 250),
    ];
  },
};
