import { Lookups } from '@app/application';
import { SystemClock, type EventLog } from '@app/eventing';
import { ERASED, type Message } from '@app/kernel';
import { newRecord, samples } from '@app/testing';
import { EmailComposer } from './email-composer.js';
import { EmailGate } from './email-gate.js';
import { ContentErased, MessageContents, SourceMissing } from './message-content.js';

const sent = samples.MessageSent;
const { authToken: _, ...known } = samples.SenderAdded;

const programOf = (authToken: unknown = 'a'.repeat(32)) =>
  ({ senders: [{ ...known, authToken, previousAuthToken: null }], credentials: 0 }) as never;

function contentsOf(data: object): MessageContents {
  const event = newRecord()('conversation-conversation-1', { type: 'MessageSent', data } as Message);
  const eventLog = { at: () => Promise.resolve(event) } as unknown as EventLog;
  return new MessageContents(eventLog);
}

function lookupsOf(
  found: Readonly<Record<'program' | 'contact' | 'member', unknown>> | Readonly<Record<string, unknown>>,
): Lookups {
  const answers = Object.entries(found).map(([name, value]) => [name, () => Promise.resolve(value)]);
  return Object.assign(Object.create(Lookups.prototype) as Lookups, Object.fromEntries(answers));
}

describe('X8: erased content is never sent', () => {
  it('sends a text as it was written', async () => {
    expect(await contentsOf(sent).text(programOf(), samples.DeliveryRequested)).toMatchObject({
      sms: { text: sent.text, to: sent.to },
    });
  });

  it.each([
    ['text', { ...sent, text: ERASED }, undefined],
    ['number', { ...sent, to: ERASED }, undefined],
    ['provider token', sent, ERASED],
  ])('withholds a text whose %s was erased', async (_what, data, authToken) => {
    const error = await contentsOf(data)
      .text(programOf(authToken), samples.DeliveryRequested)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ContentErased);
    // Without a source, the delivery is withheld and not retried.
    expect(error).toBeInstanceOf(SourceMissing);
    expect(error).toMatchObject({ name: 'ContentErased' });
  });

  it('sends no email about a text that was erased', async () => {
    await expect(contentsOf({ ...sent, text: ERASED }).message(samples.DeliveryRequested)).rejects.toBeInstanceOf(
      ContentErased,
    );
  });
});

describe('M11: a note', () => {
  const noted = { type: 'NoteAdded', data: samples.NoteAdded } as const;
  const eventLog = {
    at: () => Promise.resolve(newRecord()('conversation-conversation-1', noted)),
  } as unknown as EventLog;
  const contents = new MessageContents(eventLog);

  it('is never read as a text', async () => {
    await expect(contents.text(programOf(), samples.DeliveryRequested)).rejects.toBeInstanceOf(SourceMissing);
  });

  it('gives an email its author, not its text, and only an email to staff', async () => {
    const content = await contents.message(samples.DeliveryRequested);
    expect(content).toEqual({ contactId: 'contact-rita', notedBy: 'anna' });
    const composer = new EmailComposer(lookupsOf({ contact: samples.ContactCreated, member: samples.MemberAdded }));
    const compose = (kind: 'contact' | 'member') =>
      composer.compose(
        { ...samples.ProgramCreated, senders: [] } as never,
        { ...samples.DeliveryRequested, recipient: { kind, id: 'x' } },
        [{ conversationId: 'conversation-1', content }],
        { name: 'Anna', address: 'anna@example.com' },
      );
    const email = await compose('member');
    expect(email.text).toContain('mentioned you in an internal note');
    expect(JSON.stringify(email)).not.toContain(samples.NoteAdded.text);
    await expect(compose('contact')).rejects.toBeInstanceOf(SourceMissing);
  });
});

describe('X8: no email is sent to an erased address', () => {
  const program = { ...samples.ProgramCreated, senders: [] };
  const message = { contactId: 'contact-rita', text: 'Hi' };
  const compose = async (kind: 'contact' | 'member', changes: object) => {
    const lookups = lookupsOf({
      contact: samples.ContactCreated,
      member: samples.MemberAdded,
      preference: { email: null, via: null },
      ...changes,
    });
    const request = { ...samples.DeliveryRequested, recipient: { kind, id: 'x' } };
    const found = await new EmailGate(lookups, new SystemClock(), contentsOf(sent)).person(
      program as never,
      request.recipient,
    );
    const told = [{ conversationId: 'conversation-1', content: message }];
    return 'to' in found ? new EmailComposer(lookups).compose(program as never, request, told, found.to) : null;
  };

  it('N1: it is sent to the address of the contact or member', async () => {
    expect((await compose('contact', {}))?.to.address).toBe('rita@example.com');
    expect((await compose('member', {}))?.to.address).toBe('anna@example.com');
  });

  it.each([
    ['contact', 'emails', { contact: { ...samples.ContactCreated, emails: ERASED } }],
    ['contact', 'name', { contact: { ...samples.ContactCreated, name: ERASED } }],
    ['member', 'email', { member: { ...samples.MemberAdded, email: ERASED } }],
    ['member', 'name', { member: { ...samples.MemberAdded, name: ERASED } }],
  ] as const)('sends nothing to a %s whose %s was erased', async (kind, _field, found) => {
    await expect(compose(kind, found)).rejects.toBeInstanceOf(ContentErased);
  });

  it('the email to staff names no erased contact', async () => {
    const gone = { ...samples.ContactCreated, name: ERASED, phones: ERASED, emails: ERASED };
    expect((await compose('member', { contact: gone }))?.subject).toBe('New message from A contact');
  });
});
