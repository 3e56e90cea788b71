import { Plus, Trash2 } from 'lucide-react';
import type { ComponentType } from 'react';
import { useObject } from '../data/metadata.ts';
import { Button } from '../design/Button.tsx';
import type { EditorProps, InnerProps } from './editor.ts';
import styles from './fields.module.css';
import { rowFieldsOf } from './rows.ts';
import { asList, inWords, isRecord } from './text.ts';
import { useWords } from './words.ts';
import { isEditable } from './written.ts';

let made = 0;

/** The rows of a table field, in place. A row that isn't kept yet goes by a mark of its own. */
export default function RowsEditor({
  field,
  value,
  onChange,
  Cell,
}: InnerProps & { readonly Cell: ComponentType<EditorProps> }) {
  const say = useWords();
  const object = useObject(field.target ?? '');
  const columns = object === undefined ? [] : rowFieldsOf(object).filter(isEditable);
  const rows = asList(value).filter(isRecord);
  const change = (at: number, name: string, next: unknown) =>
    onChange(rows.map((row, index) => (index === at ? { ...row, [name]: next } : row)));
  return (
    <div className={styles.lines}>
      <table aria-label={inWords(field.label)}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.name}>{inWords(column.label)}</th>
            ))}
            <th>
              <span className="unseen">{say('actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={String(row.id ?? row['~new'])}>
              {columns.map((column) => (
                <td key={column.name} className={styles.cell}>
                  <Cell field={column} value={row[column.name]} onChange={(next) => change(at, column.name, next)} />
                </td>
              ))}
              <td className={styles.last}>
                <Button
                  kind="quiet"
                  icon={Trash2}
                  aria-label={say('removeRow')}
                  onClick={() => onChange(rows.filter((_, index) => index !== at))}
                />
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td colSpan={columns.length + 1}>
              <Button kind="quiet" size="small" icon={Plus} onClick={() => onChange([...rows, { '~new': ++made }])}>
                {say('addRow')}
              </Button>
            </td>
          </tr>
        </tfoot>
      </table>
    </div>
  );
}
