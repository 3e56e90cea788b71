import { Cascader } from 'antd';
import { common, type InnerProps } from './editor.ts';
import { asList, type CascadeNode, cascadeTree, inWords } from './text.ts';

interface Choice {
  readonly value: string;
  readonly label: string;
  readonly children?: Choice[];
}

const choice = ({ value, label, children }: CascadeNode): Choice => ({
  value,
  label: inWords(label),
  ...(children === undefined ? {} : { children: children.map(choice) }),
});

/** A path in a tree of choices; any step of it may be the last. */
export default function CascadeEditor(props: InnerProps) {
  const { field, value, onChange } = props;
  return (
    <Cascader<Choice>
      {...common(props)}
      style={{ width: '100%' }}
      defaultOpen={props.eager === true}
      changeOnSelect
      allowClear
      showSearch
      options={cascadeTree(field).map(choice)}
      value={asList(value).map(String)}
      onChange={(next) => onChange(next === undefined || next.length === 0 ? null : next)}
    />
  );
}
