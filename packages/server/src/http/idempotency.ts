import { createHash } from 'node:crypto';
import { type Actor, type Kernel, type WriteOptions, withIdempotency } from '@huike/kernel';
import { problem } from '@huike/schema';
import type { FastifyRequest } from 'fastify';

export interface Answer {
  readonly status: number;
  readonly body: string;
}
