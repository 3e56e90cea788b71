// SQL laid out for reading, so that a change of it is seen in review.

const clauses: readonly string[] = ['select', 'from', 'where', 'group by', 'order by', 'limit', 'union all'];
const joints: readonly string[] = ['and', 'or', 'when', 'else', 'join'];
/** What a bracket stands apart from; other words before one are calls. */
const apart = new Set(
  'and or in exists from where when then else not as select filter over by on all case any is'.split(' '),
);
const width = 110;

/** Each clause on a line of its own, indented as it is nested; what is short stays on its line. */
export function pretty(text: string): string {
  return `${laidOut(tokens(text), '')}\n`
    .replace(/ ,/g, ',')
    .replace(/ (?=::)/g, '')
    .replace(/([a-z_0-9]+) \(/g, (all, word: string) => (apart.has(word) ? all : `${word}(`));
}

/** Words, names and texts; what stands in brackets is a list of its own. */
type Token = string | readonly Token[];

function tokens(text: string): readonly Token[] {
  const root: Token[] = [];
  const open: Token[][] = [root];
  const words = text.matchAll(
    /(?:\w+\.)?"(?:[^"]|"")*"(?:\."(?:[^"]|"")*")*(?:\.\*)?|'(?:[^']|'')*'|[(),]|[^\s()'",]+/g,
  );
  for (const [word] of words) {
    const here = open.at(-1) ?? root;
    if (word === ')') open.pop();
    else if (word === '(') {
      const inner: Token[] = [];
      here.push(inner);
      open.push(inner);
    } else here.push(word);
  }
  return root;
}

const flat = (list: readonly Token[]): string =>
  list.map((token) => (typeof token === 'string' ? token : `(${flat(token)})`)).join(' ');

function laidOut(list: readonly Token[], indent: string): string {
  const lines: Token[][] = [];
  for (const [index, token] of list.entries()) {
    const phrases = [token, `${String(token)} ${String(list[index + 1])}`];
    const begins = phrases.some((phrase) => typeof phrase === 'string' && [...clauses, ...joints].includes(phrase));
    const line = lines.at(-1);
    if (line === undefined || begins) lines.push([token]);
    else line.push(token);
  }
  return lines
    .map((line) => {
      const isJoint = typeof line[0] === 'string' && joints.includes(line[0]);
      const here = isJoint ? `${indent}  ` : indent;
      return here + line.map((token) => (typeof token === 'string' ? token : bracketed(token, here))).join(' ');
    })
    .join('\n');
}

function bracketed(list: readonly Token[], indent: string): string {
  const whole = flat(list);
  const isShort = whole.length + indent.length <= width && !(whole.startsWith('select ') && whole.includes(' from '));
  return isShort ? `(${whole})` : `(\n${laidOut(list, `${indent}  `)}\n${indent})`;
}
