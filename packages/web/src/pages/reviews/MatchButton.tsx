import { useQueryClient } from '@tanstack/react-query';
import { App } from 'antd';
import { ScanSearch } from 'lucide-react';
import { useState } from 'react';
import { call, get } from '../../data/api.ts';
import { Button } from '../../design/Button.tsx';
import { toast, toastError } from '../../design/toast.tsx';
import { useCommon } from '../../words/common.ts';
import { useWords } from './words.ts';

interface Progress {
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
  readonly message: string | null;
  readonly result: {
    readonly records: number;
    readonly merged: { readonly records: number };
    readonly reviews: number;
  } | null;
}

const askAgainAfter = 700;

/** Matches all customers; answers when it is over. */
async function match(apply: boolean): Promise<Progress> {
  const { id } = await call<{ readonly id: string }>('POST', 'customers/match', { apply });
  for (;;) {
    const progress = await get<Progress>(`customers/match/${id}`);
    if (progress.state !== 'waiting' && progress.state !== 'running') return progress;
    await new Promise((resolve) => setTimeout(resolve, askAgainAfter));
  }
}

/** Looks for duplicates among all customers: first shows what would happen. */
export function MatchButton() {
  const say = useWords();
  const common = useCommon();
  const { modal } = App.useApp();
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);

  const run = async (apply: boolean): Promise<Progress['result']> => {
    setBusy(true);
    try {
      const { state, message, result } = await match(apply);
      if (state === 'done') return result;
      toastError(new Error(say('failed', { message: message ?? state })));
    } catch (error) {
      toastError(error);
    } finally {
      setBusy(false);
    }
    return null;
  };
  const preview = async () => {
    const found = await run(false);
    if (found === null) return;
    const { records, reviews } = found;
    modal.confirm({
      title: say('preview'),
      content: say('previewText', { records, merged: found.merged.records, reviews }),
      okText: say('apply'),
      cancelText: common('cancel'),
      onOk: async () => {
        const done = await run(true);
        if (done === null) return;
        toast(say('applied', { merged: done.merged.records, reviews: done.reviews }));
        await queries.invalidateQueries();
      },
    });
  };
  return (
    <Button icon={ScanSearch} busy={busy} onClick={() => void preview()}>
      {busy ? say('matching') : say('match')}
    </Button>
  );
}
