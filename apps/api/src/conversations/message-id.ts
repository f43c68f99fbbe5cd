import type { CommandResult } from '@app/eventing';

/** The message that a command created, now or in its first attempt. */
export function messageIdIn({ events }: CommandResult): string {
  for (const { data } of events) if ('messageId' in data && typeof data.messageId === 'string') return data.messageId;
  throw new Error('a sent message has an id');
}
