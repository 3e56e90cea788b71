import styles from './Avatar.module.css';
import type { TagColour } from './Tag.tsx';

const colours: readonly TagColour[] = ['blue', 'green', 'orange', 'purple', 'pink', 'cyan', 'yellow', 'red'];

/** 陈思远 is 思远 in a circle: the given name is how colleagues call one another. Latin names give two initials. */
function short(name: string): string {
  const trimmed = name.trim();
  if (trimmed === '') return '?';
  if (/\p{Script=Han}/u.test(trimmed)) return [...trimmed].slice(-2).join('');
  const words = trimmed.split(/\s+/);
  return words
    .slice(0, 2)
    .map((word) => [...word][0] ?? '')
    .join('')
    .toUpperCase();
}

function colourOf(text: string): TagColour {
  let sum = 0;
  for (const sign of text) sum = (sum * 31 + (sign.codePointAt(0) ?? 0)) >>> 0;
  return colours[sum % colours.length] ?? 'blue';
}

/** A person or a company by its name; a picture where there is one. */
export function Avatar({
  name,
  src,
  size = 24,
  square = false,
}: {
  readonly name: string;
  readonly src?: string | undefined;
  readonly size?: number;
  readonly square?: boolean;
}) {
  const colour = colourOf(name);
  const text = square ? ([...name.trim()][0] ?? '?').toUpperCase() : short(name);
  return (
    <span
      aria-hidden
      className={styles.avatar}
      style={{
        width: size,
        height: size,
        fontSize: Math.max(9, size * (text.length > 1 ? 0.38 : 0.5)),
        borderRadius: square ? Math.max(5, size * 0.24) : '50%',
        background: `var(--tag-${colour})`,
        color: `var(--tag-${colour}-ink)`,
      }}
    >
      {src === undefined ? text : <img src={src} alt="" width={size} height={size} />}
    </span>
  );
}
