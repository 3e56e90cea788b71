import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { nodeSchemas, nodeTypes, triggerSchemas, triggerTypes } from './flow.ts';

// The shape of a flow's trigger and nodes, one by one by their type.

type Validator = ReturnType<typeof Compile>;

function compiled<K extends string>(types: readonly K[], schemas: Readonly<Record<K, TSchema>>) {
  const validators: Record<string, Validator> = {};
  for (const type of types) validators[type] = Compile(schemas[type]);
  return validators;
}

const nodeValidators = compiled(nodeTypes, nodeSchemas);
const triggerValidators = compiled(triggerTypes, triggerSchemas);

/** The parts of a flow that are checked by their type: where each stands, its type's validator or the types there are. */
export function flowParts(
  flow: JsonObject,
): readonly { readonly at: string; readonly part: Json; readonly validator: Validator | readonly string[] }[] {
  const part = (at: string, value: Json, validators: Readonly<Record<string, Validator>>) => {
    const type = isJsonObject(value) ? value.type : undefined;
    const known = typeof type === 'string' && Object.hasOwn(validators, type) ? validators[type] : undefined;
    return { at, part: value, validator: known ?? Object.keys(validators) };
  };
  const nodes = Array.isArray(flow.nodes) ? flow.nodes : [];
  return [
    ...(flow.trigger === undefined ? [] : [part('/trigger', flow.trigger, triggerValidators)]),
    ...nodes.map((node: Json, index) => part(`/nodes/${index}`, node, nodeValidators)),
  ];
}
