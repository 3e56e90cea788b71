import { Link } from '@tanstack/react-router';
import type { Review, Weight } from '../../customer/customer.ts';
import type { ObjectInfo, RecordData } from '../../data/api.ts';
import { useLabel } from '../../data/metadata.ts';
import { Value } from '../../fields/FieldValue.tsx';
import { isEmpty, textOf } from '../../fields/text.ts';
import styles from './reviews.module.css';
import { useWords } from './words.ts';

/** Two customers side by side: only what one of them has, what differs stands out. */
export function Pair({ object, review }: { readonly object: ObjectInfo; readonly review: Review }) {
  const label = useLabel();
  const [one, other] = review.customers;
  if (one === undefined) return null;
  const fields = object.fields.filter(
    (field) => !field.system && review.customers.some((record) => !isEmpty(record[field.name])),
  );
  return (
    <div className={styles.pair}>
      <Why review={review} object={object} />
      <table>
        <thead>
          <tr>
            <th />
            {review.customers.map((record) => (
              <th key={record.id} scope="col">
                <Title object={object} record={record} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {fields.map((field) => {
            const differs =
              other !== undefined && JSON.stringify(one[field.name]) !== JSON.stringify(other[field.name]);
            return (
              <tr key={field.name} className={differs ? styles.differs : ''}>
                <th scope="row">{label(field.label)}</th>
                {review.customers.map((record) => (
                  <td key={record.id}>
                    {isEmpty(record[field.name]) ? '—' : <Value field={field} value={record[field.name]} />}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Title({ object, record }: { readonly object: ObjectInfo; readonly record: RecordData }) {
  return (
    <Link to="/$object/$id" params={{ object: object.name, id: record.id }}>
      {textOf(record[object.title]) || '—'}
    </Link>
  );
}

function Why({ object, review }: { readonly object: ObjectInfo; readonly review: Review }) {
  const say = useWords();
  const label = useLabel();
  const { about, kind, probability, weights } = review;
  const words = about === null ? {} : { kind: label(about.label), value: about.value };
  const known = { duplicate: 'sameValue', shared: 'kindShared', limit: 'kindLimit', recycled: 'kindRecycled' } as const;
  const why = Object.entries(known).find(([one]) => one === kind)?.[1];
  return (
    <div className={styles.why}>
      {probability !== null && <b>{say('likely', { percent: Math.round(probability * 100) })}</b>}
      {why !== undefined && <b>{say(why, words)}</b>}
      {weights !== null && <Waterfall weights={weights} object={object} />}
    </div>
  );
}

/** What each column adds to the odds, in bits: to the right for the same customer, to the left against. */
function Waterfall({ weights, object }: { readonly weights: readonly Weight[]; readonly object: ObjectInfo }) {
  const say = useWords();
  const label = useLabel();
  const largest = Math.max(1, ...weights.map(({ weight }) => Math.abs(weight)));
  const nameOf = ({ column, level }: Weight) => {
    if (column === null) return say(level === 'prior' ? 'prior' : 'otherPerson');
    const field = object.fields.find(({ name }) => name === column.replace(/[ .].*$/, ''));
    return field === undefined ? column : label(field.label);
  };
  return (
    <ul className={styles.waterfall} aria-label={say('why')}>
      {weights
        .filter(({ weight }) => weight !== 0)
        .map((one) => {
          const { column, level, weight } = one;
          const width = `${(Math.abs(weight) / largest) * 50}%`;
          return (
            <li key={`${column}-${level}`}>
              <span>{nameOf(one)}</span>
              <small>{column === null ? '' : say(levelWord(level))}</small>
              <i aria-hidden="true">
                <b className={weight > 0 ? styles.for : styles.against} style={{ width }} />
              </i>
              <em>{weight > 0 ? `+${weight.toFixed(1)}` : weight.toFixed(1)}</em>
            </li>
          );
        })}
    </ul>
  );
}

/** Every level in between is told as a likeness: its own name is the matcher's. */
function levelWord(level: string) {
  switch (level) {
    case 'exact':
      return 'exact';
    case 'near':
      return 'near';
    case 'missing':
      return 'missing';
    case 'different':
    case 'givenConflict':
    case 'familyConflict':
      return 'unlike';
    default:
      return 'partly';
  }
}
