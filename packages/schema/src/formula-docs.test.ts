import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { type FunctionGroup, functionNames, functionReference } from './formula.ts';

// The pages for users are made of the reference: HUIKE_WRITE_DOCS=1 writes their tables anew.

const pages = [
  {
    file: '../../../docs/formulas.md',
    language: 'en',
    head: '| Function | What it gives |\n| --- | --- |',
    groups: { logic: 'Logic', text: 'Text', number: 'Numbers', date: 'Dates and times' },
  },
  {
    file: '../../../docs/formulas.zh-CN.md',
    language: 'zh',
    head: '| 函数 | 结果 |\n| --- | --- |',
    groups: { logic: '逻辑', text: '文本', number: '数字', date: '日期与时间' },
  },
] as const;

const mark = '<!-- functions -->';

test('every function has its words, and nothing else has', () => {
  assert.deepEqual(functionReference.map(({ name }) => name).toSorted(), [...functionNames].toSorted());
  for (const { name, zh, en } of functionReference) assert.ok(zh !== '' && en !== '', name);
  assert.ok(functionNames.length >= 80);
});

for (const { file, language, head, groups } of pages) {
  test(`the page in ${language} lists every function`, () => {
    const rows = (group: FunctionGroup) =>
      functionReference
        .filter((one) => one.group === group)
        .map((one) => `| \`${one.name}(${one.usage})\` | ${one[language]} |`);
    const names = ['logic', 'text', 'number', 'date'] as const;
    const table = names.map((group) => `### ${groups[group]}\n\n${head}\n${rows(group).join('\n')}\n`).join('\n');
    const path = new URL(file, import.meta.url);
    const [before = '', , after = ''] = readFileSync(path, 'utf8').split(mark);
    const whole = `${before}${mark}\n\n${table}\n${mark}${after}`;
    if (process.env.HUIKE_WRITE_DOCS) writeFileSync(path, whole);
    assert.equal(readFileSync(path, 'utf8'), whole);
  });
}
