export { makeCertificate } from './specs/certificate.js';
export { deciderSpec } from './specs/decider-spec.js';
export { erasedSampleOf } from './samples/erased-samples.js';
export { newRecord, positionAt, type RecordFact } from './samples/new-record.js';
export { documentsOf, projectionSpec } from './specs/projection-spec.js';
export { passedRecordCheck, recordStores } from './specs/record-check.js';
export { folderCells, tableFolders, type FolderCell } from './specs/folder-table.js';
export { keyOf, KeysInMemory, noneSealed } from './specs/keys-in-memory.js';
export { LostKeys } from './lost-keys.js';
export type { DomainEvent } from './samples/sample-types.js';
export { sampleOf, samples } from './samples/samples.js';
export {
  BelowZero,
  contextOf,
  Tallies,
  tallyAggregate,
  tallyDecider,
  tallyProjection,
  tallySubjectHomes,
  tallyTypes,
  type TallyEvent,
  type TallyRow,
} from './samples/tally.js';
export { SnapshotsInMemory } from './specs/snapshots-in-memory.js';
export { CountingStore, ScheduledStore } from './samples/scheduled-store.js';
