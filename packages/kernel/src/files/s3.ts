// Files in an S3-compatible service (AWS, MinIO, Aliyun OSS, Tencent COS …), streamed both ways.
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  NoSuchKey,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { problem } from '@huike/schema';
import type { Range } from './headers.ts';
import { assertKey, type FileStore } from './store.ts';

export interface S3Config {
  readonly bucket: string;
  /** Absent: AWS itself. */
  readonly endpoint: string | undefined;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** The bucket stands in the path, not in the host's name. */
  readonly pathStyle: boolean;
}

export class S3Store implements FileStore {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(config: S3Config) {
    this.#bucket = config.bucket;
    this.#client = new S3Client({
      ...(config.endpoint !== undefined && { endpoint: config.endpoint }),
      region: config.region,
      credentials: { accessKeyId: config.accessKey, secretAccessKey: config.secretKey },
      forcePathStyle: config.pathStyle,
      // Checksums in trailers are AWS's own; others refuse them. We keep a SHA-256 ourselves.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      maxAttempts: 3,
      requestHandler: { connectionTimeout: 5000, socketTimeout: 60_000 },
    });
  }

  async write(key: string, source: AsyncIterable<Buffer>): Promise<void> {
    assertKey(key);
    // Parts of 5 MB; the failure of one, or of the source, takes back the others.
    const upload = new Upload({
      client: this.#client,
      params: { Bucket: this.#bucket, Key: key, Body: Readable.from(source, { objectMode: false }) },
      queueSize: 2,
    });
    await upload.done();
  }

  async read(key: string, range?: Range): Promise<Readable> {
    assertKey(key);
    try {
      const { Body: body } = await this.#client.send(
        new GetObjectCommand({
          Bucket: this.#bucket,
          Key: key,
          ...(range && { Range: `bytes=${range.start}-${range.end}` }),
        }),
      );
      if (!(body instanceof Readable)) throw new Error('S3 answered without a stream');
      return body;
    } catch (error) {
      if (error instanceof NoSuchKey) throw problem('file.unknown');
      throw error;
    }
  }

  async remove(key: string): Promise<void> {
    assertKey(key);
    const here = { Bucket: this.#bucket, Key: key };
    await this.#client.send(new DeleteObjectCommand(here));
    // Parts of an upload that was cut off are kept, and paid for, until someone takes them back.
    const { Uploads: uploads = [] } = await this.#client.send(
      new ListMultipartUploadsCommand({ Bucket: this.#bucket, Prefix: key }),
    );
    for (const { UploadId } of uploads) await this.#client.send(new AbortMultipartUploadCommand({ ...here, UploadId }));
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }
}
