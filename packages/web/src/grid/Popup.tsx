import { type ReactNode, useCallback, useId, useLayoutEffect, useRef, useState } from 'react';
import './popup.css';

interface PopupProps {
  /** What opens it: gets the properties of a button. */
  readonly trigger: (button: {
    readonly onClick: () => void;
    readonly ref: (element: HTMLElement | null) => void;
    readonly 'aria-expanded': boolean;
    readonly 'aria-haspopup': 'dialog' | 'menu';
  }) => ReactNode;
  readonly label: string;
  readonly menu?: boolean;
  readonly wide?: boolean;
  readonly children: (close: () => void) => ReactNode;
}

/** A panel beside a button, above everything else; closed by Escape and by a click beside it. */
export function Popup({ trigger, label, menu = false, wide = false, children }: PopupProps) {
  const anchor = useRef<HTMLElement | null>(null);
  const panel = useRef<HTMLDivElement | null>(null);
  const [open, setOpen] = useState(false);
  const id = useId();
  const close = useCallback(() => {
    setOpen(false);
    anchor.current?.focus();
  }, []);
  useLayoutEffect(() => {
    const element = panel.current;
    if (!open || element === null) return;
    element.showPopover();
    place(element, anchor.current);
    const first = element.querySelector<HTMLElement>('input, select, textarea, button, [tabindex]');
    first?.focus();
    const again = () => place(element, anchor.current);
    const observer = new ResizeObserver(again);
    observer.observe(element);
    window.addEventListener('resize', again);
    return () => {
      observer.disconnect();
      window.removeEventListener('resize', again);
    };
  }, [open]);
  return (
    <>
      {trigger({
        onClick: () => setOpen(!open),
        ref: (element) => {
          anchor.current = element;
        },
        'aria-expanded': open,
        'aria-haspopup': menu ? 'menu' : 'dialog',
      })}
      {open && (
        // biome-ignore lint/a11y/useAriaPropsSupportedByRole: a menu or a dialog, which both have names
        // biome-ignore lint/a11y/noStaticElementInteractions: the same
        <div
          ref={panel}
          id={id}
          popover="auto"
          className={wide ? 'hk-popup wide' : 'hk-popup'}
          role={menu ? 'menu' : 'dialog'}
          aria-label={label}
          onToggle={(event) => {
            if (event.target === panel.current && event.newState === 'closed') setOpen(false);
          }}
          onKeyDown={(event) => {
            event.stopPropagation();
            if (event.key === 'Escape') {
              event.preventDefault();
              close();
            } else if (menu) walk(event.currentTarget, event);
          }}
        >
          {children(close)}
        </div>
      )}
    </>
  );
}

/** Up and down among the items of a menu. */
function walk(menu: HTMLElement, event: { readonly key: string; preventDefault(): void }): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0) return;
  event.preventDefault();
  const items = [...menu.querySelectorAll<HTMLElement>('[role^="menuitem"]')];
  const at = items.indexOf(document.activeElement instanceof HTMLElement ? document.activeElement : menu);
  items[(at + step + items.length) % items.length]?.focus();
}

/** Below the anchor, or above where there is no room; within the window. */
export function place(element: HTMLElement, anchor: HTMLElement | null): void {
  const margin = 8;
  const from = anchor?.getBoundingClientRect() ?? new DOMRect();
  const { offsetWidth: width, offsetHeight: height } = element;
  const below = from.bottom + 4;
  const fits = below + height <= window.innerHeight - margin;
  const top = fits ? below : Math.max(margin, Math.min(from.top - height - 4, window.innerHeight - height - margin));
  const left = Math.max(margin, Math.min(from.left, window.innerWidth - width - margin));
  element.style.top = `${top}px`;
  element.style.left = `${left}px`;
}

/** One thing that a menu does. */
export function MenuItem({
  children,
  onSelect,
  checked,
}: {
  readonly children: ReactNode;
  readonly onSelect: () => void;
  readonly checked?: boolean;
}) {
  return (
    <button
      type="button"
      className="hk-item"
      {...(checked === undefined ? { role: 'menuitem' } : { role: 'menuitemradio', 'aria-checked': checked })}
      onClick={onSelect}
    >
      {checked !== undefined && <span className="hk-check">{checked ? '✓' : ''}</span>}
      {children}
    </button>
  );
}
