// `npm run bench [-- name…]`: installs what is missing, then measures on the pinned Node. See bench/RESULTS.md.
import { join } from 'node:path';
import { root } from './files.mjs';
import { ensureInstalled } from './install.mjs';
import { endLike, run } from './run.mjs';
import { runtime } from './runtime.mjs';
import { command } from './say.mjs';

await command(async () => {
  await ensureInstalled(root);
  endLike(await run(runtime(root), [join(root, 'bench', 'run.ts'), ...process.argv.slice(2)]));
});
