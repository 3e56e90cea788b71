// The inside of a backup file: frames of a letter, a length and a payload; the last one vouches for all before it.
import { createHash } from 'node:crypto';
import { problem } from '@huike/schema';

/**
 * H header (JSON), B statement before the rows, T table (JSON), D its rows as COPY text, E its end (JSON),
 * A statement after the rows, S sequence (JSON), F what lies beside the database (JSON), then D its bytes and E its
 * end, Z seal (JSON).
 */
export type FrameKind = 'H' | 'B' | 'T' | 'D' | 'E' | 'A' | 'S' | 'F' | 'Z';

export interface Frame {
  readonly kind: FrameKind;
  readonly payload: Buffer;
}

const kinds: readonly string[] = ['H', 'B', 'T', 'D', 'E', 'A', 'S', 'F', 'Z'];
const headLength = 5;
const longest = 64 * 1024 * 1024;

const isKind = (letter: string): letter is FrameKind => kinds.includes(letter);
const damaged = (detail: string) => problem('backup.damaged', { detail });

/** Frames as bytes, with the seal added: how many there were, and the SHA-256 of all their bytes. */
export async function* encode(frames: AsyncIterable<Frame>): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let count = 0;
  for await (const frame of frames) {
    const bytes = bytesOf(frame);
    hash.update(bytes);
    count++;
    yield bytes;
  }
  yield bytesOf({ kind: 'Z', payload: Buffer.from(JSON.stringify({ frames: count, sha256: hash.digest('hex') })) });
}

function bytesOf({ kind, payload }: Frame): Buffer {
  const bytes = Buffer.allocUnsafe(headLength + payload.length);
  bytes.write(kind, 0, 'latin1');
  bytes.writeUInt32BE(payload.length, 1);
  payload.copy(bytes, headLength);
  return bytes;
}

/**
 * Bytes as frames, without the seal. Throws `backup.damaged` when the seal is missing or doesn't fit: so nothing
 * counts before the iteration has ended well.
 */
export async function* decode(source: AsyncIterable<Buffer>): AsyncGenerator<Frame> {
  const hash = createHash('sha256');
  let count = 0;
  let held: Buffer = Buffer.alloc(0);
  let sealed = false;
  for await (const chunk of source) {
    if (sealed) throw damaged('bytes after the end');
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    let at = 0;
    while (held.length - at >= headLength) {
      const kind = held.toString('latin1', at, at + 1);
      const length = held.readUInt32BE(at + 1);
      if (!isKind(kind) || length > longest) throw damaged(`frame ${count + 1}`);
      const end = at + headLength + length;
      if (held.length < end) break;
      const payload = held.subarray(at + headLength, end);
      if (kind === 'Z') {
        checkSeal(payload, count, hash.digest('hex'));
        sealed = true;
        if (held.length > end) throw damaged('bytes after the end');
        break;
      }
      hash.update(held.subarray(at, end));
      count++;
      at = end;
      yield { kind, payload };
    }
    if (!sealed) held = held.subarray(at);
  }
  if (!sealed) throw damaged('it ends too soon');
}

function checkSeal(payload: Buffer, frames: number, sha256: string): void {
  if (payload.toString() !== JSON.stringify({ frames, sha256 })) throw damaged('the checksum is another');
}
