import { ids } from '@app/application';
import { EventStore, Keyring, naturalId, programHashSubject, TopicLog } from '@app/eventing';
import { CONVERSATIONS_TOPIC } from '@app/public-events';
import { signForm } from '@app/emulators/twilio';
import { sample } from '@app/sample-program';
import { ACCOUNT, Api, expectProblem, PROVIDER_TOKEN } from './api.fixture.js';

const { programId, senderPhone } = sample;
const senderId = ids.sender(programId, senderPhone);
const MESSAGE_SID = `SM${'7'.repeat(32)}`;
/** The numbers of a small exchange; the last four are used in this test. */
const numbers = Array.from({ length: 200 }, (_, n) => `+1415555${String(n).padStart(4, '0')}`);
const [texting, known, keyed, texted] = numbers.slice(-4) as [string, string, string, string];
const inbound = (from: string) => ({
  MessageSid: MESSAGE_SID,
  AccountSid: ACCOUNT,
  From: from,
  To: senderPhone,
  Body: 'STOP',
});
const receipt = (to: string) => ({
  MessageSid: MESSAGE_SID,
  AccountSid: ACCOUNT,
  From: senderPhone,
  To: to,
  MessageStatus: 'delivered',
});

let api: Api;
let claimId: string;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const post = async (path: string, form: Readonly<Record<string, string>>): Promise<number> => {
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-twilio-signature': signForm(PROVIDER_TOKEN, `${api.url}${path}`, form),
  };
  return (await api.ask('POST', path, { as: null, body: new URLSearchParams(form).toString(), headers })).status;
};

/**
 * Every id of a number that anybody without a key can compute, given all that is known of the program and the provider.
 */
function computable(phone: string): string[] {
  const address = naturalId('address', programId, phone);
  const contacts = [
    naturalId('contact', programId, 'phone', phone),
    naturalId('contact', programId, 'external', phone),
    naturalId('contact', programId, 'external', `${phone}@sms.example`),
  ];
  const commands = [
    naturalId('command', programId, 'staff', sample.agent.id, phone),
    naturalId('inbound', programId, MESSAGE_SID, JSON.stringify(inbound(phone))),
    naturalId('receipt', claimId, JSON.stringify(receipt(phone))),
  ];
  return [
    address,
    ids.consent(programId, address, senderId),
    ...contacts,
    ...contacts.map((contact) => ids.conversation(programId, contact, null)),
    naturalId('referral', programId, phone),
    ...commands,
    ...commands.flatMap((command) => ['contact', 'referral', 'message'].map((what) => ids.derivedId(command, what))),
  ];
}

/** The stored events, and the messages on the topic. */
async function allThatIsInTheOpen(): Promise<string> {
  await api.rest();
  const store = api.standalone.app.get(EventStore);
  const topics = api.standalone.app.get(TopicLog);
  const head = await store.head();
  const found: unknown[] = [];
  for await (const { events, position } of store.subscribe({ after: null, signal: new AbortController().signal })) {
    found.push(...events);
    if (head === null || position >= head) break;
  }
  const published = found.filter((event) => (event as { type: string }).type === 'ConversationStarted.v1').length;
  const stop = new AbortController();
  let started = 0;
  await topics.consume({
    topics: [CONVERSATIONS_TOPIC],
    group: 'spec',
    signal: stop.signal,
    handle: async (messages) => {
      found.push(...messages);
      started += messages.filter(({ value }) => value['type'] === 'conversation.started').length;
      if (started >= published) stop.abort();
    },
  });
  return JSON.stringify(found);
}

test('G2, X8: no stored or published id reveals the phone number or email address that it was derived from', async () => {
  expect(await post(`/webhooks/twilio/${programId}/messages`, inbound(texting))).toBe(200);
  const statuses = [
    await api.post('/v1/conversations', { phone: known }),
    await api.post('/v1/contacts', { name: 'Ann', phones: [known], externalId: `${known}@sms.example` }),
    await api.post('/v1/contacts', { name: 'Bob', externalId: known }),
    await api.post(
      '/v1/referrals',
      { referrerId: sample.contact.id, referredId: sample.contact.id, externalId: known },
      { as: sample.manager },
    ),
    await api.post('/v1/contacts', { name: 'Cem' }, { headers: { 'idempotency-key': keyed } }),
    await api.post(
      `/v1/conversations/${sample.conversationId}/messages`,
      { channel: 'in-app', text: 'Hi' },
      { headers: { 'idempotency-key': keyed } },
    ),
  ].map(({ status }) => status);
  expect(statuses).toEqual([201, 201, 201, 201, 201, 201]);

  const { body: contact } = await api.post('/v1/contacts', { name: 'Eve', phones: [texted] });
  expect(
    (
      await api.post(
        '/v1/consents',
        { contactId: contact['contactId'], wording: 'w', wordingVersion: '1', source: 's' },
        { as: sample.manager },
      )
    ).status,
  ).toBe(201);
  await api.rest();
  const { documents } = (await api.get('/v1/deliveries?status=accepted', { as: sample.owner })).body as {
    documents: { id: string; channel: string }[];
  };
  claimId = `${documents.find(({ channel }) => channel === 'sms')?.id}.1`;
  expect(await post(`/webhooks/twilio/${programId}/status/${claimId}`, receipt(texted))).toBe(204);

  const open = await allThatIsInTheOpen();
  const suspects = numbers.filter((phone) => computable(phone).some((id) => open.includes(id)));
  expect(suspects).toEqual([]);
  expect(numbers.filter((phone) => open.includes(phone.slice(1)))).toEqual([senderPhone]);
});

test("X8: when the program's keys are destroyed, commands are refused with a code and no 500", async () => {
  const keyring = api.standalone.app.get(Keyring);
  await keyring.destroy(programHashSubject(programId, 'names'));
  const gone = { status: 410, code: 'ProgramGone' };
  expectProblem(await api.post('/v1/contacts', { name: 'Dan', phones: [known] }), gone);
  expectProblem(
    await api.post(`/v1/conversations/${sample.conversationId}/archive`, {}, { headers: { 'idempotency-key': 'k' } }),
    gone,
  );
  expect(await post(`/webhooks/twilio/${programId}/messages`, inbound(known))).toBe(410);
  await keyring.destroy(programHashSubject(programId, 'commands'));
  expectProblem(await api.post(`/v1/conversations/${sample.conversationId}/archive`, {}), gone);
});
