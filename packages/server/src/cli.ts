import { access } from 'node:fs/promises';
import type { Label } from '@huike/schema';
import { type CommandModule, inWords, WrongArguments } from './commands/arguments.ts';
import { complain, say } from './say.ts';

// The command line. Exit codes: 0 done, 1 failed or declined, 2 not understood.

const commands: Readonly<Record<string, Label>> = {
  start: { zh: '启动服务器', en: 'start the server' },
  import: { zh: '导入文件', en: 'import a file' },
  export: { zh: '导出记录', en: 'export records' },
  match: { zh: '找出同一客户的行', en: 'find the rows that are the same customer' },
  apply: { zh: '执行元数据变更', en: 'apply a metadata document' },
  backup: { zh: '备份', en: 'make a backup' },
  restore: { zh: '恢复备份', en: 'bring a backup back' },
  token: { zh: '创建个人令牌', en: 'make a personal token' },
  seed: { zh: '生成示例数据', en: 'make sample data' },
};

// Whoever reads along may leave early (| head); the work goes on to its end.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

process.exitCode = await main(process.argv.slice(2));

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const lines = Object.entries(commands).map(([command, label]) => `  ${command.padEnd(8)} ${inWords(label)}`);
    say('usage', { commands: lines.join('\n') });
    return name === undefined ? 2 : 0;
  }
  if (!Object.hasOwn(commands, name)) return wrong(say.text('command.unknown', { name }));
  const command = await load(name);
  if (command === null) return wrong(say.text('command.missing', { name }));
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${inWords(command.usage)}\n`);
    return 0;
  }
  try {
    return await command.run(args, process.env);
  } catch (error) {
    if (error instanceof WrongArguments) return wrong(say.text('command.arguments', { name }));
    complain(error);
    return 1;
  }
}

function wrong(text: string): number {
  process.stderr.write(`${text}\n`);
  return 2;
}

/** Only what is asked for is loaded. */
async function load(name: string): Promise<CommandModule | null> {
  const file = new URL(`./commands/${name}.ts`, import.meta.url);
  const there = await access(file).then(
    () => true,
    () => false,
  );
  if (!there) return null;
  const { command }: { readonly command: CommandModule } = await import(file.href);
  return command;
}
