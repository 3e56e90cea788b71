import type { Cluster } from './cluster.ts';
import type { Finding } from './report.ts';
import type { Size } from './size.ts';
import type { Tokens } from './tenant.ts';

/** What all benches of a run share. */
export interface Run {
  readonly size: Size;
  readonly cluster: Cluster;
  /** The database with this many records; made at its first use, and read only. */
  tenant(records: number): Promise<{ readonly database: string; readonly tokens: Tokens }>;
  /** Says how far it is. */
  progress(text: string): void;
}

export interface Bench {
  readonly name: string;
  run(run: Run): Promise<readonly Finding[]>;
}
