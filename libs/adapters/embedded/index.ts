export { FolderLocked } from './folder-lock.js';
// Used by the server doubles too.
export { GroupCommit, type Outcome } from './group-commit.js';
export { Database } from './sqlite.js';
export { openBeside, openEmbedded, rotateFolderMasterKey, type EmbeddedOptions } from './open-embedded.js';
