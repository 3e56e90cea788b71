// Names of files: what people typed, without what could harm a path, a header or a reader's eye.

const longest = 200;
// Control characters, what turns the direction of writing, and what can't be seen.
const unwanted = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffc]/gu;

/** At most 200 characters, one line, no separators; the ending is kept. Never empty. */
export function cleanName(name: string): string {
  const last =
    name
      .toWellFormed()
      .normalize('NFC')
      .split(/[/\\]/)
      .findLast((part) => part.trim() !== '') ?? '';
  const clean = last
    .replace(unwanted, '')
    .replace(/\s+/gu, ' ')
    .replace(/^[.\s]+|[.\s]+$/gu, '');
  const characters = [...clean];
  if (characters.length <= longest) return clean || 'file';
  const ending = /\.[\p{L}\p{N}]{1,10}$/u.exec(clean)?.[0] ?? '';
  return (
    characters
      .slice(0, longest - [...ending].length)
      .join('')
      .trimEnd() + ending
  );
}
