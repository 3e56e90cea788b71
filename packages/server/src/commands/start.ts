import { readConfig } from '../config.ts';
import { complain, say } from '../say.ts';
import { start } from '../start.ts';
import { type CommandModule, readArguments } from './arguments.ts';

export const command: CommandModule = {
  usage: {
    zh: `huike start

启动服务器：数据库、升级、后台任务、网页与接口。
环境变量：PORT（默认 3000）、HOST、HUIKE_DATA（默认 ./data）、DATABASE_URL（缺省为自带数据库）、
HUIKE_ADMIN_EMAIL 与 HUIKE_ADMIN_PASSWORD（免浏览器初始设置）、HUIKE_SEED=demo（示例数据）、
HUIKE_TLS_CERT 与 HUIKE_TLS_KEY、HUIKE_TRUST_PROXY（前置代理的地址）、HUIKE_LOG。`,
    en: `huike start

Starts the server: database, migrations, jobs, pages and API.
Environment: PORT (default 3000), HOST, HUIKE_DATA (default ./data), DATABASE_URL (absent: the packaged database),
HUIKE_ADMIN_EMAIL and HUIKE_ADMIN_PASSWORD (set up without the browser), HUIKE_SEED=demo (sample data),
HUIKE_TLS_CERT and HUIKE_TLS_KEY, HUIKE_TRUST_PROXY (addresses of the proxy in front), HUIKE_LOG.`,
  },

  async run(args, environment) {
    readArguments(args, { rest: 0 });
    const signalled = new Promise<NodeJS.Signals>((resolve) => {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(signal));
    });
    const running = await start(readConfig(environment), environment);
    await signalled;
    // Whoever asks once more doesn't want to wait. One signal may come twice at once: to the group, and through npm.
    const asked = Date.now();
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (Date.now() - asked < 1_000) return;
        running.abandon();
        process.exit(1);
      });
    }
    say('server.stopping');
    try {
      await running.stop();
      return 0;
    } catch (error) {
      complain(error);
      return 1;
    }
  },
};
