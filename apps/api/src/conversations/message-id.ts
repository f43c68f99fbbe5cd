import type { CommandResult } from '@app/eventing';

/** The message a command made, or made when it was first given. */
export function messageIdIn({ events }: CommandResult): string {
  for (const { data } of events) if ('messageId' in data && typeof data.messageId === 'string') return data.messageId;
  throw new Error('a sent message has an id');
}
