export { CatalogHolder, metadataChannel } from './holder.ts';
export { loadCatalog, loadSource } from './load.ts';
export type * from './types.ts';
