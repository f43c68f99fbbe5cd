import { HandleConversation, HandleMember, HandleMute, ids } from '@app/application';
import type { CommandResult } from '@app/eventing';
import type { MessageReceived } from '@app/domain/conversation';
import type { NotificationEvent } from '@app/domain/notification';
import { NotifierBench, until } from './notifier-bench.fixture.js';

const bench = await NotifierBench.open();
afterAll(() => bench.close());

let programId: string;
let conversationId: string;
beforeEach(async () => {
  ({ programId } = await bench.program(crypto.randomUUID()));
  for (const userId of ['anna', 'ben']) await bench.member(programId, userId);
  ({ conversationId } = await bench.conversation(programId));
  // The conversation is Anna's, since she wrote in it.
  await bench.write(programId, conversationId, 'Hello', 'in-app');
});

type Choice = ConstructorParameters<typeof HandleMute>[1];
const choose = (choice: Choice): Promise<unknown> =>
  bench.execute(new HandleMute(conversationId, choice, bench.context(programId)));

/** The staff that gets an email about a message of the contact. */
async function told(): Promise<readonly string[]> {
  const data = { channel: 'in-app', text: 'Hi', acceptedPosition: null, providerMessageId: null } as const;
  const command = new HandleConversation(conversationId, { type: 'ReceiveMessage', data }, bench.context(programId));
  const { events } = (await bench.execute(command)) as CommandResult<MessageReceived>;
  const messageId = events[0]?.data.messageId;
  let people: readonly { readonly id: string }[] | undefined;
  await until(async () => {
    const decided = await bench.recorded<NotificationEvent>('notification');
    people = decided.find((event) => event.data.messageId === messageId)?.data.people;
    return people !== undefined;
  });
  return (people ?? []).map(({ id }) => id);
}

const inAnHour = (): string => new Date(Date.now() + 3_600_000).toISOString();

describe('I6, N4: an email about a message', () => {
  it('is sent to the staff of the conversation', async () => expect(await told()).toEqual(['anna']));

  it.each([[null], [inAnHour()]])('is not sent to staff who muted the conversation until %p', async (end) => {
    await choose({ type: 'MuteConversation', data: { userId: 'anna', until: end } });
    expect(await told()).toEqual([]);
  });

  it('is sent to other members who want its alerts', async () => {
    await choose({ type: 'UnmuteConversation', data: { userId: 'ben' } });
    await choose({ type: 'UnmuteConversation', data: { userId: 'nobody' } });
    expect(await told()).toEqual(['anna', 'ben']);
  });

  it('is sent again once the mute has ended', async () => {
    const end = inAnHour();
    await choose({ type: 'MuteConversation', data: { userId: 'anna', until: end } });
    await choose({ type: 'EndMute', data: { userId: 'anna', at: end } });
    expect(await told()).toEqual(['anna']);
  });

  it.each(['messages:read', 'conversations:read'] as const)(
    'G4, N1: is not sent to people without %s, but to owners and managers then',
    async (permission) => {
      const change = (userId: string, intent: ConstructorParameters<typeof HandleMember>[1]): Promise<unknown> =>
        bench.execute(new HandleMember(ids.member(programId, userId), intent, bench.context(programId)));
      const by = 'olivia';
      await change('anna', { type: 'WithdrawPermission', data: { userId: 'anna', permission, by } });
      // Nobody else is responsible for the conversation.
      expect(await told()).toEqual(['ben']);
      ({ conversationId } = await bench.conversation(programId));
      expect(await told()).toEqual(['ben']);
      await change('anna', { type: 'GivePermission', data: { userId: 'anna', permission, by } });
      await change('ben', { type: 'ChangeMemberRole', data: { userId: 'ben', role: 'reader', by } });
      expect(await told()).toEqual(['anna']);
    },
  );

  it('is not sent to owners who muted a conversation without staff', async () => {
    ({ conversationId } = await bench.conversation(programId));
    expect((await told()).toSorted()).toEqual(['anna', 'ben']);
    await choose({ type: 'MuteConversation', data: { userId: 'ben', until: null } });
    expect(await told()).toEqual(['anna']);
  });
});
