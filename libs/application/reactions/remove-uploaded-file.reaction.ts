import { defineReaction } from './define-reaction.js';

/** Once the end of an import is stored, its file is removed: it holds personal data. */
export const removeUploadedFile = defineReaction({
  on: ['ImportFinished', 'ImportFailed'],
  keys: () => [],
  react: ({ data }, { files }) => files.remove(data.file),
});
