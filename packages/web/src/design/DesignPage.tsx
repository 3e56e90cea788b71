import { Plus, SquarePen } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { FieldInfo } from '../data/api.ts';
import { Editor } from '../fields/FieldEditor.tsx';
import { Value } from '../fields/FieldValue.tsx';
import { defineWords } from '../words/define.ts';
import { Avatar } from './Avatar.tsx';
import { Button } from './Button.tsx';
import styles from './DesignPage.module.css';
import { iconNames, iconOf } from './icons.ts';
import { Kbd } from './Kbd.tsx';
import { PageHead } from './PageHead.tsx';
import { Segments } from './Segments.tsx';
import { Sheet } from './Sheet.tsx';
import { Empty, Failure, Notice, Skeleton } from './State.tsx';
import { Tag } from './Tag.tsx';
import { TextField } from './TextField.tsx';
import { toast } from './toast.tsx';

// Every part in every state, on one page, to look at in both languages, light and dark, wide and narrow.

const useWords = defineWords(
  'designPage',
  {
    title: '设计系统',
    type: '文字',
    colours: '颜色',
    buttons: '按钮',
    fields: '输入',
    values: '值',
    states: '状态',
    icons: '图标',
    layers: '浮层',
    sample: '汇客把各渠道的客户汇到一处，2026 年 11 月 25 日，¥12,345.60',
    primary: '保存',
    plain: '取消',
    quiet: '更多',
    danger: '删除',
    busy: '保存中',
    disabled: '不可用',
    label: '客户名称',
    hint: '和营业执照一致',
    wrong: '必填',
    empty: '还没有客户',
    emptyHint: '新建第一位，或导入一张表格。',
    long: '四川成都高新技术产业开发区天府大道中段某某科技股份有限责任公司第二分公司西南大区办事处',
    open: '打开',
    one: '详情',
    two: '历史',
  },
  {
    title: 'Design system',
    type: 'Type',
    colours: 'Colours',
    buttons: 'Buttons',
    fields: 'Input',
    values: 'Values',
    states: 'States',
    icons: 'Icons',
    layers: 'Layers',
    sample: 'Huike brings every channel’s customers together, 25 November 2026, ¥12,345.60',
    primary: 'Save',
    plain: 'Cancel',
    quiet: 'More',
    danger: 'Delete',
    busy: 'Saving',
    disabled: 'Not available',
    label: 'Name',
    hint: 'As on the licence',
    wrong: 'Required',
    empty: 'No customers yet',
    emptyHint: 'Create the first one, or import a spreadsheet.',
    long: 'The Southwest Regional Office of the Second Branch of a Rather Long-Named Technology Company Limited',
    open: 'Open',
    one: 'Details',
    two: 'History',
  },
);

const sizes = ['2xl', 'xl', 'lg', 'md', 'sm', 'xs'];
const grounds = [
  'ground',
  'ground-nav',
  'ground-sunk',
  'ground-raised',
  'line',
  'line-strong',
  'accent',
  'accent-soft',
];
const inks = ['ink', 'ink-2', 'ink-3', 'accent-text', 'danger', 'warning', 'success', 'info'];
const tags = ['grey', 'blue', 'green', 'red', 'orange', 'yellow', 'purple', 'pink', 'cyan'];

const options = [
  { value: 'new', label: { zh: '新建', en: 'New' }, color: 'blue' },
  { value: 'won', label: { zh: '成交', en: 'Won' }, color: 'green' },
];
const field = (type: string, zh: string, en: string): FieldInfo => ({
  name: type,
  type,
  label: { zh, en },
  system: false,
  required: false,
  right: 'edit',
  options,
});
const values: readonly (readonly [FieldInfo, unknown])[] = [
  [field('text', '文本', 'Text'), '<b>不是</b> markup'],
  [field('longText', '多行', 'Long text'), 'A\nB'],
  [field('number', '数字', 'Number'), 1234567.5],
  [field('money', '金额', 'Money'), { amount: '12345.60', currency: 'CNY' }],
  [field('percent', '百分比', 'Percent'), '12.5'],
  [field('date', '日期', 'Date'), '2026-11-25'],
  [field('dateTime', '时间', 'Time'), '2026-11-25T01:30:00Z'],
  [field('boolean', '是否', 'Yes or no'), true],
  [field('option', '选项', 'Option'), 'won'],
  [field('options', '多选', 'Options'), ['new', 'won']],
  [field('phone', '电话', 'Phone'), '+8613800138000'],
  [field('email', '邮箱', 'E-mail'), 'zhang@example.com'],
  [field('url', '网址', 'Address'), 'https://example.com/a'],
  [
    field('address', '地址', 'Place'),
    { province: '四川省', city: '成都市', district: '武侯区', street: '天府大道 1 号' },
  ],
  [field('geo', '位置', 'Point'), { lat: 30.57, lng: 104.06 }],
  [field('user', '人员', 'Person'), { id: 'x', name: '陈思远' }],
  [field('text', '空', 'Unset'), null],
];

export function DesignPage() {
  const say = useWords();
  const [open, setOpen] = useState(false);
  const [segment, setSegment] = useState<'one' | 'two'>('one');
  return (
    <>
      <PageHead title={say('title')}>
        <Button kind="primary" icon={Plus}>
          {say('primary')}
        </Button>
      </PageHead>
      <div className={styles.page} data-showcase>
        <Part title={say('type')}>
          {sizes.map((size) => (
            <p key={size} style={{ fontSize: `var(--text-${size})` }}>
              {say('sample')}
            </p>
          ))}
        </Part>
        <Part title={say('colours')}>
          <div className={styles.row}>
            {grounds.map((name) => (
              <span key={name} className={styles.swatch} style={{ background: `var(--${name})` }} title={name} />
            ))}
          </div>
          <div className={styles.row}>
            {inks.map((name) => (
              <span key={name} style={{ color: `var(--${name})` }}>
                {name}
              </span>
            ))}
          </div>
          <div className={styles.row}>
            {tags.map((name) => (
              <Tag key={name} color={name}>
                {name}
              </Tag>
            ))}
          </div>
        </Part>
        <Part title={say('buttons')}>
          {(['small', 'medium', 'large'] as const).map((size) => (
            <div className={styles.row} key={size}>
              {(['primary', 'plain', 'quiet', 'danger'] as const).map((kind) => (
                <Button key={kind} kind={kind} size={size}>
                  {say(kind)}
                </Button>
              ))}
              <Button size={size} icon={SquarePen} aria-label={say('open')} />
              <Button size={size} kind="primary" busy>
                {say('busy')}
              </Button>
              <Button size={size} disabled>
                {say('disabled')}
              </Button>
            </div>
          ))}
        </Part>
        <Part title={say('fields')}>
          <div className={styles.grid}>
            <TextField label={say('label')} hint={say('hint')} placeholder={say('hint')} />
            <TextField label={say('label')} error={say('wrong')} />
            <TextField label={say('label')} defaultValue={say('long')} />
            <TextField label={say('label')} type="password" defaultValue="secret" />
          </div>
          <Segments
            label={say('fields')}
            value={segment}
            onChange={setSegment}
            options={[
              { value: 'one', label: say('one') },
              { value: 'two', label: say('two') },
            ]}
          />
        </Part>
        <Part title={say('values')}>
          <Values />
        </Part>
        <Part title={say('states')}>
          <Notice>{say('sample')}</Notice>
          <Notice tone="warning">{say('sample')}</Notice>
          <Notice tone="danger">{say('sample')}</Notice>
          <Notice tone="success">{say('sample')}</Notice>
          <Skeleton />
          <Empty title={say('empty')} actions={<Button kind="primary">{say('primary')}</Button>}>
            {say('emptyHint')}
          </Empty>
          <Failure error={new Error(say('long'))} retry={() => {}} />
        </Part>
        <Part title={say('layers')}>
          <div className={styles.row}>
            <Button onClick={() => setOpen(true)}>{say('open')}</Button>
            <Button onClick={() => toast(say('sample'), { action: { label: say('quiet'), run: () => {} } })}>
              {say('quiet')}
            </Button>
            <Kbd keys="mod+k" />
            <Avatar name="陈思远" size={32} />
            <Avatar name="Zhang Wei" size={32} />
            <Avatar name={say('long')} size={32} square />
          </div>
          <Sheet open={open} onClose={() => setOpen(false)} label={say('layers')}>
            <Empty title={say('long')}>{say('emptyHint')}</Empty>
          </Sheet>
        </Part>
        <Part title={say('icons')}>
          <div className={styles.row}>
            {iconNames.map((name) => {
              const Glyph = iconOf(name);
              return (
                <span key={name} title={name}>
                  <Glyph size={18} />
                </span>
              );
            })}
          </div>
        </Part>
      </div>
    </>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className={styles.part}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Values() {
  const [given, setGiven] = useState<Readonly<Record<string, unknown>>>(
    Object.fromEntries(values.map(([info, value]) => [info.label.en, value])),
  );
  return (
    <div className={styles.values}>
      {values.map(([info]) => (
        <div key={info.label.en}>
          <div>
            <Value field={info} value={given[info.label.en]} />
          </div>
          <Editor
            field={info}
            value={given[info.label.en]}
            onChange={(value) => setGiven((all) => ({ ...all, [info.label.en]: value }))}
          />
        </div>
      ))}
    </div>
  );
}
