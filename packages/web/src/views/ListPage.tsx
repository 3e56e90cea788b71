import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { RecordData } from '../data/api.ts';
import { useMetadata, useObject } from '../data/metadata.ts';
import { useMe } from '../data/session.ts';
import { Gone, Skeleton } from '../design/State.tsx';
import { useViews, type ViewEntry } from './views.ts';
import { Workspace } from './Workspace.tsx';
import { useViewWords } from './words.ts';

/** The records of an object, in the view that the address names. */
export function ListPage() {
  const { object: name } = useParams({ from: '/inside/$object' });
  const object = useObject(name);
  const { data: metadata, isPending } = useMetadata();
  const say = useViewWords();
  if (isPending) return <Loading />;
  if (object === undefined || metadata === undefined) return <Gone title={say('gone')} />;
  return <Views key={name} object={object} metadata={metadata} />;
}

function Loading() {
  return (
    <div className="hk-page">
      <Skeleton lines={8} />
    </div>
  );
}

type Parts = {
  readonly object: NonNullable<ReturnType<typeof useObject>>;
  readonly metadata: NonNullable<ReturnType<typeof useMetadata>['data']>;
};

function Views({ object, metadata }: Parts) {
  const views = useViews(object);
  const me = useMe();
  const go = useNavigate();
  const { view: wanted } = useSearch({ from: '/inside/$object' });
  if (views === null || me === null) return <Loading />;
  const entry = views.find((one) => one.key === wanted) ?? views[0];
  if (entry === undefined) return <Loading />;
  const params = { object: object.name };
  return (
    <Workspace
      key={`${entry.kind} ${entry.key}`}
      object={object}
      metadata={metadata}
      me={me}
      views={views}
      entry={entry}
      onView={(next: Pick<ViewEntry, 'key'>) =>
        void go({ to: '/$object', params, search: next.key === '' ? {} : { view: next.key } })
      }
      onOpen={(record: RecordData) => void go({ to: '/$object/$id', params: { ...params, id: record.id } })}
      onPeek={(record: RecordData) =>
        void go({
          to: '/$object',
          params,
          search: { ...(wanted === undefined ? {} : { view: wanted }), peek: `${object.name}/${record.id}` },
        })
      }
      onCreate={() => void go({ to: '/$object/new', params })}
    />
  );
}
