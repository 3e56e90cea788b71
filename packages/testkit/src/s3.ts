// A small S3: objects in memory, multipart uploads, ranges, and signatures checked as AWS says (Signature Version 4).
import { createHash, createHmac } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeS3 {
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly objects: Map<string, Buffer>;
  /** Uploads in parts that are neither completed nor aborted, by their id. */
  readonly uploads: Map<string, { readonly key: string; readonly parts: Map<number, Buffer> }>;
  /** Why requests were refused. */
  readonly refused: string[];
  /** Answers 503 to as many requests as said, from the next one. */
  failNext(requests: number): void;
  close(): Promise<void>;
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();
const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
const fault = (status: number, code: string): Answer => ({ status, body: `<Error><Code>${code}</Code></Error>` });

/** Starts the server on a free port of this machine. */
export async function startS3(): Promise<FakeS3> {
  const account = { bucket: 'huike-test', region: 'cn-test-1', accessKey: 'AKTEST', secretKey: 'a/secret+key=' };
  const objects: FakeS3['objects'] = new Map();
  const uploads: FakeS3['uploads'] = new Map();
  const refused: string[] = [];
  let failing = 0;
  let lastUpload = 0;

  function answer(request: Request): Answer {
    if (failing > 0) {
      failing--;
      return fault(503, 'SlowDown');
    }
    const wrong = wrongSignature(request, account);
    if (wrong) {
      refused.push(wrong);
      return fault(403, 'SignatureDoesNotMatch');
    }
    const { method, query, body, headers } = request;
    const [, bucket, ...rest] = request.path.split('/').map(decodeURIComponent);
    const key = rest.join('/');
    if (bucket !== account.bucket) return fault(404, 'NoSuchBucket');
    const uploadId = query.get('uploadId');
    if (method === 'GET' && query.has('uploads')) return listUploads(query.get('prefix') ?? '');
    if (method === 'POST' && query.has('uploads')) {
      const id = `upload${++lastUpload}`;
      uploads.set(id, { key, parts: new Map() });
      return {
        status: 200,
        body: `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
      };
    }
    if (uploadId !== null) return multipart(method, uploadId, Number(query.get('partNumber')), body);
    if (method === 'PUT') {
      objects.set(key, body);
      return { status: 200, headers: { etag: `"${sha256(body).slice(0, 32)}"` } };
    }
    if (method === 'DELETE') {
      objects.delete(key);
      return { status: 204 };
    }
    const found = objects.get(key);
    if (method !== 'GET') return fault(405, 'MethodNotAllowed');
    return found ? send(found, headers.range) : fault(404, 'NoSuchKey');
  }

  function listUploads(prefix: string): Answer {
    const found = [...uploads].filter(([, { key }]) => key.startsWith(prefix));
    const list = found.map(([id, { key }]) => `<Upload><Key>${key}</Key><UploadId>${id}</UploadId></Upload>`).join('');
    return { status: 200, body: `<ListMultipartUploadsResult>${list}</ListMultipartUploadsResult>` };
  }

  function multipart(method: string, id: string, part: number, body: Buffer): Answer {
    const upload = uploads.get(id);
    if (!upload) return fault(404, 'NoSuchUpload');
    if (method === 'PUT') {
      upload.parts.set(part, body);
      return { status: 200, headers: { etag: `"${sha256(body).slice(0, 32)}"` } };
    }
    uploads.delete(id);
    if (method === 'DELETE') return { status: 204 };
    const parts = [...upload.parts].sort(([a], [b]) => a - b).map(([, bytes]) => bytes);
    objects.set(upload.key, Buffer.concat(parts));
    return {
      status: 200,
      body: `<CompleteMultipartUploadResult><Key>${upload.key}</Key><ETag>"x"</ETag></CompleteMultipartUploadResult>`,
    };
  }

  const server = http.createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const url = new URL(incoming.url ?? '/', 'http://fake');
      const {
        status,
        headers = {},
        body = '',
      } = answer({
        method: incoming.method ?? 'GET',
        path: url.pathname,
        query: url.searchParams,
        headers: incoming.headers,
        body: Buffer.concat(chunks),
      });
      outgoing.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
      outgoing.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // listening on TCP
  return {
    ...account,
    endpoint: `http://127.0.0.1:${port}`,
    objects,
    uploads,
    refused,
    failNext: (requests) => {
      failing = requests;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(bytes: Buffer, range: string | undefined): Answer {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  if (from === undefined) return { status: 200, body: bytes };
  if (Number(from) >= bytes.length) return fault(416, 'InvalidRange');
  const end = Math.min(Number(to), bytes.length - 1);
  return {
    status: 206,
    headers: { 'content-range': `bytes ${from}-${end}/${bytes.length}` },
    body: bytes.subarray(Number(from), end + 1),
  };
}

/** What is wrong with a request's signature; undefined: nothing. */
function wrongSignature(
  { method, path, query, headers, body }: Request,
  account: { readonly region: string; readonly accessKey: string; readonly secretKey: string },
): string | undefined {
  const [, credential = '', signed = '', signature = ''] =
    /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    ) ?? [];
  const [accessKey, day = '', region = '', service, end] = credential.split('/');
  if (accessKey !== account.accessKey) return 'another access key, or none';
  if (region !== account.region || service !== 's3' || end !== 'aws4_request') return 'another scope';
  const at = String(headers['x-amz-date']);
  const time = Date.parse(at.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
  if (!at.startsWith(day) || !(Math.abs(Date.now() - time) < 15 * 60_000)) return 'another time';
  const payload = String(headers['x-amz-content-sha256']);
  if (payload !== sha256(body)) return 'the body is not what was signed';
  const names = signed.split(';');
  for (const name of ['host', 'x-amz-date', 'x-amz-content-sha256'])
    if (!names.includes(name)) return `${name} is not signed`;
  const canonical = [
    method,
    path,
    [...query]
      .map(([name, value]) => `${encode(name)}=${encode(value)}`)
      .sort()
      .join('&'),
    ...names.map(
      (name) =>
        `${name}:${String(headers[name] ?? '')
          .trim()
          .replace(/ +/g, ' ')}`,
    ),
    '',
    signed,
    payload,
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const key = hmac(hmac(hmac(hmac(`AWS4${account.secretKey}`, day), region), 's3'), 'aws4_request');
  const expected = hmac(key, `AWS4-HMAC-SHA256\n${at}\n${scope}\n${sha256(canonical)}`).toString('hex');
  return signature === expected ? undefined : 'another signature';
}
