import { useEffect, useRef } from 'react';
import { Button } from '../design/Button.tsx';
import type { Misfit } from './clipboard.ts';
import type { Decision, Question } from './edits.ts';
import { labelIn, type Reader, textOf } from './text.ts';
import { useGridWords } from './words.ts';

// What the person decides: what to do about a clash with somebody else, about what the server refused, about what
// a paste can't put where it should go. At the side, so that the cells in question stay in sight.

const shown = 50;

interface AskedProps {
  readonly question: Question;
  readonly reader: Reader;
  readonly rowOf: (id: string) => number;
  readonly onDecide: (decision: Decision) => void;
}

export function Asked({ question, reader, rowOf, onDecide }: AskedProps) {
  const say = useGridWords();
  const { kind, items, rest } = question;
  const name = (index: number) => {
    const change = items[index]?.change;
    if (change === undefined) return '';
    return say('atRow', { row: rowOf(change.id) + 1, name: labelIn(change.column.label, reader.language) });
  };
  if (kind === 'refused') {
    return (
      <Aside title={say('refusedTitle', { count: items.length })} onClose={() => onDecide('cancel')}>
        <ul>
          {items.slice(0, shown).map(({ change, message }, index) => (
            <li key={`${change.id} ${change.column.path}`}>
              <b>{name(index)}</b>
              <span>{textOf(change.column.field, change.after, reader)}</span>
              <em>{message}</em>
            </li>
          ))}
        </ul>
        <div className="hk-foot-actions">
          <Button onClick={() => onDecide('cancel')}>{say('giveUp')}</Button>
          {rest > 0 && (
            <Button kind="primary" onClick={() => onDecide('rest')}>
              {say('saveRest', { count: rest })}
            </Button>
          )}
        </div>
      </Aside>
    );
  }
  const by = items.find((item) => item.by !== undefined)?.by ?? say('someone');
  return (
    <Aside title={say('conflictTitle', { by })} onClose={() => onDecide('cancel')}>
      <ul>
        {items.slice(0, shown).map(({ change, theirs }, index) => (
          <li key={`${change.id} ${change.column.path}`}>
            <b>{name(index)}</b>
            <dl>
              <dt>{say('theirsIs')}</dt>
              <dd>{textOf(change.column.field, theirs, reader) || say('empty')}</dd>
              <dt>{say('mineIs')}</dt>
              <dd>{textOf(change.column.field, change.after, reader) || say('empty')}</dd>
            </dl>
          </li>
        ))}
      </ul>
      <div className="hk-foot-actions">
        <Button onClick={() => onDecide('theirs')}>{say('theirs')}</Button>
        <Button kind="primary" onClick={() => onDecide('mine')}>
          {say('mine')}
        </Button>
      </div>
    </Aside>
  );
}

interface MisfitsProps {
  readonly misfits: readonly Misfit[];
  readonly fits: number;
  readonly reader: Reader;
  readonly onDecide: (paste: boolean) => void;
}

export function Misfits({ misfits, fits, reader, onDecide }: MisfitsProps) {
  const say = useGridWords();
  return (
    <Aside title={say('pasteTitle', { count: misfits.length })} onClose={() => onDecide(false)}>
      <ul>
        {misfits.slice(0, shown).map(({ row, column, text, reason }) => (
          <li key={`${row} ${column.path}`}>
            <b>{say('atRow', { row: row + 1, name: labelIn(column.label, reader.language) })}</b>
            <span>{text}</span>
            <em>{say(`reason_${reason}`)}</em>
          </li>
        ))}
      </ul>
      <div className="hk-foot-actions">
        <Button onClick={() => onDecide(false)}>{say('cancel')}</Button>
        {fits > 0 && (
          <Button kind="primary" onClick={() => onDecide(true)}>
            {say('pasteRest', { count: fits })}
          </Button>
        )}
      </div>
    </Aside>
  );
}

function Aside({
  title,
  onClose,
  children,
}: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: React.ReactNode;
}) {
  const panel = useRef<HTMLElement>(null);
  useEffect(() => panel.current?.querySelector<HTMLElement>('.hk-foot-actions button:last-child')?.focus(), []);
  return (
    <section
      ref={panel}
      className="hk-aside"
      aria-label={title}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Escape') onClose();
      }}
    >
      <h2>{title}</h2>
      {children}
    </section>
  );
}
