// The load: a process with connections that each send their next request as soon as the last answer is there.
// HTTP by hand, so that the client takes as little of the machine as can be.
import { connect, type Socket } from 'node:net';
import { say, untilTold } from './process.ts';

/** One request; `path` with its parameters. */
export interface Request {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly token?: string;
  readonly body?: string;
}

export interface Load {
  readonly port: number;
  readonly connections: number;
  readonly milliseconds: number;
  /** Sent in turn. */
  readonly requests: readonly Request[];
}

export interface LoadResult {
  readonly answers: number;
  readonly seconds: number;
  /** Milliseconds of each answer. */
  readonly latencies: readonly number[];
}

function bytesOf({ method, path, token, body }: Request): Buffer {
  const lines = [`${method} ${path} HTTP/1.1`, 'host: localhost'];
  if (token !== undefined) lines.push(`authorization: Bearer ${token}`);
  if (body !== undefined) lines.push('content-type: application/json', `content-length: ${Buffer.byteLength(body)}`);
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body ?? ''}`);
}

/** Where an answer ends in what has come so far; null while it hasn't all come. Throws unless it is a success. */
function endOf(received: Buffer): number | null {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return null;
  const head = received.toString('latin1', 0, headEnd);
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`no content-length: ${head}`);
  const end = headEnd + 4 + Number(length);
  if (received.length < end) return null;
  if (!/^HTTP\/1\.1 2/.test(head)) throw new Error(`${head}\n${received.toString('utf8', headEnd, end)}`);
  return end;
}

async function run({ port, connections, milliseconds, requests }: Load): Promise<LoadResult> {
  const prepared = requests.map(bytesOf);
  const latencies: number[] = [];
  const begun = performance.now();
  let next = 0;
  const one = (socket: Socket) =>
    new Promise<void>((resolve, reject) => {
      let received: Buffer = Buffer.alloc(0);
      let sent = 0;
      const send = () => {
        sent = performance.now();
        if (sent - begun >= milliseconds) return resolve();
        socket.write(prepared[next++ % prepared.length] ?? '');
      };
      socket.on('data', (chunk) => {
        received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
        try {
          const end = endOf(received);
          if (end === null) return;
          received = received.subarray(end);
          latencies.push(performance.now() - sent);
          send();
        } catch (error) {
          reject(error);
        }
      });
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('the connection was closed')));
      send();
    });
  const sockets = Array.from({ length: connections }, () => connect(port, '127.0.0.1').setNoDelay());
  try {
    await Promise.all(sockets.map(one));
    return { answers: latencies.length, seconds: (performance.now() - begun) / 1000, latencies };
  } finally {
    for (const socket of sockets) socket.removeAllListeners('close').destroy();
  }
}

if (import.meta.main) {
  process.on('message', (load: Load) => void run(load).then(say));
  untilTold(async () => {});
  say({});
}
