// `npm test [-- files, folders, parts of paths, and options of node --test]`: installs what is missing, then runs the tests.
import { join } from 'node:path';
import { root } from './files.mjs';
import { ensureInstalled } from './install.mjs';
import { endLike, run } from './run.mjs';
import { runtime } from './runtime.mjs';
import { command, Stop, say } from './say.mjs';
import { allTests, select, usesBrowser } from './tests.mjs';
import { ensureWebBuilt } from './web.mjs';

/** A test that hangs is stopped, so that the run ends and names it. */
const hangsAfterMs = 10 * 60_000;

await command(async () => {
  const args = process.argv.slice(2);
  const options = args.filter((arg) => arg.startsWith('-'));
  const patterns = args.filter((arg) => !arg.startsWith('-'));
  const files = select(allTests(root), patterns);
  if (files.length === 0) throw new Stop('noTests', { patterns: patterns.join(' ') || '*.test.ts' });
  await ensureInstalled(root);
  const node = runtime(root);
  if (files.some((file) => usesBrowser(root, file))) {
    await ensureWebBuilt(root, node);
    say('browser');
    const ready = await run(node, [join(root, 'packages', 'testkit', 'src', 'chromium-ready.ts')], {
      stdio: ['ignore', 2, 2],
    });
    if (ready.code !== 0) throw new Stop('browserFailed');
  }
  say('testing', { count: files.length });
  const reporters = [
    ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
    ...[`--test-reporter=${new URL('none-ran.mjs', import.meta.url)}`, '--test-reporter-destination=stderr'],
  ];
  const limits = ['--test-concurrency=2', `--test-timeout=${hangsAfterMs}`];
  endLike(await run(node, ['--test', ...limits, ...reporters, ...options, ...files], { cwd: root }));
});
