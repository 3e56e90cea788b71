import { Input, Select } from 'antd';
import { LocateFixed } from 'lucide-react';
import { useMetadata } from '../data/metadata.ts';
import { Button } from '../design/Button.tsx';
import { toast } from '../design/toast.tsx';
import { common, type InnerProps } from './editor.ts';
import styles from './fields.module.css';
import { addressParts, inWords, isRecord } from './text.ts';
import { useWords } from './words.ts';

// Values of several parts, each in a box of its own.

const currencies = ['CNY', 'HKD', 'TWD', 'USD', 'EUR', 'GBP', 'JPY', 'SGD'];

/** An amount and its currency: the company's unless another is chosen. */
export function MoneyEditor(props: InnerProps) {
  const { value, onChange } = props;
  const say = useWords();
  const own = useMetadata().data?.company.currency ?? 'CNY';
  const currency = isRecord(value) && typeof value.currency === 'string' ? value.currency : own;
  const amount = isRecord(value) ? String(value.amount ?? '') : String(value ?? '');
  const change = (next: string, of: string) => {
    const cleaned = next.replace(/[，,\s¥$€]/g, '');
    onChange(cleaned === '' ? null : { amount: cleaned, currency: of });
  };
  return (
    <div className={styles.pair}>
      <Input
        {...common(props)}
        inputMode="decimal"
        value={amount}
        onChange={(event) => change(event.target.value, currency)}
      />
      <Select
        aria-label={say('currency')}
        style={{ width: 92 }}
        value={currency}
        options={[...new Set([own, currency, ...currencies])].map((code) => ({ value: code, label: code }))}
        onChange={(next) => change(amount, next)}
      />
    </div>
  );
}

/** 省市区 and the rest; what isn't shown of an address stays as it is. */
export function AddressEditor({ field, value, onChange, id }: InnerProps) {
  const say = useWords();
  const parts = isRecord(value) ? value : {};
  const change = (part: string, text: string) => {
    const next = Object.entries({ ...parts, [part]: text || null }).filter(([, kept]) => kept !== null);
    onChange(next.length === 0 ? null : Object.fromEntries(next));
  };
  return (
    <fieldset className={styles.parts} aria-label={inWords(field.label)}>
      {addressParts.map((part, at) => (
        <Input
          key={part}
          {...(at === 0 && id !== undefined ? { id } : {})}
          aria-label={say(part)}
          placeholder={say(part)}
          value={String(parts[part] ?? '')}
          onChange={(event) => change(part, event.target.value)}
        />
      ))}
    </fieldset>
  );
}

/** Latitude and longitude, or where the browser is. */
export function GeoEditor({ field, value, onChange, id }: InnerProps) {
  const say = useWords();
  const { lat = '', lng = '' } = isRecord(value) ? value : {};
  const change = (next: { readonly lat: unknown; readonly lng: unknown }) => {
    const read = (one: unknown) => (String(one).trim() === '' || Number.isNaN(Number(one)) ? one : Number(one));
    onChange(String(next.lat) === '' && String(next.lng) === '' ? null : { lat: read(next.lat), lng: read(next.lng) });
  };
  const locate = () =>
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => onChange({ lat: Number(coords.latitude.toFixed(6)), lng: Number(coords.longitude.toFixed(6)) }),
      () => toast(say('noPosition'), { tone: 'failed' }),
      { timeout: 10_000 },
    );
  return (
    <fieldset className={styles.pair} aria-label={inWords(field.label)}>
      <Input
        {...(id === undefined ? {} : { id })}
        inputMode="decimal"
        aria-label={say('latitude')}
        placeholder={say('latitude')}
        value={String(lat)}
        onChange={(event) => change({ lat: event.target.value, lng })}
      />
      <Input
        inputMode="decimal"
        aria-label={say('longitude')}
        placeholder={say('longitude')}
        value={String(lng)}
        onChange={(event) => change({ lat, lng: event.target.value })}
      />
      <Button icon={LocateFixed} aria-label={say('here')} title={say('here')} onClick={locate} />
    </fieldset>
  );
}
