import type { Filter, ViewLayout } from '@huike/schema';
import {
  ArrowUpDown,
  CalendarDays,
  Columns3,
  LayoutGrid,
  Palette,
  Plus,
  Search,
  SquareKanban,
  Table2,
  X,
} from 'lucide-react';
import { useMemo } from 'react';
import type { ObjectInfo } from '../data/api.ts';
import { Button } from '../design/Button.tsx';
import { Choose } from '../grid/Choose.tsx';
import { columnsOf, fieldAt, labelAt } from '../grid/columns.ts';
import { MenuItem, Popup } from '../grid/Popup.tsx';
import { labelIn } from '../grid/text.ts';
import { FilterBar, GroupEditor, pathsOf, useSpeaker } from './filter/FilterBar.tsx';
import { asFilter, both } from './filter/model.ts';
import type { Quick } from './quick.ts';
import type { Shape, ShapeChange } from './views.ts';
import { useViewWords } from './words.ts';

interface ToolbarProps {
  readonly object: ObjectInfo;
  readonly objects: readonly ObjectInfo[];
  readonly shape: Shape;
  readonly filter: Filter | null;
  readonly quick: Quick;
  readonly language: 'zh' | 'en';
  readonly onShape: (change: ShapeChange) => void;
  readonly onQuick: (quick: Quick) => void;
}

const layouts: readonly (readonly [ViewLayout, typeof Table2])[] = [
  ['grid', Table2],
  ['kanban', SquareKanban],
  ['calendar', CalendarDays],
  ['gallery', LayoutGrid],
];

export function Toolbar(props: ToolbarProps) {
  const say = useViewWords();
  const { object, objects, filter, quick, language, shape, onShape, onQuick } = props;
  const has = (name: string) => object.fields.some((field) => field.name === name && field.right !== 'masked');
  const title = object.fields.find((field) => field.name === object.title);
  return (
    <div className="hk-tools">
      <div className="hk-tools-row">
        {title !== undefined && (
          <label className="hk-search">
            <Search size={14} aria-hidden />
            <input
              type="search"
              aria-label={say('search', { name: labelIn(title.label, language) })}
              placeholder={say('search', { name: labelIn(title.label, language) })}
              value={quick.text}
              onChange={(event) => onQuick({ ...quick, text: event.target.value })}
            />
          </label>
        )}
        {has('owner') && (
          <Toggle on={quick.mine} onToggle={() => onQuick({ ...quick, mine: !quick.mine })}>
            {say('mine')}
          </Toggle>
        )}
        {has('createdAt') && (
          <Toggle on={quick.fresh} onToggle={() => onQuick({ ...quick, fresh: !quick.fresh })}>
            {say('fresh')}
          </Toggle>
        )}
        <FilterBar
          filter={filter}
          object={object}
          objects={objects}
          language={language}
          onChange={(next) => onShape({ filter: next ?? undefined })}
        />
        <span className="hk-tools-end">
          <SortButton {...props} />
          <FieldsButton {...props} />
          <ColorsButton {...props} />
          <Popup
            menu
            label={say('layout')}
            trigger={(button) => {
              const [, Glyph] = layouts.find(([name]) => name === (shape.layout ?? 'grid')) ?? ['grid', Table2];
              return (
                <Button {...button} kind="quiet" size="small" icon={Glyph}>
                  {say(`layout_${shape.layout ?? 'grid'}`)}
                </Button>
              );
            }}
          >
            {(close) =>
              layouts.map(([name]) => (
                <MenuItem
                  key={name}
                  checked={name === (shape.layout ?? 'grid')}
                  onSelect={() => {
                    onShape({ layout: name });
                    close();
                  }}
                >
                  {say(`layout_${name}`)}
                </MenuItem>
              ))
            }
          </Popup>
        </span>
      </div>
    </div>
  );
}

function Toggle({
  on,
  onToggle,
  children,
}: {
  readonly on: boolean;
  readonly onToggle: () => void;
  readonly children: string;
}) {
  return (
    <button type="button" className={on ? 'hk-chip on' : 'hk-chip'} aria-pressed={on} onClick={onToggle}>
      {children}
    </button>
  );
}

const unsortable: ReadonlySet<string> = new Set([
  'longText',
  'richText',
  'geo',
  'relations',
  'table',
  'file',
  'image',
  'options',
  'cascade',
  'address',
]);

function SortButton({ object, objects, shape, language, onShape }: ToolbarProps) {
  const say = useViewWords();
  const sort = shape.sort ?? [];
  const nameOf = (key: string) => labelIn(labelAt(objects, object, key.replace(/^-/, '')), language);
  const choices = useMemo(
    () =>
      pathsOf(object, objects)
        .filter((path) => !unsortable.has(fieldAt(objects, object, path)?.type ?? ''))
        .map((path) => ({ key: path, label: labelIn(labelAt(objects, object, path), language), value: path })),
    [object, objects, language],
  );
  const put = (index: number, key: string | null) =>
    onShape({ sort: sort.flatMap((one, at) => (at === index ? (key ?? []) : one)) });
  return (
    <Popup
      wide
      label={say('sort')}
      trigger={(button) => (
        <Button {...button} kind="quiet" size="small" icon={ArrowUpDown}>
          {sort.length === 0
            ? say('sort')
            : say('sortBy', { fields: sort.map(nameOf).join(language === 'en' ? ', ' : '、') })}
        </Button>
      )}
    >
      {() => (
        <div className="hk-form">
          {sort.map((key, index) => (
            <div key={key} className="hk-pair">
              <span className="hk-grow">{nameOf(key)}</span>
              <select
                aria-label={nameOf(key)}
                value={key.startsWith('-') ? 'descending' : 'ascending'}
                onChange={(event) =>
                  put(index, `${event.target.value === 'descending' ? '-' : ''}${key.replace(/^-/, '')}`)
                }
              >
                <option value="ascending">{say('ascending')}</option>
                <option value="descending">{say('descending')}</option>
              </select>
              <Button kind="quiet" icon={X} aria-label={say('removeSort')} onClick={() => put(index, null)} />
            </div>
          ))}
          {sort.length < 5 && (
            <Choose
              label={say('addSort')}
              choices={choices.filter(({ key }) => !sort.some((one) => one.replace(/^-/, '') === key))}
              chosen={[]}
              onChoose={(choice) => onShape({ sort: [...sort, choice.key] })}
            />
          )}
        </div>
      )}
    </Popup>
  );
}

function FieldsButton({ object, objects, shape, language, onShape }: ToolbarProps) {
  const say = useViewWords();
  const shown = columnsOf(objects, object, shape).map((column) => column.path);
  const choices = useMemo(() => {
    const own = object.fields
      .filter((field) => field.name !== 'id' && field.name !== 'version')
      .map((field) => field.name);
    const near = pathsOf(object, objects).filter((path) => path.includes('.'));
    return [...own, ...near].map((path) => ({
      key: path,
      label: labelIn(labelAt(objects, object, path), language),
      value: path,
    }));
  }, [object, objects, language]);
  return (
    <Popup
      label={say('fields')}
      trigger={(button) => (
        <Button {...button} kind="quiet" size="small" icon={Columns3}>
          {say('fields')}
        </Button>
      )}
    >
      {() => (
        <Choose
          label={say('fields')}
          choices={choices}
          chosen={shown}
          onChoose={({ key }) => {
            const next = shown.includes(key) ? shown.filter((path) => path !== key) : [...shown, key];
            if (next.length > 0) onShape({ fields: next });
          }}
        />
      )}
    </Popup>
  );
}

const colors = ['red', 'orange', 'yellow', 'green', 'blue', 'purple'] as const;

function ColorsButton({ object, objects, shape, language, onShape }: ToolbarProps) {
  const say = useViewWords();
  const rules = shape.colors ?? [];
  const speaker = useSpeaker({
    filter: both(...rules.map((rule) => asFilter(rule.filter))),
    object,
    objects,
    language,
    onChange: () => {},
  });
  const put = (index: number, rule: (typeof rules)[number] | null) =>
    onShape({ colors: rules.flatMap((one, at) => (at === index ? (rule ?? []) : one)) });
  return (
    <Popup
      wide
      label={say('colors')}
      trigger={(button) => (
        <Button {...button} kind="quiet" size="small" icon={Palette}>
          {say('colors')}
        </Button>
      )}
    >
      {() => (
        <div className="hk-form">
          {rules.map((rule, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rules are known by their place
            <div key={index} className="hk-rule">
              <select
                aria-label={say('color')}
                value={rule.color}
                onChange={(event) => put(index, { ...rule, color: event.target.value })}
              >
                {colors.map((color) => (
                  <option key={color} value={color}>
                    {say(`color_${color}`)}
                  </option>
                ))}
              </select>
              <GroupEditor
                filter={asFilter(rule.filter)}
                object={object}
                objects={objects}
                language={language}
                speaker={speaker}
                depth={1}
                onChange={(next) => put(index, next === null ? null : { ...rule, filter: next })}
              />
            </div>
          ))}
          {rules.length < 20 && (
            <Button
              kind="quiet"
              size="small"
              icon={Plus}
              onClick={() =>
                onShape({
                  colors: [
                    ...rules,
                    {
                      filter: { field: object.title, op: 'notEmpty' },
                      color: colors[rules.length % colors.length] ?? 'red',
                    },
                  ],
                })
              }
            >
              {say('addColor')}
            </Button>
          )}
        </div>
      )}
    </Popup>
  );
}
