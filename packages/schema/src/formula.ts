// The formula language: parsed once to a tree, checked to a typed one, with two back ends that a property test holds
// equal: JavaScript here, SQL in the kernel.

export {
  checkFormula,
  type FormulaReturns,
  functionNames,
  type Resolve,
  type Typed,
  type TypedFormula,
  typeOf,
} from './formula/check.ts';
export { evaluate } from './formula/evaluate.ts';
export { formulaFieldType } from './formula/fields.ts';
export type { Env, Operation as FormulaOperation, Param as FormulaParam } from './formula/operation.ts';
export { type OperationName, operations as formulaOperations } from './formula/operations.ts';
export { parseFormula } from './formula/parse.ts';
export { type FunctionGroup, type FunctionReference, functionReference } from './formula/reference.ts';
export { formulaLimits } from './formula/tokens.ts';
export { dependencies, type Formula, isStored } from './formula/tree.ts';
export type { FormulaFieldType, FormulaType } from './formula/values.ts';
