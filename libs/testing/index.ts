export { makeCertificate } from './certificate.js';
export { deciderSpec } from './decider-spec.js';
export { erasedSampleOf } from './erased-samples.js';
export { newRecord, positionAt, type RecordFact } from './new-record.js';
export { documentsOf, projectionSpec } from './projection-spec.js';
export { passedRecordCheck, recordStores } from './record-check.js';
export { folderCells, tableFolders, type FolderCell } from './folder-table.js';
export { keyOf, KeysInMemory } from './keys-in-memory.js';
export { sampleOf, samples, type DomainEvent } from './samples.js';
