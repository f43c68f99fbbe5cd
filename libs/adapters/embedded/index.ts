export { FolderLocked } from './folder-lock.js';
// What a double of a server is built of too.
export { GroupCommit, type Outcome } from './group-commit.js';
export { Database } from './sqlite.js';
export { openEmbedded, rotateFolderMasterKey, type EmbeddedOptions } from './open-embedded.js';
