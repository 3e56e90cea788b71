import type { Kernel, OidcProvider } from '@huike/kernel';
import type { FastifyBaseLogger } from 'fastify';
import type { Config } from '../config.ts';

/** What the HTTP side works with. */
export interface Http {
  readonly kernel: Kernel;
  readonly config: Config;
  readonly logger: FastifyBaseLogger;
  /** Where people may sign in besides here; null for nowhere. */
  readonly provider: OidcProvider | null;
}
