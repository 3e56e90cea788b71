import { PageHead } from '../../design/PageHead.tsx';
import type { SetupItem } from '../item.ts';

export default function ObjectsPage({ item }: SetupItem) {
  return <PageHead title={item ?? 'objects'} />;
}
