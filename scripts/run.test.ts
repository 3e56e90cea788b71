import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { addressOf, folderWith, startModule } from './fixture.ts';

/** Says which signals it gets, and ends a moment after SIGTERM or SIGINT. */
const program = `
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    console.log('got', signal);
    if (signal !== 'SIGHUP') setTimeout(() => { console.log('bye'); process.exit(5); }, 300);
  });
}
setInterval(() => {}, 1000);
console.log('ready');
`;

const wrapper = `
import { endLike, run } from ${addressOf('run.mjs')};
endLike(await run(process.execPath, process.argv.slice(1)));
`;

function count(text: string, word: string): number {
  return text.split(word).length - 1;
}

test('the exit code is the program’s', async () => {
  const { code, signal } = await startModule(wrapper, ['--eval', 'process.exit(7)']).ended;
  assert.deepEqual({ code, signal }, { code: 7, signal: null });
});

test('a program that a signal killed ends its caller by the same signal', async () => {
  const { code, signal } = await startModule(wrapper, ['--eval', 'process.kill(process.pid, "SIGKILL")']).ended;
  assert.deepEqual({ code, signal }, { code: null, signal: 'SIGKILL' });
});

test('a program that cannot be started is an error', async () => {
  const { code, output } = await startModule(wrapper.replace('process.execPath', '"/nowhere"')).ended;
  assert.equal(code, 1);
  assert.match(output, /ENOENT/);
});

test('each kind of signal is passed on once, and the end of the program is waited for', async (t) => {
  const folder = folderWith(t, { 'program.mjs': program });
  const { child, said, ended } = startModule(wrapper, [path.join(folder, 'program.mjs')]);
  await said('ready');
  child.kill('SIGHUP');
  await said('got SIGHUP');
  child.kill('SIGTERM');
  await said('got SIGTERM');
  child.kill('SIGTERM');
  const { code, output } = await ended;
  assert.equal(code, 5);
  assert.equal(count(output, 'got SIGTERM'), 1);
  assert.ok(output.trimEnd().endsWith('bye'));
});

test('Ctrl-C in a terminal reaches the program once', async (t) => {
  const folder = folderWith(t, { 'program.mjs': program, 'wrapper.mjs': wrapper.replace('slice(1)', 'slice(2)') });
  const command = [process.execPath, path.join(folder, 'wrapper.mjs'), path.join(folder, 'program.mjs')];
  const quoted = `exec ${command.map((word) => `'${word}'`).join(' ')}`;
  // `script` gives the command a terminal; what is written to it is typed there.
  const args = process.platform === 'darwin' ? ['-q', '/dev/null', ...command] : ['-qec', quoted, '/dev/null'];
  const terminal = spawn('script', args, { stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  let typed = false;
  terminal.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
    if (typed || !output.includes('ready')) return;
    typed = true;
    terminal.stdin.write('\u0003');
  });
  const code = await new Promise((resolve) => terminal.once('close', resolve));
  assert.equal(count(output, 'got SIGINT'), 1, output);
  assert.equal(code, 5);
});
