export { FolderLocked } from './folder-lock.js';
export { openEmbedded, type Embedded, type EmbeddedOptions } from './open-embedded.js';
