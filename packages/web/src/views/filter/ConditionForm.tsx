import type { Condition, DateUnit, Filter, FilterValue, Operator } from '@huike/schema';
import { type ReactNode, useState } from 'react';
import type { FieldInfo, ObjectInfo } from '../../data/api.ts';
import { Button } from '../../design/Button.tsx';
import { Choose, ChooseRecord, optionChoices } from '../../grid/Choose.tsx';
import { fieldAt, labelAt } from '../../grid/columns.ts';
import { kindOf, labelIn } from '../../grid/text.ts';
import { useViewWords } from '../words.ts';
import {
  asFilter,
  firstValue,
  isComplete,
  isSpan,
  operatorsFor,
  spanPresets,
  units,
  type ValueKind,
  valueKindOf,
} from './model.ts';
import { operatorWord, spanWords, unitWord } from './words.ts';

export type Inner = (filter: Filter | null, object: ObjectInfo, onChange: (filter: Filter | null) => void) => ReactNode;

interface ConditionFormProps {
  readonly condition: Condition;
  readonly object: ObjectInfo;
  readonly objects: readonly ObjectInfo[];
  readonly language: 'zh' | 'en';
  /** Edits the filter of related records. */
  readonly inner: Inner;
  readonly onApply: (condition: Condition) => void;
  readonly onRemove?: () => void;
}

/** What is said about a field, and the value that fits. */
export function ConditionForm({ condition, object, objects, language, inner, onApply, onRemove }: ConditionFormProps) {
  const say = useViewWords();
  const field = fieldAt(objects, object, condition.field);
  const kind = field === undefined ? 'text' : kindOf(field);
  const [op, setOp] = useState<Operator>(condition.op);
  const [value, setValue] = useState<FilterValue | undefined>(
    condition.value ?? firstValue(valueKindOf(kind, condition.op)),
  );
  if (field === undefined) return null;
  const valueKind = valueKindOf(kind, op);
  const next: Condition = {
    field: condition.field,
    op,
    ...(valueKind === 'none' || value === undefined ? {} : { value }),
  };
  const apply = () => {
    if (isComplete(next)) onApply(next);
  };
  const usual = operatorsFor(field, kind);
  const offered = usual.includes(op) ? usual : [op, ...usual];
  return (
    // Not a form: it may stand within another, as the condition of a related record.
    // biome-ignore lint/a11y/noStaticElementInteractions: Enter in a box applies
    <div
      className="hk-form"
      onKeyDown={(event) => {
        const box = event.target instanceof HTMLInputElement && event.target.role !== 'combobox';
        if (event.key !== 'Enter' || !box || event.nativeEvent.isComposing) return;
        event.preventDefault();
        event.stopPropagation();
        apply();
      }}
    >
      <label>
        {labelIn(labelAt(objects, object, condition.field), language)}
        <select
          aria-label={say('condition')}
          value={op}
          onChange={(event) => {
            const chosen = offered.find((one) => one === event.target.value) ?? op;
            const before = valueKindOf(kind, op);
            const after = valueKindOf(kind, chosen);
            setOp(chosen);
            if (before !== after) setValue(firstValue(after));
          }}
        >
          {offered.map((one) => (
            <option key={one} value={one}>
              {operatorWord(kind, one, language)}
            </option>
          ))}
        </select>
      </label>
      <Value
        kind={valueKind}
        field={field}
        value={value}
        onChange={setValue}
        language={language}
        objects={objects}
        inner={inner}
      />
      <div className="hk-foot-actions">
        {onRemove !== undefined && (
          <Button kind="quiet" onClick={onRemove}>
            {say('remove')}
          </Button>
        )}
        <Button kind="primary" onClick={apply} disabled={!isComplete(next)}>
          {say('apply')}
        </Button>
      </div>
    </div>
  );
}

interface ValueProps {
  readonly kind: ValueKind;
  readonly field: FieldInfo;
  readonly value: FilterValue | undefined;
  readonly onChange: (value: FilterValue) => void;
  readonly language: 'zh' | 'en';
  readonly objects: readonly ObjectInfo[];
  readonly inner: Inner;
}

const listOf = (value: FilterValue | undefined): readonly string[] =>
  Array.isArray(value) ? value.map(String) : typeof value === 'string' && value !== '' ? [value] : [];
const textOf = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');

function Value(props: ValueProps) {
  const say = useViewWords();
  const { kind, field, value, onChange, language, objects, inner: editor } = props;
  const toggle = (key: string) => {
    const known = listOf(value);
    onChange(known.includes(key) ? known.filter((one) => one !== key) : [...known, key]);
  };
  switch (kind) {
    case 'none':
      return null;
    case 'yesNo':
      return (
        <select
          aria-label={say('value')}
          value={String(value === true)}
          onChange={(event) => onChange(event.target.value === 'true')}
        >
          <option value="true">{say('yes')}</option>
          <option value="false">{say('no')}</option>
        </select>
      );
    case 'options':
      return (
        <Choose
          label={say('value')}
          choices={optionChoices(field, language)}
          chosen={listOf(value)}
          onChoose={(choice) => toggle(choice.key)}
        />
      );
    case 'records':
      return (
        <ChooseRecord
          label={say('value')}
          target={field.target}
          chosen={listOf(value)}
          onChoose={(choice) => toggle(choice.key)}
        />
      );
    case 'span':
      return <Span value={value} onChange={onChange} language={language} />;
    case 'range':
    case 'days': {
      const [from, to] = Array.isArray(value) ? value : ['', ''];
      const type = kind === 'days' ? 'date' : 'text';
      return (
        <div className="hk-pair">
          <label>
            {say('from')}
            <input type={type} value={textOf(from)} onChange={(event) => onChange([event.target.value, textOf(to)])} />
          </label>
          <label>
            {say('to')}
            <input type={type} value={textOf(to)} onChange={(event) => onChange([textOf(from), event.target.value])} />
          </label>
        </div>
      );
    }
    case 'filter': {
      const target = objects.find((one) => one.name === field.target);
      const inner = asFilter(value);
      const empty: Filter = { and: [] };
      if (target === undefined) return null;
      const none = inner !== null && 'and' in inner && inner.and.length === 0;
      return <>{editor(none ? null : inner, target, (next) => onChange(next ?? empty))}</>;
    }
    default:
      return (
        <input
          aria-label={say('value')}
          type={kind === 'day' ? 'date' : 'text'}
          inputMode={kind === 'number' ? 'decimal' : undefined}
          value={textOf(value)}
          onChange={(event) => onChange(event.target.value)}
        />
      );
  }
}

/** Today, this week, the last so many days … */
function Span({ value, onChange, language }: Pick<ValueProps, 'value' | 'onChange' | 'language'>) {
  const say = useViewWords();
  const key = JSON.stringify(value);
  const preset = spanPresets.findIndex((one) => JSON.stringify(one) === key);
  const [custom, setCustom] = useState(preset < 0);
  const span = isSpan(value) && !('this' in value) ? value : { last: 14, unit: 'day' as const };
  const count = 'last' in span ? span.last : span.next;
  const change = (ahead: boolean, many: number, unit: DateUnit) =>
    onChange(ahead ? { next: many, unit } : { last: many, unit });
  return (
    <>
      <select
        aria-label={say('value')}
        value={custom ? 'custom' : String(preset)}
        onChange={(event) => {
          const chosen = spanPresets[Number(event.target.value)];
          setCustom(chosen === undefined);
          onChange(chosen ?? span);
        }}
      >
        {spanPresets.map((one, index) => (
          <option key={JSON.stringify(one)} value={index}>
            {spanWords(one, language)}
          </option>
        ))}
        <option value="custom">{say('custom')}</option>
      </select>
      {custom && (
        <div className="hk-pair">
          <select
            aria-label={say('custom')}
            value={'last' in span ? 'last' : 'next'}
            onChange={(event) => change(event.target.value === 'next', count, span.unit)}
          >
            <option value="last">{say('last')}</option>
            <option value="next">{say('next')}</option>
          </select>
          <input
            type="number"
            min={1}
            max={1000}
            aria-label={say('count')}
            value={count}
            onChange={(event) =>
              change('next' in span, Math.max(1, Math.min(1000, Math.round(Number(event.target.value)))), span.unit)
            }
          />
          <select
            aria-label={say('unit')}
            value={span.unit}
            onChange={(event) =>
              change('next' in span, count, units.find((unit) => unit === event.target.value) ?? 'day')
            }
          >
            {units.map((unit) => (
              <option key={unit} value={unit}>
                {unitWord(unit, language)}
              </option>
            ))}
          </select>
        </div>
      )}
    </>
  );
}
