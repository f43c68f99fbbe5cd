import type { Counter } from '@app/eventing';
import type { Message } from '@app/kernel';
import { documentsOf, newRecord, projectionSpec, sampleOf, samples } from '@app/testing';
import { counterOf, countsModel, type CountedConversation } from './counts.projection.js';

const counts = projectionSpec(countsModel);
const stream = 'conversation-conversation-1';
const inApp = { type: 'MessageReceived', data: { ...samples.MessageReceived, channel: 'in-app' } } as const;
const readByContact = (messages: number) =>
  ({
    type: 'ReadPositionMoved',
    data: { conversationId: 'conversation-1', reader: { kind: 'contact', id: 'contact-rita' }, revision: 9, messages },
  }) as const;

function happened(...events: readonly Message[]) {
  const record = newRecord();
  return events.map((event) => record(event.type === 'ReadPositionMoved' ? 'reading-1' : stream, event));
}
/** What the conversation adds to the counters after these events. */
function amountsAfter(...events: readonly Message[]) {
  const row: CountedConversation | Counter | undefined = documentsOf(countsModel, happened(...events)).get(
    'conversation-1',
  );
  return row && countsModel.amounts?.(row);
}

const started = sampleOf('ConversationStarted');

describe('counts', () => {
  it('I11: counts a conversation in its folder, for all and for those whose it is', () => {
    expect(amountsAfter(started, sampleOf('MessageReceived'), sampleOf('ConversationAssigned'))).toEqual({
      [counterOf.all]: { unread: 1 },
      [counterOf.mine('anna')]: { unread: 1 },
      [counterOf.mine('ben')]: { unread: 1 },
      [counterOf.contact('contact-rita')]: { unread: 0 },
    });
    expect(amountsAfter(started, sampleOf('ConversationArchived'))).toMatchObject({ all: { archived: 1 } });
    expect(amountsAfter(started, sampleOf('ConversationDeleted'))).toBeUndefined();
  });

  it.each<[number, string, readonly Message[]]>([
    [2, 'staff wrote', [sampleOf('MessageSent'), sampleOf('MessageSent')]],
    [1, 'the contact read before the last one', [sampleOf('MessageSent'), readByContact(1), sampleOf('MessageSent')]],
    [0, 'the contact read', [sampleOf('MessageSent'), readByContact(1)]],
    [1, 'the contact texted', [sampleOf('MessageSent'), sampleOf('MessageReceived')]],
    [0, 'the contact wrote in the app', [sampleOf('MessageSent'), inApp]],
    [1, 'a colleague read', [sampleOf('MessageSent'), sampleOf('ReadPositionMoved')]],
    [1, 'an automated text was sent', [sampleOf('MessageSent'), sampleOf('AutomatedTextSent')]],
  ])('I11: %d messages are unread by the contact after %s', (unread, _, events) =>
    expect(amountsAfter(started, ...events)).toMatchObject({ [counterOf.contact('contact-rita')]: { unread } }),
  );

  it('changes nothing when nothing of it is counted', () => {
    const events = happened(started, sampleOf('MessageReceived'), sampleOf('MessageReceived'));
    const [first, second, third] = events as [(typeof events)[0], (typeof events)[0], (typeof events)[0]];
    counts.given(first, second).when(third).thenNothing();
  });
});
