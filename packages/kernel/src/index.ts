export * from './catalog/index.ts';
export * from './database/index.ts';
export * from './evolve/index.ts';
export * from './jobs/index.ts';
