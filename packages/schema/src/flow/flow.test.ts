import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { message } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { emptyState } from '../state.ts';
import { validateDocument } from '../validate.ts';

const objects = [
  {
    name: 'visit',
    fields: [
      { name: 'subject', type: 'text' },
      { name: 'fee', type: 'money' },
      { name: 'done', type: 'boolean' },
      { name: 'day', type: 'date' },
      { name: 'total', type: 'formula', returns: 'decimal', expression: 'fee * 2' },
    ],
  },
  {
    name: 'note',
    fields: [
      { name: 'text', type: 'text' },
      { name: 'visit', type: 'relation', to: 'visit' },
    ],
  },
];
const trigger = { type: 'record', object: 'visit', on: ['create'] };
const end = { name: 'end', type: 'end' };

function faults(nodes: readonly JsonObject[], more: JsonObject = {}): string[] {
  const flow = { name: 'welcome', trigger, nodes, ...more };
  const checked = validateDocument({ objects, flows: [flow] }, emptyState);
  if (checked.ok) return [];
  for (const { code, params = {} } of checked.issues)
    for (const language of ['zh', 'en'] as const) assert.doesNotMatch(message(code, params, language), /\{\w+\}/);
  return checked.issues.map(({ path, code, params }) => `${path} ${code} ${params?.node ?? ''}`.trim());
}

describe('the check of flows', () => {
  it('passes a flow that uses every node', () => {
    const variables = [
      { name: 'other', type: 'id' },
      { name: 'many', type: 'number' },
      { name: 'told', type: 'text' },
    ];
    const nodes = [
      {
        name: 'big',
        type: 'condition',
        branches: [
          { when: { filter: { field: 'fee', op: 'gt', value: '100' } }, next: 'both' },
          { when: { formula: 'LEN(subject) > 3' }, next: 'pause' },
        ],
        else: 'end',
      },
      { name: 'both', type: 'parallel', branches: ['look', 'text'], join: 'met' },
      {
        name: 'look',
        type: 'find',
        object: 'note',
        filter: { field: 'visit', op: 'eq', value: { formula: 'id' } },
        into: 'other',
        count: 'many',
        next: 'met',
      },
      { name: 'text', type: 'set', values: { told: { formula: 'subject' } }, next: 'met' },
      { name: 'met', type: 'join', next: 'each' },
      { name: 'each', type: 'loop', object: 'note', body: 'mark', next: 'pause' },
      { name: 'mark', type: 'update', values: { text: { formula: 'CONCAT(text, vars.told)' } }, next: 'over' },
      { name: 'over', type: 'end' },
      { name: 'pause', type: 'wait', for: { amount: 1, unit: 'day' }, next: 'paid' },
      {
        name: 'paid',
        type: 'event',
        on: ['update'],
        when: { filter: { field: 'done', op: 'eq', value: true } },
        timeout: { after: { amount: 2, unit: 'day' }, next: 'pause' },
        next: 'give',
      },
      { name: 'give', type: 'assign', inTurn: ['0190a1b2-0000-7000-8000-000000000001'], next: 'tell' },
      { name: 'tell', type: 'send', sender: 'mail', message: { to: { formula: 'owner.email' } }, next: 'call' },
      {
        name: 'call',
        type: 'http',
        method: 'POST',
        url: { value: 'https://example.com' },
        headers: { authorization: { secret: 'crm', prefix: 'Bearer ' } },
        into: { told: 'body.id' },
        next: 'work',
      },
      {
        name: 'work',
        type: 'function',
        function: 'score',
        input: { n: { value: 1 } },
        into: { many: 'n' },
        next: 'sub',
      },
      { name: 'sub', type: 'flow', flow: 'helper', record: 'id', next: 'ask' },
      {
        name: 'ask',
        type: 'human',
        to: { formula: 'owner' },
        choices: [{ name: 'yes', label: { zh: '是', en: 'Yes' }, next: 'make' }],
      },
      {
        name: 'make',
        type: 'create',
        object: 'note',
        values: { visit: { formula: 'id' } },
        into: 'other',
        next: 'end',
      },
      end,
    ];
    const helper = { name: 'helper', trigger: { type: 'flow', object: 'visit' }, nodes: [end] };
    const flow = { name: 'welcome', trigger, variables, nodes };
    const checked = validateDocument({ objects, flows: [flow, helper] }, emptyState);
    assert.deepEqual(checked.ok ? [] : checked.issues, []);
  });

  it('names the node that is wrong', () => {
    const set = (next: string, name = 'one') => ({ name, type: 'update', values: { done: { value: true } }, next });
    assert.deepEqual(faults([set('nowhere')]), ['/flows/0/nodes/0/next flow.nowhere one']);
    assert.deepEqual(faults([set('two'), set('one', 'two')]), ['/flows/0/nodes/0 flow.cycle one']);
    assert.deepEqual(faults([set('one')]), ['/flows/0/nodes/0 flow.cycle one']);
    assert.deepEqual(faults([end, set('end')]), ['/flows/0/nodes/1 flow.unreachable one']);
    assert.deepEqual(faults([set('end'), end, end]), ['/flows/0/nodes/2/name flow.twice end']);
    const pause = { name: 'pause', type: 'wait', for: { amount: 1, unit: 'hour' }, next: 'one' };
    assert.deepEqual(faults([set('pause'), pause]), []);
    assert.deepEqual(faults([{ name: 'met', type: 'join', next: 'end' }, end]), ['/flows/0/nodes/0 flow.join met']);
    const both = { name: 'both', type: 'parallel', branches: ['one', 'end'], join: 'met' };
    assert.deepEqual(faults([both, set('met'), end, set('end', 'met')]), ['/flows/0/nodes/0/join flow.noJoin both']);
    const met = { name: 'met', type: 'join', next: 'end' };
    // The end of a branch is no place for the whole to end at.
    assert.deepEqual(faults([both, set('met'), end, met]), ['/flows/0/nodes/0 flow.across both']);
    const each = { name: 'each', type: 'loop', object: 'note', body: 'one', next: 'one' };
    assert.equal(faults([each, set('end'), end]).length, 1);
  });

  it('refuses what leads nowhere, or into a branch that is missing', () => {
    const branch = { when: { formula: 'fee > 1' }, next: 'end' };
    assert.deepEqual(faults([{ name: 'if', type: 'condition', branches: [branch] }, end]), [
      '/flows/0/nodes/0/else value.required',
    ]);
    assert.deepEqual(faults([{ name: 'x', type: 'hope' }]), ['/flows/0/nodes/0/type metadata.choice']);
    assert.deepEqual(faults([end], { trigger: { type: 'record', object: 'visit' } }), [
      '/flows/0/trigger/on value.required',
    ]);
  });

  it('refuses fields, variables, formulas, filters and flows that are not there', () => {
    const update = (values: JsonObject) => [{ name: 'one', type: 'update', values, next: 'end' }, end];
    assert.deepEqual(faults(update({ nope: { value: 1 } })), ['/flows/0/nodes/0/values/nope flow.field one']);
    assert.deepEqual(faults(update({ total: { value: 1 } })), ['/flows/0/nodes/0/values/total flow.field one']);
    assert.deepEqual(faults(update({ subject: { formula: 'vars.x' } })), [
      '/flows/0/nodes/0/values/subject flow.formula one',
    ]);
    const when = (condition: JsonObject) => [
      { name: 'if', type: 'condition', branches: [{ when: condition, next: 'end' }], else: 'end' },
      end,
    ];
    assert.deepEqual(faults(when({ formula: 'fee' })), ['/flows/0/nodes/0/branches/0/when/formula flow.formula if']);
    assert.deepEqual(faults(when({ filter: { field: 'x', op: 'empty' } })), [
      '/flows/0/nodes/0/branches/0/when/filter flow.filter if',
    ]);
    assert.deepEqual(faults([{ name: 'go', type: 'flow', flow: 'none', next: 'end' }, end]), [
      '/flows/0/nodes/0/flow flow.called go',
    ]);
    assert.deepEqual(faults([{ name: 'set', type: 'set', values: { x: { value: 1 } }, next: 'end' }, end]), [
      '/flows/0/nodes/0/values/x flow.variable set',
    ]);
    assert.deepEqual(
      faults([{ name: 'one', type: 'update', values: {}, next: 'end' }, end], { trigger: { type: 'webhook' } }),
      ['/flows/0/nodes/0 flow.noRecord one'],
    );
    assert.deepEqual(faults([end], { trigger: { type: 'record', object: 'none', on: ['create'] } }), [
      '/flows/0/trigger/object flow.object welcome',
    ]);
  });

  it('keeps what a flow uses from being deleted', () => {
    const flow = {
      name: 'welcome',
      trigger,
      nodes: [{ name: 'one', type: 'update', values: { done: { value: true } }, next: 'end' }, end],
    };
    const checked = validateDocument({ objects, flows: [flow] }, emptyState);
    assert.ok(checked.ok);
    const gone = validateDocument({ delete: [{ kind: 'field', object: 'visit', name: 'done' }] }, checked.state);
    assert.ok(!gone.ok);
    assert.deepEqual(
      gone.issues.map(({ code, params }) => [code, params?.by]),
      [['metadata.inUse', 'welcome']],
    );
    const both = [
      { kind: 'flow', name: 'welcome' },
      { kind: 'field', object: 'visit', name: 'done' },
    ];
    assert.ok(validateDocument({ delete: both }, checked.state).ok);
  });
});
