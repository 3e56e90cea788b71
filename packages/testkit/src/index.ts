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
export { type MetadataShape, metadataArbitrary, transition } from './metadata.ts';
export { type FakeOidc, fakeOidc, type Misbehaviour, type OidcUser } from './oidc.ts';
export { assertPhysical, insertRows } from './physical.ts';
export { type FakeS3, startS3 } from './s3.ts';
