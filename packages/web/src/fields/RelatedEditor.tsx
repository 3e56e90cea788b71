import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useState } from 'react';
import { get, type Page } from '../data/api.ts';
import { useObject } from '../data/metadata.ts';
import { common, type InnerProps } from './editor.ts';
import { asList, idIn, inWords, titleIn } from './text.ts';
import { useWords } from './words.ts';

interface Choice {
  readonly value: string;
  readonly label: string;
}

/** One or several records of another object, found by name, pinyin initials or the last digits of a phone. */
export function RelatedEditor(props: InnerProps) {
  const { field, value, onChange } = props;
  const say = useWords();
  const [text, setText] = useState('');
  const [open, setOpen] = useState(props.eager === true);
  const object = useObject(field.target ?? '');
  const title = object?.title ?? 'id';
  const isMany = field.type === 'relations';
  const found = useQuery({
    queryKey: ['related', field.target, text.trim()],
    enabled: object !== undefined && open,
    placeholderData: (before) => before,
    queryFn: () => find(field.target ?? '', title, text.trim()),
  });
  const chosen = asList(value).flatMap((one): Choice[] => {
    const id = idIn(one);
    return id === null ? [] : [{ value: id, label: titleIn(one) || '—' }];
  });
  const options = [
    ...(found.data ?? []),
    ...chosen.filter((one) => found.data?.every((other) => other.value !== one.value) ?? true),
  ];
  const recordOf = (id: string) => {
    const known = options.find((option) => option.value === id);
    return { id, [title === 'id' ? 'name' : title]: known?.label ?? id };
  };
  return (
    <Select
      {...common(props)}
      {...(isMany ? { mode: 'multiple' as const } : {})}
      style={{ width: '100%' }}
      defaultOpen={props.eager === true}
      allowClear
      placeholder={say('findRelated', { object: object === undefined ? '' : inWords(object.label) })}
      showSearch={{ filterOption: false, onSearch: setText }}
      loading={found.isFetching}
      notFoundContent={found.isFetching ? null : say('nothing')}
      value={isMany ? chosen.map((one) => one.value) : chosen[0]?.value}
      options={options}
      onOpenChange={setOpen}
      onChange={(next: unknown) => {
        const ids = asList(next).map(String);
        const [first] = ids;
        onChange(isMany ? ids.map(recordOf) : first === undefined ? null : recordOf(first));
      }}
    />
  );
}

async function find(object: string, title: string, text: string): Promise<readonly Choice[]> {
  if (text !== '') {
    const { data } = await get<{ data: readonly { id: string; title: string | null }[] }>(
      `search?q=${encodeURIComponent(text)}&objects=${object}&limit=20`,
    );
    return data.map((one) => ({ value: one.id, label: one.title ?? '—' }));
  }
  const fields = title === 'id' ? 'id' : `id,${title}`;
  const { data } = await get<Page>(`records/${object}?fields=${fields}&sort=-createdAt&limit=20`);
  return data.map((record) => ({ value: record.id, label: String(record[title] ?? '—') }));
}
