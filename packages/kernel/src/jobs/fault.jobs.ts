// The jobs of fault.test.ts and of the processes that it starts.
import { defineJob } from './index.ts';

export const leaseMs = 1500;
export const counted = defineJob<{ n: number; order: string }>('fault.counted', { maxAttempts: 1000 });
export const paused = defineJob<{ inside: boolean }>('fault.paused', { maxAttempts: 5 });
