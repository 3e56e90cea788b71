import { open } from 'node:fs/promises';
import { openStore, restoreAll } from '@huike/kernel';
import { say } from '../say.ts';
import { type CommandModule, readArguments } from './arguments.ts';
import { withBareDatabase } from './command.ts';

export const command: CommandModule = {
  usage: {
    zh: `huike restore <文件>

把备份恢复到空的数据目录（HUIKE_DATA），或空的外部数据库（DATABASE_URL）；也用于二者之间的迁移，以及 PostgreSQL
大版本升级。要么全部恢复，要么什么也不改。只恢复来源可信的文件。`,
    en: `huike restore <file>

Brings a backup back into an empty data folder (HUIKE_DATA) or an empty external database (DATABASE_URL); also the way
from one to the other, and to a new major version of PostgreSQL. Everything or nothing. Only restore files that you
trust.`,
  },

  async run(args, environment) {
    const [file = ''] = readArguments(args, { rest: 1 }).rest;
    const source = (await open(file)).createReadStream();
    return withBareDatabase(environment, async (database, { dataFolder }) => {
      const store = await openStore(environment, dataFolder);
      try {
        const { header, files } = await restoreAll({ database, store, dataFolder }, source);
        say('restore.done', { at: header.at, files: String(files) });
        return 0;
      } finally {
        await store.close();
      }
    });
  },
};
