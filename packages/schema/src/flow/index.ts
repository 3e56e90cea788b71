export { filledFilter, filterFormulas, flowFaults, flowFormula, flowScope } from './check.ts';
export {
  type ChangePattern,
  type Duration,
  exitsOf,
  type Flow,
  type FlowCondition,
  type FlowNode,
  type FlowTrigger,
  type FlowValue,
  flowObject,
  type NodeOf,
  type NodeType,
  type VariableType,
} from './flow.ts';
export { type FlowFault, flowConditions, type Graph, graphOf, type Region } from './graph.ts';
