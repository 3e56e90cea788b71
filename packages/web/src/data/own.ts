// What this page wrote itself: its news is no news here.

const kept = 2_000;
const versions = new Map<string, number>();

/** Remembers the versions that the answer to a write tells: of one record, or of several under `data`. */
export function noteOwn(answer: unknown): void {
  if (typeof answer !== 'object' || answer === null) return;
  if ('data' in answer && Array.isArray(answer.data)) for (const one of answer.data) noteOwn(one);
  if (!('id' in answer) || typeof answer.id !== 'string' || !('version' in answer)) return;
  const { id, version } = answer;
  if (typeof version !== 'number') return;
  versions.delete(id);
  versions.set(id, version);
  for (const oldest of versions.keys()) {
    if (versions.size <= kept) break;
    versions.delete(oldest);
  }
}

/** Whether this page wrote that version of a record, or a later one. */
export function isOwn(id: string, version: number | null): boolean {
  return version !== null && (versions.get(id) ?? 0) >= version;
}
