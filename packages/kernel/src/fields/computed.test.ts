import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldOf, objectWith, plainDefinitions } from './fixture.ts';
import { handlerOf, handlers } from './index.ts';

test('a computed field is of the type of what it computes', () => {
  const formula = (returns: 'number' | 'date') => handlerOf({ name: 'f', type: 'formula', expression: '1', returns });
  assert.equal(formula('number').comparable?.type, 'float8');
  assert.ok(formula('date').operators.has('within'));
  const rollup = (fn: 'count' | 'sum' | 'avg' | 'min', of: keyof typeof handlers | null) =>
    handlerOf({ name: 'f', type: 'rollup', from: 'a', via: 'b', fn, of: 'c' }, of === null ? null : handlers[of]);
  assert.equal(rollup('count', null).columns(fieldOf(plainDefinitions.rollup))[0]?.sqlType, 'int8');
  assert.equal(rollup('min', 'date').comparable?.type, 'date');
  assert.equal(rollup('min', 'money').comparable?.type, 'numeric');
  assert.equal(rollup('min', 'text').comparable?.type, 'text');
  assert.equal(rollup('sum', 'number').comparable?.type, 'numeric');
  assert.deepEqual(
    rollup('avg', 'money')
      .columns(fieldOf(plainDefinitions.rollup))
      .map(({ suffix }) => suffix),
    ['', 'sum', 'count'],
  );
  for (const { type } of Object.values(plainDefinitions)) {
    if (['formula', 'rollup', 'autoNumber', 'table'].includes(type)) assert.equal(handlers[type].parse, null);
  }
});

test('a table field is described by the fields of its rows', () => {
  const rows = objectWith([
    { name: 'name', type: 'text', required: true },
    { name: 'total', type: 'formula', expression: '1', returns: 'decimal' },
  ]);
  const table = fieldOf(plainDefinitions.table);
  const schema = JSON.stringify(table.handler.jsonSchema({ ...table, target: rows }));
  assert.match(schema, /"in":\{.*"name":\{"type":"string".*"required":\["name"\].*"out":\{.*"total"/);
  assert.doesNotMatch(schema.slice(0, schema.indexOf('"out":')), /"total"/);
});
