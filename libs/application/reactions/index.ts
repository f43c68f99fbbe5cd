import { askForYes } from './ask-for-yes.reaction.js';
import type { Reaction } from './define-reaction.js';
import { deleteLateConversation } from './delete-late-conversation.reaction.js';
import { destroyConversationKey } from './destroy-conversation-key.reaction.js';
import { eraseContact } from './erase-contact.reaction.js';
import { holdAddresses } from './hold-addresses.reaction.js';
import { learnOptOut } from './learn-opt-out.reaction.js';
import { markMoved } from './mark-moved.reaction.js';
import { noteTexts } from './note-texts.reaction.js';
import { removeUploadedFile } from './remove-uploaded-file.reaction.js';
import { routeInbound } from './route-inbound.reaction.js';
import { withdrawExports } from './withdraw-exports.reaction.js';
import { showBlocked } from './show-blocked.reaction.js';

/** All reactions of the automation. */
export const reactions: readonly Reaction[] = [
  routeInbound,
  holdAddresses,
  eraseContact,
  deleteLateConversation,
  destroyConversationKey,
  noteTexts,
  askForYes,
  learnOptOut,
  withdrawExports,
  removeUploadedFile,
  showBlocked,
  markMoved,
];
