import { DomainError } from '@app/kernel';
import type { Channel, ConversationEvent, SnoozeEnded } from './conversation.events.js';

type About = Pick<SnoozeEnded['data'], 'conversationId' | 'contactId' | 'referralId'>;
type Snoozable = About & { readonly folder: string; readonly snoozedUntil: string | null };

const isSnoozed = ({ folder }: Snoozable): boolean => folder === 'snoozed';

const ended = (
  { conversationId, contactId, referralId }: About,
  how: Pick<SnoozeEnded['data'], 'cause'> & Partial<Pick<SnoozeEnded['data'], 'channel' | 'by'>>,
): SnoozeEnded => ({
  type: 'SnoozeEnded',
  data: { conversationId, contactId, referralId, channel: null, by: null, ...how },
});

/** @throws SnoozeEndsInThePast */
export function snooze(
  { until, by, at }: { readonly until: string | null; readonly by: string; readonly at: string },
  state: Snoozable,
): readonly ConversationEvent[] {
  if (until !== null && until <= at) throw new SnoozeEndsInThePast();
  if (isSnoozed(state) && state.snoozedUntil === until) return [];
  const { conversationId, contactId, referralId } = state;
  return [{ type: 'ConversationSnoozed', data: { conversationId, contactId, referralId, until, by } }];
}

export const endedByStaff = (by: string, state: Snoozable): readonly ConversationEvent[] =>
  isSnoozed(state) ? [ended(state, { cause: 'staff', by })] : [];

export const endedByMessage = (channel: Channel, state: Snoozable): readonly ConversationEvent[] =>
  isSnoozed(state) ? [ended(state, { cause: 'message', channel })] : [];

/** The snooze may have changed since its end was read. */
export const endedByTime = (at: string, state: Snoozable): readonly ConversationEvent[] =>
  isSnoozed(state) && state.snoozedUntil !== null && state.snoozedUntil <= at ? [ended(state, { cause: 'time' })] : [];

export function snoozedUntilAfter(until: string | null, { type, data }: ConversationEvent): string | null {
  if (type === 'ConversationSnoozed') return data.until;
  return type === 'SnoozeEnded' ? null : until;
}

export class SnoozeEndsInThePast extends DomainError {
  readonly code = 'SnoozeEndsInThePast';
  override readonly kind = 'invalid';
  override readonly field = 'until';
  constructor() {
    super('A snooze ends in the future: give a later time, or none');
  }
}
