import { rename, rm } from 'node:fs/promises';

/** The file appears when it is whole, or not at all. */
export async function writeWhole<T>(file: string, write: (into: string) => Promise<T>): Promise<T> {
  const draft = `${file}.${process.pid}.part`;
  try {
    const result = await write(draft);
    await rename(draft, file);
    return result;
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
