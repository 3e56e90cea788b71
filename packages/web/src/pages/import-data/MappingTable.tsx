import { Select } from 'antd';
import { useState } from 'react';
import type { ObjectInfo } from '../../data/api.ts';
import { useLabel } from '../../data/metadata.ts';
import { Button } from '../../design/Button.tsx';
import { addressParts } from '../../fields/text.ts';
import { useWords as useFieldWords } from '../../fields/words.ts';
import { isEditable } from '../../fields/written.ts';
import styles from './import.module.css';
import type { Report } from './report.ts';
import { useWords } from './words.ts';

/** Which column goes to which field; what is changed is tried again. */
export function MappingTable({
  object,
  mapping,
  busy,
  onTry,
}: {
  readonly object: ObjectInfo;
  readonly mapping: Report['mapping'];
  readonly busy: boolean;
  readonly onTry: (mapping: Report['mapping']) => void;
}) {
  const say = useWords();
  const sayField = useFieldWords();
  const label = useLabel();
  const [chosen, setChosen] = useState(mapping);
  const targets = object.fields.filter(
    (field) => (isEditable(field) && !['table', 'file', 'image'].includes(field.type)) || field.type === 'autoNumber',
  );
  const options = [
    { value: '', label: say('skip') },
    ...targets.flatMap((field) => [
      { value: field.name, label: label(field.label) },
      ...(field.type === 'address'
        ? addressParts.map((part) => ({
            value: `${field.name}.${part}`,
            label: `${label(field.label)} · ${sayField(part)}`,
          }))
        : []),
    ]),
  ];
  const known = new Set(options.map(({ value }) => value));
  const changed = Object.entries(chosen).some(([column, target]) => mapping[column] !== target);
  return (
    <section className={styles.section}>
      <h2>{say('mapping')}</h2>
      <div className={styles.table}>
        <table>
          <thead>
            <tr>
              <th>{say('column')}</th>
              <th>{say('field')}</th>
            </tr>
          </thead>
          <tbody>
            {Object.entries(chosen).map(([column, target]) => (
              <tr key={column}>
                <td>{column}</td>
                <td>
                  <Select
                    style={{ width: '100%' }}
                    aria-label={column}
                    showSearch={{ optionFilterProp: 'label' }}
                    value={target ?? ''}
                    options={
                      target === null || known.has(target) ? options : [...options, { value: target, label: target }]
                    }
                    onChange={(next) => setChosen((all) => ({ ...all, [column]: next === '' ? null : next }))}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {changed && (
        <div>
          <Button kind="primary" busy={busy} onClick={() => onTry(chosen)}>
            {say('again')}
          </Button>
        </div>
      )}
    </section>
  );
}
