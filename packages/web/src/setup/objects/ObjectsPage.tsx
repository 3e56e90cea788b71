import { Link } from '@tanstack/react-router';
import { ArrowLeft } from 'lucide-react';
import type { ObjectInfo } from '../../data/api.ts';
import { useLabel, useMetadata } from '../../data/metadata.ts';
import { iconOf } from '../../design/icons.ts';
import { PageHead } from '../../design/PageHead.tsx';
import { Gone, Skeleton } from '../../design/State.tsx';
import type { SetupItem } from '../item.ts';
import { Deleted } from './Deleted.tsx';
import styles from './objects.module.css';
import { useWords } from './words.ts';

/** What the company keeps: its objects, or the fields of one of them. */
export default function ObjectsPage({ item }: SetupItem) {
  const say = useWords();
  const { data } = useMetadata();
  if (data === undefined) return <Skeleton lines={8} />;
  if (item === undefined) return <Objects objects={data.objects} />;
  const object = data.objects.find(({ name }) => name === item);
  return object === undefined ? <Gone title={say('none')} /> : <Fields object={object} />;
}

function Objects({ objects }: { readonly objects: readonly ObjectInfo[] }) {
  const say = useWords();
  const label = useLabel();
  return (
    <>
      <PageHead title={say('title')} />
      <div className={styles.page}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{say('object')}</th>
              <th scope="col">{say('name')}</th>
              <th scope="col" className={styles.end}>
                {say('count')}
              </th>
            </tr>
          </thead>
          <tbody>
            {objects.map((object) => {
              const Glyph = iconOf(object.icon);
              return (
                <tr key={object.name}>
                  <td>
                    <Link to="/system-setup/$page/$item" params={{ page: 'objects', item: object.name }}>
                      <Glyph size={16} />
                      <span className="one-line">{label(object.label)}</span>
                    </Link>
                  </td>
                  <td>
                    <code>{object.name}</code>
                  </td>
                  <td className={styles.end}>{object.fields.filter((field) => !field.system).length}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
        <Deleted />
      </div>
    </>
  );
}

function Fields({ object }: { readonly object: ObjectInfo }) {
  const say = useWords();
  const label = useLabel();
  return (
    <>
      <PageHead
        title={label(object.label)}
        lead={
          <Link
            to="/system-setup/$page"
            params={{ page: 'objects' }}
            className={styles.back}
            aria-label={say('title')}
            title={say('title')}
          >
            <ArrowLeft size={16} />
          </Link>
        }
      >
        <Link to="/$object" params={{ object: object.name }}>
          {say('records')}
        </Link>
      </PageHead>
      <div className={styles.page}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{say('field')}</th>
              <th scope="col">{say('name')}</th>
              <th scope="col">{say('type')}</th>
            </tr>
          </thead>
          <tbody>
            {object.fields
              .filter((field) => !field.system)
              .map((field) => (
                <tr key={field.name}>
                  <td>
                    <span>{label(field.label)}</span>
                    {field.required && <small>{say('required')}</small>}
                  </td>
                  <td>
                    <code>{field.name}</code>
                  </td>
                  <td>
                    <code>{field.target === undefined ? field.type : `${field.type} → ${field.target}`}</code>
                  </td>
                </tr>
              ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
