import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { create } from 'zustand';
import { get, type ObjectInfo, type RecordData, Refusal, Unreachable } from '../data/api.ts';
import { useMetadata } from '../data/metadata.ts';
import { recordQuery, updateRecord, type Values } from '../data/records.ts';
import { toast, toastError } from '../design/toast.tsx';
import { rowFieldsOf } from '../fields/rows.ts';
import { written } from '../fields/written.ts';
import { type Clash, mergeChanges } from './merge.ts';
import { useWords } from './words.ts';

// Saving a record: at once on the screen, then at the server; what meets another's change is merged field by field.

interface Conflict {
  readonly object: string;
  readonly id: string;
  readonly clashes: readonly Clash[];
  /** What else of mine is saved with what is chosen. */
  readonly clear: Values;
}

/** The clash that waits for a decision, if any. */
export const useConflict = create<{ readonly conflict: Conflict | null }>(() => ({ conflict: null }));

/** Saves changes of a record as it was `before`. Whether they are saved; else why not is shown. Throws a Refusal with status 422, and Unreachable. */
export function useSave(object: ObjectInfo): (before: RecordData, changes: Values) => Promise<boolean> {
  const queries = useQueryClient();
  const say = useWords();
  const { data: metadata } = useMetadata();
  return useCallback(
    async (before, changes) => {
      const { id } = before;
      const { queryKey } = recordQuery(object.name, id);
      const toSend = (values: Values) =>
        Object.fromEntries(
          Object.entries(values).map(([name, value]) => {
            const field = object.fields.find((one) => one.name === name);
            const rows = metadata?.objects.find((one) => one.name === field?.target);
            return [
              name,
              field === undefined ? value : written(field, value, rows === undefined ? [] : rowFieldsOf(rows)),
            ];
          }),
        );
      const settle = async () => {
        await queries.invalidateQueries({ queryKey });
        await Promise.all(
          ['list', 'history', 'related-list', 'search'].map((key) => queries.invalidateQueries({ queryKey: [key] })),
        );
      };
      // What others changed meanwhile stays shown.
      queries.setQueryData<RecordData>(queryKey, (now) => ({ ...(now ?? before), ...changes }));
      try {
        await updateRecord(object.name, id, before.version, toSend(changes));
        await settle();
        return true;
      } catch (error) {
        if (!(error instanceof Refusal) || error.status !== 412) {
          const was = Object.fromEntries(Object.keys(changes).map((name) => [name, before[name]]));
          queries.setQueryData<RecordData>(queryKey, (now) => ({ ...(now ?? before), ...was }));
          if (error instanceof Unreachable || (error instanceof Refusal && error.status === 422)) throw error;
          toastError(error);
          return false;
        }
      }
      const latest = await get<RecordData>(`records/${object.name}/${id}`);
      queries.setQueryData(queryKey, latest);
      const { clear, clashes } = mergeChanges(before, latest, changes);
      if (clashes.length > 0) {
        useConflict.setState({ conflict: { object: object.name, id, clashes, clear } });
        return false;
      }
      try {
        if (Object.keys(clear).length > 0) await updateRecord(object.name, id, latest.version, toSend(clear));
        toast(say('merged'));
        await settle();
        return true;
      } catch (error) {
        toastError(error);
        return false;
      }
    },
    [object, queries, say, metadata],
  );
}
