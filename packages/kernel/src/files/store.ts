// Where the bytes of files lie: a folder of this machine, or an S3-compatible service.
import type { Readable } from 'node:stream';
import type { Range } from './headers.ts';

export interface FileStore {
  /** Keeps all bytes of the source under the key, or nothing when the source fails. */
  write(key: string, source: AsyncIterable<Buffer>): Promise<void>;
  /** Throws `file.unknown` when there is nothing under the key. */
  read(key: string, range?: Range): Promise<Readable>;
  /** Also what a write that was cut off left. Nothing there is no error. */
  remove(key: string): Promise<void>;
  close(): Promise<void>;
}

/** Keys are made of ids alone, never of what a person typed; the end of an id is its random part. */
export const keyOf = (id: string): string => `${id.slice(-2)}/${id.slice(-4, -2)}/${id}`;

export function assertKey(key: string): void {
  if (!/^[0-9a-f]{2}\/[0-9a-f]{2}\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(key))
    throw new Error(`not a key: ${key}`);
}
