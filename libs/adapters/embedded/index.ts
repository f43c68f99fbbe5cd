export { FolderLocked } from './folder-lock.js';
export { openEmbedded, rotateFolderMasterKey, type EmbeddedOptions } from './open-embedded.js';
