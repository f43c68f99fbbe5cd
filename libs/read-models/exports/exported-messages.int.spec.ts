import { TemporaryFolder } from '@app/testing/embedded';
import type { Document, Engines, ReadModel } from '@app/eventing';
import { documentsOf, newRecord, positionAt, sampleOf } from '@app/testing';
import { contactsProjection } from '../contacts/contacts.projection.js';
import { deliveriesProjection, type DeliveryRow } from '../deliveries/deliveries.projection.js';
import { programsProjection } from '../programs/programs.projection.js';
import { ReadModelReader } from '../read-model-reader.js';
import { threadProjection, type ThreadEntry } from '../thread/thread.projection.js';
import { ExportedMessages, type ExportedMessage, type ExportedPeriod } from './exported-messages.js';

const programId = 'program-1';
const always: ExportedPeriod = { after: null, upTo: null };

describe('the messages of files', () => {
  let folder: TemporaryFolder;
  let engines: Engines;
  let messages: ExportedMessages;
  let written: number;
  beforeEach(async () => {
    folder = new TemporaryFolder();
    engines = await folder.open();
    messages = new ExportedMessages(new ReadModelReader(engines.readModels));
    written = 0;
    for (const model of [threadProjection, contactsProjection, deliveriesProjection, programsProjection])
      await engines.readModels.prepare(model);
    const record = newRecord();
    const [created, added] = [sampleOf('ProgramCreated'), sampleOf('SenderAdded')];
    const program = [record('program-program-1', created), record('program-program-1', added)];
    await write(programsProjection, [...documentsOf(programsProjection, program).values()]);
    const contact = documentsOf(contactsProjection, [record('contact-contact-rita', sampleOf('ContactCreated'))]);
    await write(contactsProjection, [...contact.values()]);
  });
  afterEach(() => folder.remove());

  async function write<Row extends Document>(model: ReadModel<Row>, rows: readonly Row[]): Promise<void> {
    written += 1;
    const writes = rows.map((document) => ({ document, position: positionAt(written) }));
    const name = `spec-${written}`;
    await engines.readModels.write(model, writes, { name, from: null, to: positionAt(written) });
  }

  const entry = (number: number, changes: Partial<ThreadEntry> = {}): ThreadEntry => ({
    id: `message-${number}`,
    programId,
    conversationId: 'conversation-1',
    contactId: 'contact-rita',
    kind: 'message',
    direction: 'in',
    author: { kind: 'contact', id: 'contact-rita' },
    channel: 'sms',
    text: `Text ${number}`,
    assignee: null,
    rule: null,
    refusedSenderId: null,
    deliveryId: null,
    at: new Date(Date.UTC(2026, 0, 5, 9, 0, number)).toISOString(),
    order: positionAt(number),
    ...changes,
  });

  async function ofConversation(period = always, conversationId = 'conversation-1'): Promise<ExportedMessage[]> {
    const all: ExportedMessage[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await messages.ofConversation(programId, conversationId, period, cursor);
      all.push(...page.documents);
      if (page.next === null) return all;
      cursor = page.next;
    }
  }

  it('X1: have the numbers of a text, and the names of a message in the app', async () => {
    const [rita] = await engines.readModels.get(contactsProjection, programId, ['contact-rita']);
    const [phone = '', addressId = ''] = [rita?.phones[0], rita?.addressIds[0]];
    await write(threadProjection, [
      entry(1, { senderId: 'sender-1', addressId }),
      entry(2, { direction: 'out', senderId: 'sender-1', addressId, deliveryId: 'delivery-1' }),
      entry(3, { channel: 'in-app' }),
      entry(4, { channel: 'in-app', direction: 'out' }),
      // Written before the numbers were kept.
      entry(5),
      // The contact no longer has the number.
      entry(6, { senderId: 'sender-1', addressId: 'earlier' }),
    ]);
    const ours = '+15550001111';
    expect((await ofConversation()).map(({ from, to, status }) => [from, to, status])).toEqual([
      [phone, ours, 'received'],
      [ours, phone, 'not sent'],
      ['Rita Referrer', 'Acme Referrals', 'received'],
      ['Acme Referrals', 'Rita Referrer', 'sent'],
      [phone, ours, 'received'],
      ['', ours, 'received'],
    ]);
    expect((await ofConversation())[0]).toMatchObject({
      messageId: 'message-1',
      threadId: 'conversation-1',
      at: '2026-01-05T09:00:01.000Z',
      fullName: `Rita Referrer (${phone})`,
      message: 'Text 1',
    });
  });

  it.each([
    [{ status: 'accepted' }, 'sent'],
    [{ status: 'requested' }, 'not sent'],
    [{ status: 'refused' }, 'not sent'],
    [{ status: 'withheld' }, 'not sent'],
    [{ status: 'uncertain' }, 'unknown'],
    [{ status: 'left' }, 'unknown'],
  ] as const)('X2: a text with the delivery %j is %s', async (delivery, status) => {
    const record = newRecord();
    const [row] = documentsOf(deliveriesProjection, [
      record('delivery-delivery-1', sampleOf('DeliveryRequested')),
    ]).values();
    await write(deliveriesProjection, [{ ...(row as DeliveryRow), id: 'delivery-1', ...delivery }]);
    await write(threadProjection, [entry(1, { direction: 'out', deliveryId: 'delivery-1' })]);
    expect((await ofConversation()).map((message) => message.status)).toEqual([status]);
  });

  it('X1: never have internal entries, nor content that was erased', async () => {
    await write(threadProjection, [
      entry(1),
      entry(2, { kind: 'note' as 'message', text: 'Internal' }),
      entry(3, { kind: 'assignment', text: null }),
      entry(4, { text: null }),
      entry(5, { kind: 'refusal', text: '', direction: 'out', rule: 'NoConsent' }),
    ]);
    expect((await ofConversation()).map(({ messageId, status }) => [messageId, status])).toEqual([
      ['message-1', 'received'],
      ['message-5', 'not sent'],
    ]);
  });

  it('X1: are those of one conversation of one program, between two times, in the order of their times', async () => {
    await write(threadProjection, [
      ...Array.from({ length: 450 }, (_, number) => entry(449 - number)),
      entry(450, { id: 'other', conversationId: 'conversation-2' }),
      entry(451, { id: 'foreign', programId: 'program-2' }),
    ]);
    expect((await ofConversation()).map(({ messageId }) => messageId)).toEqual(
      Array.from({ length: 450 }, (_, number) => `message-${number}`),
    );
    const period = { after: entry(10).at, upTo: entry(300).at };
    expect((await ofConversation(period)).map(({ messageId }) => messageId)).toEqual(
      Array.from({ length: 290 }, (_, number) => `message-${number + 11}`),
    );
    expect((await ofConversation(always, 'conversation-2')).map(({ messageId }) => messageId)).toEqual(['other']);
  });
});
