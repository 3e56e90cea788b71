import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useCallback } from 'react';
import { forget } from '../app/recent.ts';
import type { ObjectInfo } from '../data/api.ts';
import { deleteRecord, restoreRecord } from '../data/records.ts';
import { toast, toastError } from '../design/toast.tsx';
import { useCommon } from '../words/common.ts';
import { useWords } from './words.ts';

/** Deletes at once and offers to take it back. Whether it is deleted. */
export function useRemoval(object: ObjectInfo): (id: string, then: () => void) => Promise<void> {
  const common = useCommon();
  const say = useWords();
  const queries = useQueryClient();
  const router = useRouter();
  return useCallback(
    async (id, then) => {
      try {
        await deleteRecord(object.name, id);
      } catch (error) {
        toastError(error);
        return;
      }
      forget({ object: object.name, id });
      const undo = async () => {
        try {
          await restoreRecord(object.name, id);
          await queries.invalidateQueries();
          toast(say('backAgain'));
          await router.navigate({ to: '/$object/$id', params: { object: object.name, id } });
        } catch (error) {
          toastError(error);
        }
      };
      then();
      toast(common('removed'), { action: { label: common('undo'), run: () => void undo() } });
      await queries.invalidateQueries({ queryKey: ['list'] });
      await queries.invalidateQueries({ queryKey: ['related-list'] });
      queries.removeQueries({ queryKey: ['record', object.name, id] });
    },
    [object, queries, router, common, say],
  );
}
