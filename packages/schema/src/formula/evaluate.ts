import type { Json } from '../json.ts';
import type { Typed, TypedFormula } from './check.ts';
import type { Env, EnvValues, Operation } from './operation.ts';
import { operations } from './operations.ts';
import { storedOf, type Value, valueOfStored } from './values.ts';

/**
 * The value of a formula on a record, in the form in which columns keep it: a decimal is text, a `number` is a number,
 * a time is ISO 8601 in UTC. `read` gives stored values by path.
 */
export function evaluate(formula: TypedFormula, read: (path: string) => Json, env: Env): Json {
  const values: EnvValues = {
    today: valueOfStored('date', env.today),
    now: valueOfStored('dateTime', env.now),
    user: env.user,
    zone: env.zone ?? 'Asia/Shanghai',
  };
  return storedOf(valueIn(formula.root, read, values), formula.returns === 'number');
}

function valueIn(node: Typed, read: (path: string) => Json, env: EnvValues): Value {
  switch (node.kind) {
    case 'literal':
      return valueOfStored(node.type, node.value);
    case 'field':
      return valueOfStored(node.column, read(node.path));
    case 'apply': {
      const operation: Operation = operations[node.operation];
      return operation.run(
        node.args.map((arg) => valueIn(arg, read, env)),
        env,
      );
    }
  }
}
