export { launchChromium } from './chromium.ts';
export { customersMetadata } from './customers.ts';
export { type TestDatabase, testDatabase, testServerFolder } from './database.ts';
export { debianLacking, type ExternalDatabase, type ExternalServer, startDebian } from './debian.ts';
export { Dice } from './dice.ts';
export {
  killPostgres,
  type ProcessEnd,
  type ProcessOptions,
  startProcess,
  startScript,
  TestProcess,
} from './faults.ts';
export { type MetadataShape, metadataArbitrary, transition } from './metadata.ts';
export { type Data, type RawRow, Viewer } from './model.ts';
export { grouped, listed, matches, shown } from './model-query.ts';
export { dayAfter, walkedSpan } from './model-time.ts';
export {
  isToMany,
  isToOne,
  kindOf,
  maskedText,
  pathOf,
  rowAlong,
  seenValue,
  shownRelated,
  shownValue,
} from './model-values.ts';
export { type FakeOidc, fakeOidc, type Misbehaviour, type OidcUser } from './oidc.ts';
export { actorFor, type People, peopleCommands, somePeople } from './people.ts';
export { assertPhysical, insertRows } from './physical.ts';
export {
  type IdentifierValue,
  type PopulationEvent,
  populationEvents,
  type TrackedEvent,
} from './population/events.ts';
export {
  type PopulationChannel,
  type PopulationOptions,
  type PopulationRow,
  populationRows,
} from './population/rows.ts';
export { fillingOf } from './records.ts';
export { withRights } from './rights.ts';
export { type FakeS3, startS3 } from './s3.ts';
