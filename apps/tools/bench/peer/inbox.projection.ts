import { SQL } from '@event-driven-io/dumbo';
import { postgreSQLRawSQLProjection } from '@event-driven-io/emmett-postgresql';
import type { MessageSent } from './conversation.js';

/** The row of a conversation in the inbox, written in the transaction of the append by one statement. */
export const inboxProjection = postgreSQLRawSQLProjection<MessageSent>({
  name: 'inbox',
  canHandle: ['MessageSent'],
  init: () => [
    SQL`CREATE TABLE IF NOT EXISTS inbox (
      id UUID PRIMARY KEY, program_id UUID NOT NULL, preview TEXT NOT NULL, channel TEXT NOT NULL,
      folder TEXT NOT NULL, messages INT NOT NULL, last_activity_at TIMESTAMPTZ NOT NULL)`,
    SQL`CREATE INDEX IF NOT EXISTS inbox_by_activity ON inbox (program_id, last_activity_at DESC)`,
  ],
  evolve: ({ data: { conversationId, programId, text, channel, at } }) =>
    SQL`INSERT INTO inbox (id, program_id, preview, channel, folder, messages, last_activity_at)
      VALUES (${conversationId}, ${programId}, ${text}, ${channel}, 'replied', 1, ${at})
      ON CONFLICT (id) DO UPDATE SET preview = excluded.preview, channel = excluded.channel, folder = excluded.folder,
        messages = inbox.messages + 1, last_activity_at = excluded.last_activity_at`,
});
