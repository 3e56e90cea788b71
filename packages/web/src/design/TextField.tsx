import { Eye, EyeOff } from 'lucide-react';
import { type InputHTMLAttributes, type ReactNode, useId, useState } from 'react';
import styles from './TextField.module.css';
import { useWords } from './words.ts';

interface FieldProps {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
}

/** A native input with its label, hint and mistake: for pages that come before the rest is loaded. */
export function TextField({
  label,
  hint,
  error,
  type = 'text',
  ...rest
}: FieldProps & Omit<InputHTMLAttributes<HTMLInputElement>, 'id' | 'className'>) {
  const id = useId();
  const say = useWords();
  const [shown, setShown] = useState(false);
  const isPassword = type === 'password';
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <div className={styles.box}>
        <input
          {...rest}
          id={id}
          type={isPassword && shown ? 'text' : type}
          aria-invalid={error !== undefined}
          aria-describedby={`${id}-more`}
        />
        {isPassword && (
          <button
            type="button"
            aria-label={say(shown ? 'hidePassword' : 'showPassword')}
            aria-pressed={shown}
            onClick={() => setShown(!shown)}
          >
            {shown ? <EyeOff size={16} /> : <Eye size={16} />}
          </button>
        )}
      </div>
      {(error ?? hint) !== undefined && (
        <div id={`${id}-more`} className={error === undefined ? styles.hint : styles.error}>
          {error ?? hint}
        </div>
      )}
    </div>
  );
}

/** A native choice among few, in the same clothes. */
export function ChoiceField({
  label,
  hint,
  value,
  onChange,
  options,
}: FieldProps & {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly options: readonly { readonly value: string; readonly label: string }[];
}) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <div className={styles.box}>
        <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      </div>
      {hint !== undefined && <div className={styles.hint}>{hint}</div>}
    </div>
  );
}
