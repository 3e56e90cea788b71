import type { ObjectInfo, RecordData } from '../data/api.ts';
import { Tag } from '../design/Tag.tsx';
import { type Column, fieldAt, valueAt } from '../grid/columns.ts';
import { optionColor } from '../grid/paint.ts';
import { isEmpty, labelIn, optionLabel, plainText, type Reader, textOf } from '../grid/text.ts';

interface CardProps {
  readonly object: ObjectInfo;
  readonly record: RecordData;
  readonly columns: readonly Column[];
  readonly reader: Reader;
  /** Fields that the place of the card tells already. */
  readonly without?: string | undefined;
}

const most = 5;

/** A record in short: its title, and those of the view's fields that it has. */
export function CardBody({ object, record, columns, reader, without }: CardProps) {
  const shown = columns
    .filter(({ path }) => path !== object.title && path !== without && !isEmpty(valueAt(record, path)))
    .slice(0, most);
  return (
    <>
      <b>{titleOf(object, record, reader)}</b>
      {shown.length > 0 && (
        <dl>
          {shown.map(({ path, label, field }) => {
            const value = valueAt(record, path);
            return (
              <div key={path} style={{ display: 'contents' }}>
                <dt>{labelIn(label, reader.language)}</dt>
                <dd>
                  {field.type === 'option' ? (
                    <Tag color={optionColor(field, value)}>{optionLabel(field, value, reader.language)}</Tag>
                  ) : (
                    textOf(field, value, reader)
                  )}
                </dd>
              </div>
            );
          })}
        </dl>
      )}
    </>
  );
}

export function titleOf(object: ObjectInfo, record: RecordData, reader: Reader): string {
  const field = fieldAt([], object, object.title);
  const value = record[object.title];
  return (field === undefined ? plainText(value) : textOf(field, value, reader)) || record.id.slice(-8);
}
