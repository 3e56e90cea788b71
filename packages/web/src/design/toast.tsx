import { CircleAlert, CircleCheck, X } from 'lucide-react';
import { create } from 'zustand';
import styles from './toast.module.css';
import { useWords } from './words.ts';

// What was done, in a line at the foot of the page, with a way to take it back.

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: 'done' | 'failed';
  readonly action?: { readonly label: string; readonly run: () => void };
}

const useToasts = create<{ readonly toasts: readonly Toast[] }>(() => ({ toasts: [] }));
let last = 0;

function close(id: number): void {
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }));
}

/** Shows a line for a while: longer when there is something to press. */
export function toast(text: string, options: Partial<Pick<Toast, 'tone' | 'action'>> = {}): void {
  const id = ++last;
  const made: Toast = { id, text, tone: options.tone ?? 'done', ...options };
  useToasts.setState(({ toasts }) => ({ toasts: [...toasts.slice(-2), made] }));
  setTimeout(() => close(id), options.action !== undefined || options.tone === 'failed' ? 9_000 : 3_500);
}

/** Says what the server said. */
export function toastError(error: unknown): void {
  toast(error instanceof Error ? error.message : String(error), { tone: 'failed' });
}

export function Toasts() {
  const { toasts } = useToasts();
  const say = useWords();
  return (
    <div className={styles.toasts} role="status" aria-live="polite">
      {toasts.map(({ id, text, tone, action }) => (
        <div key={id} className={styles.toast}>
          {tone === 'done' ? (
            <CircleCheck size={16} className={styles.done} />
          ) : (
            <CircleAlert size={16} className={styles.failed} />
          )}
          <span>{text}</span>
          {action !== undefined && (
            <button
              type="button"
              className={styles.action}
              onClick={() => {
                close(id);
                action.run();
              }}
            >
              {action.label}
            </button>
          )}
          <button type="button" className={styles.close} aria-label={say('close')} onClick={() => close(id)}>
            <X size={14} />
          </button>
        </div>
      ))}
    </div>
  );
}
