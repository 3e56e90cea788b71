import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatTable, parseTable, spread } from './tsv.ts';

test('what Excel puts on the clipboard', () => {
  assert.deepEqual(parseTable('张三\t13800000000\r\n李四\t\r\n'), [
    ['张三', '13800000000'],
    ['李四', ''],
  ]);
  assert.deepEqual(parseTable('"两行\n地址"\t"他说""好"""\t尾\r\n'), [['两行\n地址', '他说"好"', '尾']]);
  assert.deepEqual(parseTable('a\r\n\r\nb'), [['a'], [''], ['b']]);
  assert.deepEqual(parseTable(''), []);
  assert.deepEqual(parseTable('\n'), [['']]);
});

test('a cell that only begins with a quote stays as it is', () => {
  assert.deepEqual(parseTable('"Huike" CRM\tx'), [['"Huike" CRM', 'x']]);
  assert.deepEqual(parseTable('5" tube'), [['5" tube']]);
  assert.deepEqual(parseTable('"open'), [['"open']]);
});

test('what is written reads back, whatever the cells hold', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '"', '\t', '\n', '汇', ' ', ',') });
  const table = fc
    .integer({ min: 1, max: 4 })
    .chain((wide) => fc.array(fc.array(cell, { minLength: wide, maxLength: wide }), { minLength: 1, maxLength: 5 }));
  fc.assert(
    fc.property(table, (rows) => {
      // A table of one empty cell and the line break of an empty row can't be told apart at the end.
      fc.pre((rows.at(-1) ?? []).join('') !== '');
      assert.deepEqual(parseTable(formatTable(rows)), rows);
    }),
  );
});

test('a cell fills a selection, a table repeats where it fits', () => {
  assert.deepEqual(spread([['x']], 2, 3), [
    ['x', 'x', 'x'],
    ['x', 'x', 'x'],
  ]);
  assert.deepEqual(spread([['a'], ['b']], 4, 1), [['a'], ['b'], ['a'], ['b']]);
  assert.deepEqual(spread([['a'], ['b']], 3, 1), [['a'], ['b']]);
  assert.deepEqual(spread([['a', 'b'], ['c']], 1, 1), [
    ['a', 'b'],
    ['c', ''],
  ]);
});
