import type { ErrorEntry } from './entry.ts';

// What can be wrong with a flow, and with a run of one.

export const flowErrors = {
  'flow.twice': {
    status: 422,
    zh: '节点名称“{node}”重复',
    en: 'There are two nodes named "{node}"',
  },
  'flow.nowhere': {
    status: 422,
    zh: '节点“{node}”指向不存在的节点“{name}”',
    en: 'Node "{node}" leads to "{name}", which is not there',
  },
  'flow.unreachable': {
    status: 422,
    zh: '节点“{node}”永远不会执行：没有路径到达它',
    en: 'Node "{node}" can never run: nothing leads to it',
  },
  'flow.cycle': {
    status: 422,
    zh: '节点“{node}”处于没有等待的循环中：{path}',
    en: 'Node "{node}" is in a circle without a wait: {path}',
  },
  'flow.join': {
    status: 422,
    zh: '汇合节点“{node}”没有对应的并行节点',
    en: 'Join "{node}" belongs to no parallel node on the way to it',
  },
  'flow.noJoin': {
    status: 422,
    zh: '并行节点“{node}”需要一个自己的汇合节点，“{name}”不是',
    en: 'Parallel node "{node}" needs a join of its own; "{name}" is not one',
  },
  'flow.across': {
    status: 422,
    zh: '节点“{node}”不能跳到“{name}”：它属于另一个分支或循环',
    en: 'Node "{node}" cannot lead to "{name}", which is part of another branch or loop',
  },
  'flow.object': {
    status: 422,
    zh: '“{node}”使用的对象“{name}”不存在',
    en: '"{node}" uses object "{name}", which does not exist',
  },
  'flow.noRecord': {
    status: 422,
    zh: '节点“{node}”需要一条记录，但流程在此处没有记录',
    en: 'Node "{node}" needs a record, and the flow has none there',
  },
  'flow.field': {
    status: 422,
    zh: '“{node}”使用的字段“{name}”不存在或不能写入',
    en: '"{node}" uses field "{name}", which does not exist or cannot be written',
  },
  'flow.variable': {
    status: 422,
    zh: '“{node}”使用了未声明的变量“{name}”',
    en: '"{node}" uses variable "{name}", which is not declared',
  },
  'flow.formula': {
    status: 422,
    zh: '“{node}”的公式有误（第 {position} 个字符）：{detail}',
    en: 'The formula of "{node}" is wrong at character {position}: {detail}',
  },
  'flow.filter': {
    status: 422,
    zh: '“{node}”的筛选条件有误：{detail}',
    en: 'The filter of "{node}" is wrong: {detail}',
  },
  'flow.incomplete': {
    status: 422,
    zh: '节点“{node}”缺少设置：{name}',
    en: 'Node "{node}" lacks: {name}',
  },
  'flow.cron': {
    status: 422,
    zh: '时间计划“{cron}”无效',
    en: 'The schedule "{cron}" is not valid',
  },
  'flow.called': {
    status: 422,
    zh: '节点“{node}”不能调用流程“{name}”：它不存在，或不是由流程触发',
    en: 'Node "{node}" cannot run flow "{name}": it is not there, or is not started by flows',
  },
} as const satisfies Record<string, ErrorEntry>;
