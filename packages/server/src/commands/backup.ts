import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { backupAll, openStore } from '@huike/kernel';
import { say } from '../say.ts';
import { type CommandModule, readArguments } from './arguments.ts';
import { withBareDatabase } from './command.ts';
import { writeWhole } from './write-whole.ts';

export const command: CommandModule = {
  usage: {
    zh: `huike backup <文件>

把全部数据备份到一个文件：数据库、附件与密钥，均为同一时刻的状态。服务器可以照常运行。
文件含有全部数据，请妥善保管。`,
    en: `huike backup <file>

Writes everything into one file: the database, attachments and the key, as of one moment. Servers may go on.
Whoever has the file has all the data: keep it safe.`,
  },

  async run(args, environment) {
    const [file = ''] = readArguments(args, { rest: 1 }).rest;
    return withBareDatabase(environment, async (database, { dataFolder }) => {
      const store = await openStore(environment, dataFolder);
      try {
        const done = await writeWhole(file, (into) =>
          backupAll({ database, store, dataFolder }, createWriteStream(into, { mode: 0o600, flush: true })),
        );
        const size = Math.ceil((await stat(file)).size / 1024 ** 2);
        say('backup.done', { file, size: String(size), files: String(done.files) });
        if (environment.HUIKE_SECRET) say('backup.secret', { file: 'HUIKE_SECRET' });
        if (done.damaged.length === 0) return 0;
        say('backup.damaged', { ids: done.damaged.join(', ') });
        return 1;
      } finally {
        await store.close();
      }
    });
  },
};
