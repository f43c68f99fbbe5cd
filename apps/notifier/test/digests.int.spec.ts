import {
  HandleContact,
  HandleConversation,
  HandleDelivery,
  HandleMember,
  HandleMute,
  HandlePreference,
  HandleProgram,
  ids,
} from '@app/application';
import { Clock } from '@app/eventing';
import type { Email } from '@app/gateways';
import type { EmailChoice } from '@app/kernel';
import type { DeliveryEvent } from '@app/domain/delivery';
import type { PersonRef } from '@app/domain/preference';
import { DeliveryQueries } from '@app/read-models';
import { NotifierBench, until } from './notifier-bench.fixture.js';

const QUARTER_MS = 15 * 60_000;

class Movable extends Clock {
  ahead = 0;
  now(): number {
    return Date.now() + this.ahead;
  }
}
const clock = new Movable();
const emails: Email[] = [];
const bench = await NotifierBench.open({
  clock,
  sendEmail: (email) => {
    emails.push(email);
    return Promise.resolve({ kind: 'accepted', providerMessageId: email.messageId });
  },
});
afterAll(() => bench.close());

const anna: PersonRef = { kind: 'member', id: 'anna' };
let programId: string;
let conversationId: string;
let contactId: string;
bench.given = clock;
beforeEach(async () => {
  ({ programId } = await bench.program(crypto.randomUUID()));
  for (const userId of ['anna', 'ben']) await bench.member(programId, userId);
  await choose({ kind: 'member', id: 'ben' }, 'off');
  ({ conversationId, contactId } = await bench.conversation(programId));
});

const choose = (person: PersonRef, choice: EmailChoice | null, via: 'account' | 'unsubscribe' = 'account') =>
  bench.execute(
    new HandlePreference(
      ids.preference(programId, person),
      { type: 'ChooseNotifications', data: { person, channel: 'email', choice, via } },
      bench.context(programId),
    ),
  );
const policy = (value: EmailChoice) =>
  bench.execute(
    new HandleProgram(
      programId,
      { type: 'ChangePolicy', data: { name: 'emailNotifications', value, by: 'olivia' } },
      bench.context(programId),
    ),
  );
const inConversation = (intent: ConstructorParameters<typeof HandleConversation>[1], id = conversationId) =>
  bench.execute(new HandleConversation(id, intent, bench.context(programId)));
/** The contact writes in the app. */
const hear = (text: string, id = conversationId) =>
  inConversation(
    { type: 'ReceiveMessage', data: { channel: 'in-app', text, acceptedPosition: null, providerMessageId: null } },
    id,
  );

const sent = (): readonly Email[] => emails.filter((email) => email.programId === programId);
const events = async (type: DeliveryEvent['type']) =>
  (await bench.recorded('delivery')).filter((event) => event.type === type && event.metadata.programId === programId);
const count = async (type: DeliveryEvent['type'], expected: number): Promise<void> =>
  until(async () => (await events(type)).length >= expected, `${expected} ${type}`);
/** Until the digest can find this many emails. */
const unsent = (expected: number): Promise<void> =>
  until(
    async () => (await bench.app.get(DeliveryQueries).emailsTo(programId, anna, 50)).length >= expected,
    `${expected} unsent emails`,
  );
/** The rule by which the only email was withheld. */
const rule = async (): Promise<unknown> => {
  await count('DeliveryWithheld', 1);
  expect(sent()).toEqual([]);
  return (await events('DeliveryWithheld')).map(({ data }) => (data as { readonly rule?: string }).rule);
};

describe('N4: a digest', () => {
  it('is one email about the messages of a while, in all conversations', async () => {
    await choose(anna, 'digest_15_minutes');
    const other = await bench.conversation(programId);
    await hear('first');
    await hear('second');
    await hear('third', other.conversationId);
    await unsent(3);
    await count('DeliveryPostponed', 2);
    clock.ahead += QUARTER_MS;
    await count('DeliveryAccepted', 1);
    await count('DeliveryIncluded', 2);
    expect(sent()).toHaveLength(1);
    const [{ subject, text, html } = {} as Email] = sent();
    expect(subject).toBe('3 new messages');
    for (const part of [text, html])
      for (const what of ['first', 'second', 'third', conversationId, other.conversationId])
        expect(part).toContain(what);
    // What comes later has an email of its own.
    await hear('fourth');
    await count('DeliveryPostponed', 3);
    clock.ahead += QUARTER_MS;
    await count('DeliveryAccepted', 2);
    expect(sent()).toHaveLength(2);
    expect(sent()[1]?.text).not.toContain('third');
  });

  it('is chosen by the program, and by the person otherwise', async () => {
    await policy('digest_1_hour');
    await hear('waits');
    await count('DeliveryPostponed', 1);
    const { conversationId: theirs, contactId: rita } = await bench.conversation(programId);
    await choose({ kind: 'contact', id: rita }, 'on');
    await bench.write(programId, theirs, 'at once', 'in-app');
    await count('DeliveryAccepted', 1);
    expect(
      sent()
        .map(({ text }) => text)
        .join(),
    ).toContain('at once');
  });

  it('leaves out what was read, and is not sent when all of it was', async () => {
    await choose(anna, 'digest_15_minutes');
    const other = await bench.conversation(programId);
    await hear('read');
    await hear('unread', other.conversationId);
    await count('DeliveryPostponed', 2);
    await inConversation({ type: 'ReadConversation', data: { by: 'anna' } });
    clock.ahead += QUARTER_MS;
    await count('DeliveryAccepted', 1);
    await count('DeliveryWithheld', 1);
    expect(sent()).toHaveLength(1);
    expect(sent()[0]?.text).toContain('unread');
    expect(sent()[0]?.text).not.toContain('  read');
  });

  it('includes the same after a crash, and nothing twice', async () => {
    await choose(anna, 'digest_15_minutes');
    const other = await bench.conversation(programId);
    await hear('first');
    await hear('second', other.conversationId);
    await count('DeliveryPostponed', 2);
    await until(async () => (await events('DeliveryRequested')).length === 2);
    const [first, second] = (await events('DeliveryRequested')).map(({ aggregateId }) => aggregateId) as [
      string,
      string,
    ];
    // The process died after these steps.
    const step = (id: string, intent: ConstructorParameters<typeof HandleDelivery>[1]) =>
      bench.execute(new HandleDelivery(id, intent, bench.context(programId)));
    await step(first, { type: 'PlanDigest', data: { deliveryIds: [second] } });
    await step(second, { type: 'IncludeDelivery', data: { digestId: first } });
    // A message that comes afterwards is not part of the plan.
    const third = await bench.conversation(programId);
    await hear('third', third.conversationId);
    await count('DeliveryPostponed', 3);
    clock.ahead += QUARTER_MS;
    await count('DeliveryAccepted', 2);
    expect(sent()).toHaveLength(2);
    const told = sent().map(({ text }) => ['first', 'second', 'third'].filter((what) => text.includes(what)).join());
    expect(told.toSorted()).toEqual(['first,second', 'third']);
  });
});

describe('N4: right before an email is sent', () => {
  beforeEach(async () => {
    await policy('digest_15_minutes');
  });
  const requested = async (): Promise<void> => count('DeliveryPostponed', 1);
  const by = 'olivia';
  const changeMember = (intent: ConstructorParameters<typeof HandleMember>[1]) =>
    bench.execute(new HandleMember(ids.member(programId, 'anna'), intent, bench.context(programId)));

  it.each<readonly [string, string, () => Promise<unknown>]>([
    ['who switched them off', 'EmailsOff', () => choose(anna, 'off')],
    ['who unsubscribed', 'Unsubscribed', () => choose(anna, 'off', 'unsubscribe')],
    ['of a program without', 'ProgramEmailsOff', () => policy('off')],
    ['who read the message', 'AlreadyRead', () => inConversation({ type: 'ReadConversation', data: { by: 'anna' } })],
    [
      'who muted the conversation',
      'Muted',
      () =>
        bench.execute(
          new HandleMute(
            conversationId,
            { type: 'MuteConversation', data: { userId: 'anna', until: null } },
            bench.context(programId),
          ),
        ),
    ],
    [
      'who may no longer read it',
      'NotPermitted',
      () => changeMember({ type: 'ChangeMemberRole', data: { userId: 'anna', role: 'viewer', by } }),
    ],
    [
      'who left',
      'NotAMember',
      () => changeMember({ type: 'RemoveMember', data: { userId: 'anna', by, successor: null } }),
    ],
  ])('it is withheld from a member %s: %s', async (_, expected, change) => {
    await hear('Hello');
    await requested();
    await change();
    clock.ahead += QUARTER_MS;
    expect(await rule()).toEqual([expected]);
  });

  it.each([
    ['ContactInactive', { active: false }],
    ['NoAddress', { emails: [] }],
  ])('it is withheld from a contact: %s', async (expected, changes) => {
    await bench.write(programId, conversationId, 'Hello', 'in-app');
    await requested();
    await bench.execute(
      new HandleContact(contactId, { type: 'ChangeContact', data: { changes } }, bench.context(programId)),
    );
    clock.ahead += QUARTER_MS;
    expect(await rule()).toEqual([expected]);
  });
});
