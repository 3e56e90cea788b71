import type { Condition, Filter } from '@huike/schema';
import { useQueries } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import { call, type ObjectInfo, type Page } from '../../data/api.ts';
import { Choose } from '../../grid/Choose.tsx';
import { fieldAt, labelAt } from '../../grid/columns.ts';
import { MenuItem, Popup } from '../../grid/Popup.tsx';
import { kindOf, labelIn, plainText } from '../../grid/text.ts';
import { useViewWords } from '../words.ts';
import { ConditionForm, type Inner } from './ConditionForm.tsx';
import { groupOf, isCondition, joined, operatorsFor, replaced, withItem } from './model.ts';
import { conditionWords, filterWords, namedRecords, type Speaker } from './words.ts';
import './filter.css';

interface FilterProps {
  readonly filter: Filter | null;
  readonly object: ObjectInfo;
  readonly objects: readonly ObjectInfo[];
  readonly language: 'zh' | 'en';
  readonly onChange: (filter: Filter | null) => void;
}

/** The conditions of a list in words; each opens to be changed. */
export function FilterBar(props: FilterProps) {
  const speaker = useSpeaker(props);
  return <GroupEditor {...props} speaker={speaker} />;
}

interface GroupProps extends FilterProps {
  readonly speaker: Speaker;
  /** Groups within groups, and filters of related records. */
  readonly depth?: number;
}

export function GroupEditor(props: GroupProps) {
  const say = useViewWords();
  const { filter, object, onChange, depth = 0 } = props;
  const { join, items } = groupOf(filter);
  return (
    <fieldset className={depth === 0 ? 'hk-filter' : 'hk-filter inner'}>
      <legend className="hk-hidden">{say('filter')}</legend>
      {items.map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: conditions are known by their place
        <span key={index} className="hk-term">
          {index > 0 && (
            <button
              type="button"
              className="hk-join"
              aria-label={say('join', { join: say(join) })}
              onClick={() => onChange(joined(join === 'and' ? 'or' : 'and', items))}
            >
              {say(join)}
            </button>
          )}
          <Term {...props} item={item} onItem={(next) => onChange(replaced(filter, index, next))} />
        </span>
      ))}
      <AddCondition {...props} onAdd={(item) => onChange(withItem(filter, item))} key={object.name} />
    </fieldset>
  );
}

/** The editor of a filter of related records, within a condition. */
function innerOf(props: GroupProps): Inner {
  return (filter, object, onChange) => (
    <GroupEditor {...props} filter={filter} object={object} onChange={onChange} depth={(props.depth ?? 0) + 1} />
  );
}

/** One condition or group, in words. */
function Term({
  item,
  onItem,
  ...props
}: GroupProps & { readonly item: Filter; readonly onItem: (item: Filter | null) => void }) {
  const say = useViewWords();
  const { object, objects, speaker, language } = props;
  const said = filterWords(item, object, speaker);
  const single = isCondition(item);
  return (
    <Popup
      wide
      label={said}
      trigger={(button) => (
        <button type="button" {...button} className="hk-chip" title={said}>
          {single ? <Phrase condition={item} object={object} speaker={speaker} /> : `(${said})`}
        </button>
      )}
    >
      {(close) =>
        single ? (
          <ConditionForm
            {...props}
            condition={item}
            language={language}
            objects={objects}
            inner={innerOf(props)}
            onApply={(next) => {
              onItem(next);
              close();
            }}
            onRemove={() => {
              onItem(null);
              close();
            }}
          />
        ) : (
          <div className="hk-form">
            <GroupEditor
              {...props}
              depth={(props.depth ?? 0) + 1}
              filter={'not' in item ? item.not : item}
              onChange={(next) => onItem(next === null ? null : 'not' in item ? { not: next } : next)}
            />
            <div className="hk-foot-actions">
              <MenuItem
                onSelect={() => {
                  onItem(null);
                  close();
                }}
              >
                {say('remove')}
              </MenuItem>
            </div>
          </div>
        )
      }
    </Popup>
  );
}

function Phrase({
  condition,
  object,
  speaker,
}: {
  readonly condition: Condition;
  readonly object: ObjectInfo;
  readonly speaker: Speaker;
}) {
  const { field, op, value } = conditionWords(condition, object, speaker);
  return (
    <>
      <b>{field}</b> {op} {value !== '' && <i>{value}</i>}
    </>
  );
}

/** Every field that can be asked about, those of related records one step away. */
export function pathsOf(object: ObjectInfo, objects: readonly ObjectInfo[]): readonly string[] {
  const can = (path: string) => {
    const field = fieldAt(objects, object, path);
    return field !== undefined && operatorsFor(field, kindOf(field)).length > 0;
  };
  const own = object.fields.map((field) => field.name);
  const near = object.fields.flatMap((field) => {
    const toOne = ['relation', 'user', 'department'].includes(field.type) && field.right !== 'masked';
    const target = toOne ? objects.find((one) => one.name === field.target) : undefined;
    return (target?.fields ?? []).filter((one) => !one.system).map((one) => `${field.name}.${one.name}`);
  });
  return [...own, ...near].filter((path) => path !== 'id' && path !== 'version' && can(path));
}

function AddCondition({ onAdd, ...props }: GroupProps & { readonly onAdd: (item: Filter) => void }) {
  const say = useViewWords();
  const { object, objects, language, filter, depth = 0 } = props;
  const [path, setPath] = useState<string | null>(null);
  const choices = useMemo(
    () =>
      pathsOf(object, objects).map((one) => ({
        key: one,
        label: labelIn(labelAt(objects, object, one), language),
        value: one,
      })),
    [object, objects, language],
  );
  return (
    <Popup
      wide
      label={say('addFilter')}
      trigger={(button) => (
        <button
          type="button"
          {...button}
          className="hk-chip add"
          onClick={() => {
            setPath(null);
            button.onClick();
          }}
        >
          <Plus size={14} aria-hidden />
          {say(filter === null && depth === 0 ? 'filter' : 'addFilter')}
        </button>
      )}
    >
      {(close) => {
        const field = path === null ? undefined : fieldAt(objects, object, path);
        if (path === null || field === undefined)
          return (
            <>
              <Choose
                label={say('filterBy')}
                choices={choices}
                chosen={[]}
                onChoose={(choice) => setPath(choice.key)}
                onLeave={close}
              />
              {filter !== null && depth < 3 && (
                <>
                  <hr />
                  <MenuItem
                    onSelect={() => {
                      const first = choices[0];
                      if (first !== undefined)
                        onAdd({
                          or: [
                            { field: first.key, op: 'notEmpty' },
                            { field: first.key, op: 'empty' },
                          ],
                        });
                      close();
                    }}
                  >
                    {say('addGroup')}
                  </MenuItem>
                </>
              )}
            </>
          );
        const [op = 'notEmpty'] = operatorsFor(field, kindOf(field));
        return (
          <ConditionForm
            {...props}
            condition={{ field: path, op }}
            inner={innerOf(props)}
            onApply={(next) => {
              onAdd(next);
              close();
            }}
          />
        );
      }}
    </Popup>
  );
}

/** Who can say the names of the related records that a filter means. */
export function useSpeaker({ filter, object, objects, language }: FilterProps): Speaker {
  const wanted = useMemo(() => [...namedRecords(filter, object, objects)], [filter, object, objects]);
  const answers = useQueries({
    queries: wanted.map(([name, ids]) => {
      const title = objects.find((one) => one.name === name)?.title ?? 'id';
      const list = [...ids].sort();
      return {
        queryKey: ['list', name, 'names', list],
        staleTime: 60_000,
        queryFn: async () => {
          const body = { fields: ['id', title], filter: { field: 'id', op: 'in', value: list }, limit: 500 };
          const { data } = await call<Page>('POST', `records/${name}/query`, body);
          return data.map((record): [string, string] => [record.id, plainText(record[title] ?? record.id)]);
        },
      };
    }),
    combine: useCallback(
      (results: readonly { readonly data: [string, string][] | undefined }[]) =>
        new Map(results.flatMap((result) => result.data ?? [])),
      [],
    ),
  });
  return useMemo(
    () => ({ language, objects, nameOf: (id: string) => answers.get(id) ?? '…' }),
    [language, objects, answers],
  );
}
