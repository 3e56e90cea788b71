export { launchChromium } from './chromium.ts';
export { type TestDatabase, testDatabase } from './database.ts';
export { debianLacking, type ExternalDatabase, type ExternalServer, startDebian } from './debian.ts';
export {
  killPostgres,
  type ProcessEnd,
  type ProcessOptions,
  startProcess,
  startScript,
  TestProcess,
} from './faults.ts';
export { fieldPaths, type MetadataShape, metadataArbitrary, transition } from './metadata.ts';
export { assertPhysical, insertRows } from './physical.ts';
