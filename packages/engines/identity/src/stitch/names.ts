// Whether two names can be one person's or company's, for the question whether a number changed hands.

const titles = /(先生|女士|小姐|老师|经理|总|师傅|同学)$/u;

/** Only a rough look: what isn't plainly different passes. */
export function sameName(a: string, b: string): boolean {
  const [one, other] = [plainName(a), plainName(b)];
  if (one === '' || other === '') return true;
  return (
    one.includes(other) || other.includes(one) || one.split('').sort().join('') === other.split('').sort().join('')
  );
}

/** A name without what spelling and courtesy add. */
export const plainName = (name: string) =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s·.,'-]/g, '')
    .replace(titles, '');
