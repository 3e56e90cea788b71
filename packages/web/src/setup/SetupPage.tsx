import { Link, useParams } from '@tanstack/react-router';
import { Lock } from 'lucide-react';
import { Suspense } from 'react';
import { Lost, Waiting } from '../app/Edges.tsx';
import { useLabel, useMetadata } from '../data/metadata.ts';
import { PageHead } from '../design/PageHead.tsx';
import { Empty, Failure } from '../design/State.tsx';
import { pagesFor } from './pages.ts';
import styles from './setup.module.css';
import { useWords } from './words.ts';

/** A page of the set-up area, for those who may see it. */
export function SetupPage() {
  const { page: name, item } = useParams({ strict: false });
  const metadata = useMetadata();
  if (metadata.isError) return <Failure error={metadata.error} retry={() => void metadata.refetch()} />;
  if (metadata.isPending) return <Waiting />;
  const groups = pagesFor(metadata.data.capabilities);
  if (name === undefined) return <Overview groups={groups} />;
  const found = groups.flatMap(({ pages }) => pages).find((page) => page.name === name);
  if (found === undefined) return <Lost />;
  return (
    <Suspense fallback={<Waiting />}>
      <found.page item={item} />
    </Suspense>
  );
}

/** What there is to set up. */
function Overview({ groups }: { readonly groups: ReturnType<typeof pagesFor> }) {
  const say = useWords();
  const label = useLabel();
  return (
    <>
      <PageHead title={say('title')} />
      <div className={styles.overview}>
        {groups.length === 0 ? (
          <Empty icon={Lock} title={say('none')}>
            {say('noneHint')}
          </Empty>
        ) : (
          <p className={styles.hint}>{say('hint')}</p>
        )}
        {groups.map(({ group, label: words, pages }) => (
          <section key={group}>
            <h2>{label(words)}</h2>
            <ul>
              {pages.map((page) => (
                <li key={page.name}>
                  <Link to="/system-setup/$page" params={{ page: page.name }}>
                    <page.icon size={20} />
                    <b>{label(page.label)}</b>
                    <span>{label(page.hint)}</span>
                  </Link>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </>
  );
}
