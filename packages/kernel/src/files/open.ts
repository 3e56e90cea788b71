import path from 'node:path';
import { DiskStore } from './disk.ts';
import type { FileStore } from './store.ts';

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
