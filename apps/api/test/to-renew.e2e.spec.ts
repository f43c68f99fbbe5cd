import { CommandBus } from '@nestjs/cqrs';
import { HandleConsent, HandleProgram, ids, NaturalKeys, system } from '@app/application';
import { naturalId, type CommandContext } from '@app/eventing';
import { keywordOf } from '@app/domain/consent';
import { sample } from '@app/sample-program';
import { Api } from './api.fixture.js';

const { programId } = sample;
const newNumber = '+14155550101';
const rosa = '+14155550132';

let api: Api;
beforeAll(async () => (api = await Api.start()));
afterAll(() => api.close());

const context = (purpose: string): CommandContext => {
  const commandId = naturalId('to-renew', purpose);
  return {
    programId,
    actor: system('test'),
    commandId,
    correlationId: commandId,
    causationId: commandId,
    occurredAt: new Date().toISOString(),
  };
};
let position = 0;
const texts = async (phone: string, senderPhone: string, text: string) => {
  const [addressId, senderId] = [
    await api.standalone.app.get(NaturalKeys).address(programId, phone),
    ids.sender(programId, senderPhone),
  ];
  const data = {
    addressId,
    subjectId: addressId,
    senderId,
    text,
    providerMessageId: `SM${phone}${senderPhone}`,
    keyword: keywordOf(text),
    acceptedPosition: String((position += 1)).padStart(20, '0'),
    acceptedAt: new Date().toISOString(),
    sentAt: null,
  };
  return api.standalone.app
    .get(CommandBus)
    .execute(
      new HandleConsent(
        ids.consent(programId, addressId, senderId),
        { type: 'NoteTextReceived', data },
        context(`${phone} ${senderPhone} ${text}`),
      ),
    );
};
const toRenew = async (position: string | null, more = ''): Promise<Record<string, unknown>> =>
  (await api.get(`/v1/consents/to-renew?position=${position}${more}`)).body;

it('K1: after a change of sender consent must be captured again, and a list shows for whom', async () => {
  const strangers = ['+14155550140', '+14155550141', '+14155550142'];
  await texts(rosa, sample.senderPhone, 'START');
  for (const phone of strangers) await texts(phone, sample.senderPhone, 'START');
  const before = await texts('+14155550143', sample.senderPhone, 'STOP');
  expect(await toRenew(before.position)).toEqual({
    documents: [],
    next: null,
    previous: null,
    cursor: expect.any(String),
  });

  const data = {
    programId,
    senderId: ids.sender(programId, newNumber),
    phone: newNumber,
    accountSid: 'AC2',
    authToken: 'b'.repeat(32),
  };
  const { position } = await api.standalone.app
    .get(CommandBus)
    .execute(new HandleProgram(programId, { type: 'AddSender', data }, context('sender')));
  const refused = await api.post(`/v1/conversations/${sample.conversationId}/messages`, {
    channel: 'sms',
    text: 'Hello',
  });
  expect([refused.status, refused.body['code']]).toEqual([409, 'NoConsent']);

  const first = await toRenew(position, '&limit=3');
  const second = await toRenew(position, `&limit=3&after=${String(first['next'])}`);
  const all = [...(first['documents'] as object[]), ...(second['documents'] as object[])];
  expect([all.length, second['next']]).toEqual([4, null]);
  expect(all).toContainEqual({
    phone: rosa,
    contacts: [{ id: sample.contact.id, name: 'Rosa Referrer' }],
    formerSenderPhone: sample.senderPhone,
    purpose: null,
    since: expect.any(String) as string,
  });

  const renewed = await texts(rosa, newNumber, 'START');
  expect(((await toRenew(renewed.position))['documents'] as object[]).length).toBe(3);
  const stopped = await texts(strangers[0] ?? '', sample.senderPhone, 'STOP');
  expect(((await toRenew(stopped.position))['documents'] as object[]).length).toBe(2);
});

it.each(['x', 'WzAsMV0', 'Wzks', 'WzksbnVsbF0'])('I9: %s is not a cursor of this list', async (after) => {
  expect((await api.get(`/v1/consents/to-renew?after=${after}`)).body).toMatchObject({
    status: 400,
    code: 'InvalidCursor',
  });
});
