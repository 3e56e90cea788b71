import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { AutoComplete, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { get } from '../../data/api.ts';
import { useLabel, useMetadata } from '../../data/metadata.ts';

interface Found {
  readonly object: string;
  readonly id: string;
  readonly title: string | null;
}

/** Search across objects as one types. */
export function SearchBox() {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const go = useNavigate();
  const label = useLabel();
  const { data: metadata } = useMetadata();
  const found = useQuery({
    queryKey: ['search', text],
    enabled: text.trim() !== '',
    queryFn: () => get<{ data: readonly Found[] }>(`search?q=${encodeURIComponent(text)}&limit=20`),
    placeholderData: (before) => before,
  });
  const options = (found.data?.data ?? []).map((record) => {
    const object = metadata?.objects.find((one) => one.name === record.object);
    return {
      value: `${record.object}/${record.id}`,
      label: `${record.title ?? '—'} · ${object === undefined ? record.object : label(object.label)}`,
    };
  });
  const open = (value: string) => {
    const [object = '', id = ''] = value.split('/');
    setText('');
    void go({ to: '/$object/$id', params: { object, id } });
  };
  const nothing = text.trim() === '' || found.isFetching ? null : t('nothingFound', { text });
  return (
    <AutoComplete
      style={{ width: '100%' }}
      value={text}
      options={options}
      showSearch={{ onSearch: setText }}
      onSelect={open}
      notFoundContent={nothing}
    >
      <Input placeholder={t('search')} aria-label={t('search')} allowClear />
    </AutoComplete>
  );
}
