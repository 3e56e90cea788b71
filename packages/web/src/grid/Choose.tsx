import { useQuery } from '@tanstack/react-query';
import { useId, useRef, useState } from 'react';
import { type FieldInfo, get, type Page } from '../data/api.ts';
import { useObject } from '../data/metadata.ts';
import { labelIn, plainText } from './text.ts';
import { useGridWords } from './words.ts';
import './choose.css';

export interface Choice {
  readonly key: string;
  readonly label: string;
  readonly value: unknown;
}

interface ChooseProps {
  readonly label: string;
  readonly choices: readonly Choice[];
  readonly chosen: readonly string[];
  readonly onChoose: (choice: Choice) => void;
  readonly onSearch?: (text: string) => void;
  readonly onLeave?: (how: 'escape' | 'tab' | 'backTab') => void;
  readonly initial?: string;
}

/** A box to search in, and what is found below it: arrows walk, Enter chooses. */
export function Choose({ label, choices, chosen, onChoose, onSearch, onLeave, initial = '' }: ChooseProps) {
  const say = useGridWords();
  const id = useId();
  const [text, setText] = useState(initial);
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const wanted = text.toLowerCase();
  const found = onSearch === undefined ? choices.filter((one) => one.label.toLowerCase().includes(wanted)) : choices;
  const active = Math.min(at, found.length - 1);
  const move = (to: number) => {
    const next = Math.max(0, Math.min(to, found.length - 1));
    setAt(next);
    list.current?.children[next]?.scrollIntoView({ block: 'nearest' });
  };
  return (
    <div className="hk-choose">
      <input
        role="combobox"
        aria-label={label}
        aria-expanded="true"
        aria-controls={id}
        aria-autocomplete="list"
        {...(active >= 0 ? { 'aria-activedescendant': `${id}-${active}` } : {})}
        placeholder={say('search')}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
          onSearch?.(event.target.value);
        }}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          event.stopPropagation();
          if (event.key === 'ArrowDown') move(active + 1);
          else if (event.key === 'ArrowUp') move(active - 1);
          else if (event.key === 'Enter') {
            const choice = found[active];
            if (choice !== undefined) onChoose(choice);
          } else if (event.key === 'Escape') onLeave?.('escape');
          else if (event.key === 'Tab' && onLeave !== undefined) onLeave(event.shiftKey ? 'backTab' : 'tab');
          else return;
          event.preventDefault();
        }}
      />
      <div id={id} ref={list} role="listbox" aria-label={label} className="hk-choices">
        {found.map((choice, index) => (
          <div
            key={choice.key}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            className={chosen.includes(choice.key) ? 'hk-item chosen' : 'hk-item'}
            onPointerDown={(event) => {
              event.preventDefault();
              onChoose(choice);
            }}
          >
            <span className="hk-check">{chosen.includes(choice.key) ? '✓' : ''}</span>
            {choice.label}
          </div>
        ))}
        {found.length === 0 && <p className="hk-nothing">{say('noOption')}</p>}
      </div>
    </div>
  );
}

/** The options of a field that may still be chosen. */
export function optionChoices(field: FieldInfo, language: 'zh' | 'en'): readonly Choice[] {
  return (field.options ?? [])
    .filter((option) => option.retired !== true)
    .map((option) => ({ key: option.value, label: labelIn(option.label, language), value: option.value }));
}

/** Records of an object whose title holds a text. */
function useFound(target: string | undefined, text: string): readonly Choice[] {
  const object = useObject(target ?? '');
  const title = object?.title ?? 'id';
  const found = useQuery({
    queryKey: ['list', target, 'found', text],
    enabled: object !== undefined,
    placeholderData: (before: Page | undefined) => before,
    queryFn: () => {
      const filter =
        text === ''
          ? ''
          : `&filter=${encodeURIComponent(JSON.stringify({ field: title, op: 'contains', value: text }))}`;
      return get<Page>(`records/${target}?fields=id,${title}&sort=${title}&limit=30${filter}`);
    },
  });
  return (found.data?.data ?? []).map((record) => ({
    key: record.id,
    label: plainText(record[title] ?? record.id),
    value: { id: record.id, [title]: record[title] },
  }));
}

/** Finds a related record by its title. */
export function ChooseRecord({
  target,
  chosen,
  ...rest
}: Omit<ChooseProps, 'choices' | 'onSearch'> & { readonly target: string | undefined }) {
  const [text, setText] = useState(rest.initial ?? '');
  const choices = useFound(target, text);
  return <Choose {...rest} choices={choices} chosen={chosen} onSearch={setText} />;
}
