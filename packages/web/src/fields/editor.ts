import type { FieldInfo } from '../data/api.ts';
import { inWords } from './text.ts';

// What the editors of all types share.

export interface EditorProps {
  readonly field: FieldInfo;
  readonly value?: unknown;
  readonly onChange?: (value: unknown) => void;
  readonly id?: string;
  readonly autoFocus?: boolean;
  /** Opens its choices at once: it was asked for by a click. */
  readonly eager?: boolean;
}

/** An editor whose caller surely listens. */
export interface InnerProps extends EditorProps {
  readonly onChange: (value: unknown) => void;
}

/** What every antd input takes alike. */
export function common({ field, id, autoFocus }: EditorProps) {
  return {
    ...(id === undefined ? {} : { id }),
    ...(autoFocus === true ? { autoFocus } : {}),
    'aria-label': inWords(field.label),
  };
}
