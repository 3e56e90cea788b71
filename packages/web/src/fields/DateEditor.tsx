import { DatePicker } from 'antd';
import dayjs from 'dayjs';
import 'dayjs/locale/zh-cn';
import { useZone } from '../data/session.ts';
import { common, type InnerProps } from './editor.ts';
import styles from './fields.module.css';
import { fromLocalInput, localInput } from './time.ts';

/** A day, or a moment on the viewer's own clock. */
export default function DateEditor(props: InnerProps) {
  const { field, value, onChange } = props;
  const zone = useZone();
  const withTime = field.type === 'dateTime';
  const text = typeof value === 'string' ? value : '';
  const local = withTime && text !== '' ? localInput(text, zone) : text;
  const parsed = local === '' ? null : dayjs(local);
  return (
    <DatePicker
      {...common(props)}
      className={styles.whole ?? ''}
      defaultOpen={props.eager === true}
      format={withTime ? 'YYYY-MM-DD HH:mm' : 'YYYY-MM-DD'}
      showTime={withTime ? { format: 'HH:mm' } : false}
      value={parsed?.isValid() === true ? parsed : null}
      onChange={(next) => {
        if (next === null) onChange(null);
        else onChange(withTime ? fromLocalInput(next.format('YYYY-MM-DDTHH:mm'), zone) : next.format('YYYY-MM-DD'));
      }}
    />
  );
}
