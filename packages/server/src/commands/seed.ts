import { readConfig } from '../config.ts';
import { say } from '../say.ts';
import { seedDemo } from '../seed.ts';
import { type CommandModule, readArguments } from './arguments.ts';
import { withKernel } from './command.ts';

export const command: CommandModule = {
  usage: {
    zh: `huike seed

生成一家示例公司：部门、同事（不能登录）与各应用的示例记录。重复执行不会重复生成。`,
    en: `huike seed

Makes a sample company: departments, people (who can't sign in) and the sample records of each app. Doing it again
changes nothing.`,
  },

  async run(args, environment) {
    readArguments(args, { rest: 0 });
    readConfig(environment);
    return withKernel(environment, async ({ kernel }) => {
      const made = await seedDemo(kernel);
      if (made === null) say('seed.there');
      else say('seed.done', { people: String(made.people), records: String(made.records) });
      return 0;
    });
  },
};
