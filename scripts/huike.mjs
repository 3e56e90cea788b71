// `npm start` and `npm run huike -- <command> …`: installs what is missing, then runs the product's command line on the pinned Node.
// package.json says `exec` so that npm's signals reach this process, not a shell that would end and leave it running.
import { join } from 'node:path';
import { root } from './files.mjs';
import { ensureInstalled } from './install.mjs';
import { endLike, run } from './run.mjs';
import { runtime } from './runtime.mjs';
import { command } from './say.mjs';
import { ensureWebBuilt } from './web.mjs';

await command(async () => {
  const args = process.argv.slice(2);
  await ensureInstalled(root);
  const node = runtime(root);
  if (args[0] === 'start') await ensureWebBuilt(root, node);
  endLike(await run(node, [join(root, 'packages', 'server', 'src', 'cli.ts'), ...args]));
});
