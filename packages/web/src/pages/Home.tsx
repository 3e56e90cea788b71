import { Navigate } from '@tanstack/react-router';
import { useMetadata } from '../data/metadata.ts';
import { Empty } from '../design/State.tsx';
import { defineWords } from '../words/define.ts';

const useWords = defineWords(
  'home',
  { nothing: '这里还没有您可以看的内容', hint: '请联系管理员给您分配角色。' },
  { nothing: 'There is nothing for you to see yet', hint: 'Ask an administrator for a role.' },
);

/** Opens the object with the trait `customer`, else the first that the viewer may read. */
export function Home() {
  const say = useWords();
  const { data } = useMetadata();
  if (data === undefined) return null;
  const own = data.objects.filter((object) => object.app !== 'kernel');
  const first = own.find((object) => object.traits.includes('customer')) ?? own[0];
  return first === undefined ? (
    <Empty title={say('nothing')}>{say('hint')}</Empty>
  ) : (
    <Navigate to="/$object" params={{ object: first.name }} replace />
  );
}
