// Where the bytes of files lie: a folder of this machine, or an S3-compatible service.
import path from 'node:path';
import type { Readable } from 'node:stream';
import { DiskStore } from './disk.ts';
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

/**
 * The store that the environment names: S3 when HUIKE_S3_BUCKET is set, else `files` in the data folder. Throws when
 * the settings are incomplete.
 */
export async function openStore(environment: NodeJS.ProcessEnv, dataFolder: string): Promise<FileStore> {
  const bucket = environment.HUIKE_S3_BUCKET;
  if (!bucket) return new DiskStore(path.join(dataFolder, 'files'));
  const { HUIKE_S3_ENDPOINT, HUIKE_S3_ACCESS_KEY, HUIKE_S3_SECRET_KEY } = environment;
  if (!HUIKE_S3_ACCESS_KEY || !HUIKE_S3_SECRET_KEY)
    throw new Error('HUIKE_S3_BUCKET is set: HUIKE_S3_ACCESS_KEY and HUIKE_S3_SECRET_KEY are needed too');
  // Only those who use it load it.
  const { S3Store } = await import('./s3.ts');
  return new S3Store({
    bucket,
    endpoint: HUIKE_S3_ENDPOINT || undefined,
    region: environment.HUIKE_S3_REGION || 'us-east-1',
    accessKey: HUIKE_S3_ACCESS_KEY,
    secretKey: HUIKE_S3_SECRET_KEY,
    pathStyle: environment.HUIKE_S3_PATH_STYLE !== 'false',
  });
}

const units: Record<string, number> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

/** The largest file in bytes: HUIKE_MAX_FILE, as in `500M`; default 100 MB. Throws when it isn't understood. */
export function maxFileSize(environment: NodeJS.ProcessEnv): number {
  const [, number, unit = ''] = /^(\d{1,12})\s*([KMG]?)B?$/i.exec(environment.HUIKE_MAX_FILE?.trim() || '100M') ?? [];
  if (number === undefined) throw new Error('HUIKE_MAX_FILE is a number of bytes, or as in 500M');
  return Number(number) * (units[unit.toUpperCase()] ?? 1);
}
