// Each bench works, at a size at which its figures mean nothing.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { benches } from './benches/all.ts';
import { openRun } from './lib/run.ts';
import { sizeOf } from './lib/size.ts';

let run: Awaited<ReturnType<typeof openRun>>;
before(async () => {
  run = await openRun(sizeOf(0.005), () => {});
});
after(() => run[Symbol.asyncDispose]());

for (const bench of benches) {
  test(bench.name, async () => {
    const findings = await bench.run(run);
    assert.ok(findings.length > 0);
    for (const { what, measured, ratio } of findings) {
      assert.match(measured, /[1-9]/, what);
      assert.doesNotMatch(`${measured} ${ratio}`, /NaN|Infinity|-/, what);
    }
  });
}
