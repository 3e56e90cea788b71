import { createToken } from '@huike/kernel';
import { type CommandModule, readArguments } from './arguments.ts';
import { actorByEmail, withKernel } from './command.ts';

export const command: CommandModule = {
  usage: {
    zh: `huike token <邮箱> [--name 名称] [--scopes 范围,…] [--expires 日期]

为用户创建个人令牌并输出。默认范围 *（用户的全部权限）；例：--scopes records:*:read,search:read`,
    en: `huike token <email> [--name name] [--scopes scope,…] [--expires date]

Makes a personal token for a user and prints it. Scopes default to * (all that the user may); for example
--scopes records:*:read,search:read`,
  },

  async run(args, environment) {
    const { option, rest } = readArguments(args, { options: ['name', 'scopes', 'expires'], rest: 1 });
    const [email = ''] = rest;
    return withKernel(environment, async ({ kernel }) => {
      const actor = await actorByEmail(kernel, email, 'huike token');
      const expires = option('expires');
      const { token } = await createToken(kernel.people, actor, {
        name: option('name') ?? 'huike token',
        scopes: (option('scopes') ?? '*').split(',').filter(Boolean),
        ...(expires === undefined ? {} : { expiresAt: expires }),
      });
      process.stdout.write(`${token}\n`);
      return 0;
    });
  },
};
