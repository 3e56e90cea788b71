import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { text as textOf } from 'node:stream/consumers';
import { applyMetadata, type PlanStep, planMetadata } from '@huike/kernel';
import { say } from '../say.ts';
import { type CommandModule, readArguments } from './arguments.ts';
import { operator, withKernel } from './command.ts';

export const command: CommandModule = {
  usage: {
    zh: `huike apply <文件.json> [--yes] [--lose-data]

显示元数据文件会带来的变更，确认后执行。文件为 - 时从标准输入读取。
--yes        不再询问
--lose-data  与 --yes 一起：会丢失数据的变更（标 !）也执行`,
    en: `huike apply <file.json> [--yes] [--lose-data]

Shows what a metadata document would change, asks, and applies it. - reads standard input.
--yes        doesn't ask
--lose-data  together with --yes: applies what loses data (marked !) too`,
  },

  async run(args, environment) {
    const { flag, rest } = readArguments(args, { flags: ['yes', 'lose-data'], rest: 1 });
    const document = await readDocument(rest[0] ?? '');
    return withKernel(environment, async ({ kernel }) => {
      const plan = await planMetadata(kernel.db, document);
      if (plan.steps.length === 0) {
        say('apply.nothing');
        return 0;
      }
      say('apply.plan');
      for (const step of plan.steps) process.stdout.write(`${line(step)}\n`);
      const loses = plan.steps.some((step) => step.unasked === true);
      if (!(await agreed(flag('yes'), loses))) return 1;
      if (loses && flag('yes') && !flag('lose-data')) {
        say('apply.losesData');
        return 1;
      }
      const options = { confirm: loses, expectedVersion: plan.version };
      const applied = await applyMetadata(kernel.db, operator, document, options);
      say('apply.done', { version: String(applied.version) });
      return 0;
    });
  },
};

async function readDocument(file: string): Promise<unknown> {
  const text = file === '-' ? await textOf(process.stdin) : await readFile(file, 'utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function line({ action, kind, object, name, unasked }: PlanStep): string {
  return `  ${unasked === true ? '!' : ' '} ${action} ${kind} ${object === undefined ? name : `${object}.${name}`}`;
}

async function agreed(yes: boolean, loses: boolean): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY) {
    say('apply.unasked');
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(say.text(loses ? 'apply.askLoss' : 'apply.ask'));
  terminal.close();
  return /^(y|yes|是)$/i.test(answer.trim());
}
