export { FolderLocked } from './folder-lock.js';
export { openEmbedded, type EmbeddedOptions } from './open-embedded.js';
