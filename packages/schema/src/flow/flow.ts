import Type, { type Static } from 'typebox';
import { LabelSchema, Name } from '../fields.ts';

// A flow: what starts it, and a graph of nodes. The first node is where a run begins. Words: a run of a flow is an
// *instance*; it stands at one node; what it knows besides its record are its *variables* (`vars.total` in formulas).

const literals = <const T extends readonly string[]>(values: T) =>
  Type.Unsafe<T[number]>(Type.Union(values.map((value) => Type.Literal(value))));
const closed = { additionalProperties: false };

const recordOperations = ['create', 'update', 'delete', 'restore'] as const;
const timeUnits = ['second', 'minute', 'hour', 'day'] as const;
const variableTypes = ['text', 'number', 'boolean', 'date', 'dateTime', 'id'] as const;
export type VariableType = (typeof variableTypes)[number];

const FormulaText = Type.String({ minLength: 1, maxLength: 10_000 });
const Text = Type.String({ maxLength: 2_000 });

/** Which records are meant: both must hold where both are given. */
const When = { filter: Type.Optional(Type.Unknown()), formula: Type.Optional(FormulaText) };
const ConditionSchema = Type.Object(When, { ...closed, minProperties: 1 });

/** A fixed value, or what a formula gives. */
const ValueSchema = Type.Object(
  { value: Type.Optional(Type.Unknown()), formula: Type.Optional(FormulaText) },
  { ...closed, minProperties: 1, maxProperties: 1 },
);
export type FlowValue = Static<typeof ValueSchema>;

const Values = Type.Record(Type.String({ pattern: '^[a-z][A-Za-z0-9]{0,47}$' }), ValueSchema);
const DurationSchema = Type.Object(
  { amount: Type.Integer({ minimum: 0, maximum: 1_000_000 }), unit: literals(timeUnits) },
  closed,
);
export type Duration = Static<typeof DurationSchema>;

/** A change of a record, as triggers and waits look for it. */
const changeParts = {
  on: Type.Array(literals(recordOperations), { minItems: 1, maxItems: 4, uniqueItems: true }),
  /** The record as the change left it. */
  when: Type.Optional(ConditionSchema),
  /** The record as it was before: of an update or a delete. */
  was: Type.Optional(ConditionSchema),
  /** Of an update: one of these fields differs. */
  changed: Type.Optional(Type.Array(Name, { minItems: 1, maxItems: 50, uniqueItems: true })),
};

const triggers = {
  record: Type.Object({ type: Type.Literal('record'), object: Name, ...changeParts }, closed),
  /** A time before or after what a field says. Of a date, at a time of the company's day. */
  date: Type.Object(
    {
      type: Type.Literal('date'),
      object: Name,
      field: Name,
      offset: Type.Optional(DurationSchema),
      before: Type.Optional(Type.Boolean()),
      at: Type.Optional(Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' })),
      when: Type.Optional(ConditionSchema),
    },
    closed,
  ),
  /** By the clock; a cron pattern of five parts, in the company's zone unless another is named. */
  schedule: Type.Object(
    {
      type: Type.Literal('schedule'),
      cron: Type.String({ minLength: 1, maxLength: 100 }),
      zone: Type.Optional(Type.String({ maxLength: 60 })),
    },
    closed,
  ),
  /** A call from outside; properties of its body become the variables of the same names. */
  webhook: Type.Object({ type: Type.Literal('webhook') }, closed),
  /** A person starts it, on a record where an object is named. */
  button: Type.Object(
    { type: Type.Literal('button'), object: Type.Optional(Name), when: Type.Optional(ConditionSchema) },
    closed,
  ),
  /** Another flow starts it. */
  flow: Type.Object({ type: Type.Literal('flow'), object: Type.Optional(Name) }, closed),
} as const;
export type TriggerType = keyof typeof triggers;
export const triggerTypes = Object.keys(triggers) as readonly TriggerType[];
export type FlowTrigger = { [T in TriggerType]: Static<(typeof triggers)[T]> }[TriggerType];
export const triggerSchemas = triggers;

const common = {
  name: Name,
  label: Type.Optional(LabelSchema),
  /** Where a designer draws it. */
  position: Type.Optional(Type.Object({ x: Type.Number(), y: Type.Number() }, closed)),
};
const next = { next: Name };

const nodes = {
  /** The first branch that holds is taken. */
  condition: Type.Object(
    {
      ...common,
      type: Type.Literal('condition'),
      branches: Type.Array(
        Type.Object({ label: Type.Optional(LabelSchema), when: ConditionSchema, next: Name }, closed),
        { minItems: 1, maxItems: 50 },
      ),
      else: Name,
    },
    closed,
  ),
  /** All branches at once; what they set is joined in their order. */
  parallel: Type.Object(
    {
      ...common,
      type: Type.Literal('parallel'),
      branches: Type.Array(Name, { minItems: 2, maxItems: 20 }),
      join: Name,
    },
    closed,
  ),
  join: Type.Object({ ...common, type: Type.Literal('join'), ...next }, closed),
  /** Its body once for each record that matches, ended by an end node; then goes on. */
  loop: Type.Object(
    {
      ...common,
      type: Type.Literal('loop'),
      object: Name,
      filter: Type.Optional(Type.Unknown()),
      sort: Type.Optional(Type.Array(Type.String({ maxLength: 300 }), { maxItems: 5 })),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
      body: Name,
      ...next,
    },
    closed,
  ),
  /** For a time, or until a time. */
  wait: Type.Object(
    {
      ...common,
      type: Type.Literal('wait'),
      for: Type.Optional(DurationSchema),
      until: Type.Optional(FormulaText),
      ...next,
    },
    closed,
  ),
  /** For a change of the instance's record, or of another one. */
  event: Type.Object(
    {
      ...common,
      type: Type.Literal('event'),
      ...changeParts,
      object: Type.Optional(Name),
      /** Which record of that object: a formula that gives its id. */
      record: Type.Optional(FormulaText),
      timeout: Type.Optional(Type.Object({ after: DurationSchema, next: Name }, closed)),
      ...next,
    },
    closed,
  ),
  update: Type.Object(
    {
      ...common,
      type: Type.Literal('update'),
      object: Type.Optional(Name),
      record: Type.Optional(FormulaText),
      values: Values,
      ...next,
    },
    closed,
  ),
  create: Type.Object(
    {
      ...common,
      type: Type.Literal('create'),
      object: Name,
      values: Values,
      /** The variable that the new record's id goes into. */
      into: Type.Optional(Name),
      ...next,
    },
    closed,
  ),
  find: Type.Object(
    {
      ...common,
      type: Type.Literal('find'),
      object: Name,
      /** A value may be `{"formula": "…"}`. */
      filter: Type.Optional(Type.Unknown()),
      sort: Type.Optional(Type.Array(Type.String({ maxLength: 300 }), { maxItems: 5 })),
      /** The variable that the first record's id goes into. */
      into: Type.Optional(Name),
      count: Type.Optional(Name),
      ...next,
    },
    closed,
  ),
  /** Gives the record to a person, or to several in turn. */
  assign: Type.Object(
    {
      ...common,
      type: Type.Literal('assign'),
      to: Type.Optional(ValueSchema),
      inTurn: Type.Optional(Type.Array(Type.String({ format: 'uuid' }), { minItems: 1, maxItems: 500 })),
      ...next,
    },
    closed,
  ),
  set: Type.Object({ ...common, type: Type.Literal('set'), values: Values, ...next }, closed),
  /** Hands a message to a sender that is registered under a name. */
  send: Type.Object({ ...common, type: Type.Literal('send'), sender: Name, message: Values, ...next }, closed),
  http: Type.Object(
    {
      ...common,
      type: Type.Literal('http'),
      method: literals(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
      url: ValueSchema,
      /** A value, or the name of a secret. */
      headers: Type.Optional(
        Type.Record(
          Type.String({ pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$" }),
          Type.Object(
            { value: Type.Optional(Text), secret: Type.Optional(Name), prefix: Type.Optional(Text) },
            { ...closed, minProperties: 1 },
          ),
        ),
      ),
      /** Sent as JSON. */
      body: Type.Optional(Values),
      timeoutMs: Type.Optional(Type.Integer({ minimum: 100, maximum: 60_000 })),
      attempts: Type.Optional(Type.Integer({ minimum: 1, maximum: 20 })),
      /** Variables by what goes into them: `status`, or a property of the answer's JSON, as `body.order.id`. */
      into: Type.Optional(
        Type.Record(Type.String({ pattern: '^[a-z][A-Za-z0-9]{0,47}$' }), Type.String({ maxLength: 300 })),
      ),
      ...next,
      /** Where to go when every attempt failed; absent: the instance fails. */
      failed: Type.Optional(Name),
    },
    closed,
  ),
  /** Runs a function that an app registered by name. */
  function: Type.Object(
    {
      ...common,
      type: Type.Literal('function'),
      function: Name,
      input: Type.Optional(Values),
      /** Variables by the output that goes into them. */
      into: Type.Optional(Type.Record(Type.String({ pattern: '^[a-z][A-Za-z0-9]{0,47}$' }), Name)),
      ...next,
    },
    closed,
  ),
  /** Runs another flow, and waits for its end unless told otherwise. */
  flow: Type.Object(
    {
      ...common,
      type: Type.Literal('flow'),
      flow: Name,
      record: Type.Optional(FormulaText),
      values: Type.Optional(Values),
      wait: Type.Optional(Type.Boolean()),
      ...next,
    },
    closed,
  ),
  /** A person does something and chooses how it goes on. */
  human: Type.Object(
    {
      ...common,
      type: Type.Literal('human'),
      to: ValueSchema,
      choices: Type.Array(Type.Object({ name: Name, label: LabelSchema, next: Name }, closed), {
        minItems: 1,
        maxItems: 20,
      }),
      timeout: Type.Optional(Type.Object({ after: DurationSchema, next: Name }, closed)),
    },
    closed,
  ),
  end: Type.Object({ ...common, type: Type.Literal('end') }, closed),
} as const;
export type NodeType = keyof typeof nodes;
export const nodeTypes = Object.keys(nodes) as readonly NodeType[];
export type NodeOf<T extends NodeType> = Static<(typeof nodes)[T]>;
export type FlowNode = { [T in NodeType]: NodeOf<T> }[NodeType];
export const nodeSchemas = nodes;

const outside = {
  name: Name,
  label: Type.Optional(LabelSchema),
  description: Type.Optional(LabelSchema),
  /** False: nothing starts it; what runs goes on. */
  active: Type.Optional(Type.Boolean()),
  variables: Type.Optional(
    Type.Array(Type.Object({ name: Name, label: Type.Optional(LabelSchema), type: literals(variableTypes) }, closed), {
      maxItems: 100,
    }),
  ),
  /** At most so many starts; more wait for the next minute, hour or day. */
  rate: Type.Optional(
    Type.Object(
      { starts: Type.Integer({ minimum: 1, maximum: 10_000_000 }), per: literals(['minute', 'hour', 'day']) },
      closed,
    ),
  ),
};

/** Trigger and nodes are checked one by one by their type, so that an error names what is wrong. */
export const FlowSchema = Type.Object(
  {
    ...outside,
    trigger: Type.Unsafe<FlowTrigger>(Type.Unknown()),
    nodes: Type.Unsafe<readonly FlowNode[]>(Type.Array(Type.Unknown(), { minItems: 1, maxItems: 500 })),
  },
  closed,
);
export type Flow = Static<typeof FlowSchema>;
export type FlowCondition = Static<typeof ConditionSchema>;
export type ChangePattern = Pick<NodeOf<'event'>, 'on' | 'when' | 'was' | 'changed'>;

/** The object whose record an instance is about; null when it is about none. */
export function flowObject({ trigger }: Flow): string | null {
  return 'object' in trigger ? (trigger.object ?? null) : null;
}

/** Every node that a node leads to, with where that stands. */
export function exitsOf(node: FlowNode): readonly { readonly to: string; readonly at: string }[] {
  switch (node.type) {
    case 'condition':
      return [
        ...node.branches.map(({ next: to }, index) => ({ to, at: `/branches/${index}/next` })),
        { to: node.else, at: '/else' },
      ];
    case 'parallel':
      return [...node.branches.map((to, index) => ({ to, at: `/branches/${index}` })), { to: node.join, at: '/join' }];
    case 'loop':
      return [
        { to: node.body, at: '/body' },
        { to: node.next, at: '/next' },
      ];
    case 'human':
      return [
        ...node.choices.map(({ next: to }, index) => ({ to, at: `/choices/${index}/next` })),
        ...(node.timeout === undefined ? [] : [{ to: node.timeout.next, at: '/timeout/next' }]),
      ];
    case 'event':
      return [
        { to: node.next, at: '/next' },
        ...(node.timeout === undefined ? [] : [{ to: node.timeout.next, at: '/timeout/next' }]),
      ];
    case 'http':
      return [
        { to: node.next, at: '/next' },
        ...(node.failed === undefined ? [] : [{ to: node.failed, at: '/failed' }]),
      ];
    case 'end':
      return [];
    default:
      return [{ to: node.next, at: '/next' }];
  }
}
