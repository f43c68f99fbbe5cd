import { setTimeout as sleep } from 'node:timers/promises';
import { CommandBus } from '@nestjs/cqrs';
import { ErasePerson, HandleConversation, Lookups, systemContext } from '@app/application';
import { EventLog, Keyring, Progress, ReadModelStore } from '@app/eventing';
import { InboxQueries, readModels } from '@app/read-models';
import { sample } from '@app/sample-program';
import { Api, expectProblem, MARKER } from './api.fixture.js';

const { programId } = sample;

let api: Api;
beforeEach(async () => (api = await Api.start()));
afterEach(() => api.close());

const part = <Type>(type: abstract new (...given: never[]) => Type): Type =>
  api.standalone.app.get<Type>(type as never);
const write = (id: string, text: string) => api.post(`/v1/conversations/${id}/messages`, { channel: 'in-app', text });
const keyIsGone = async (subject: string): Promise<void> => {
  for (let gone = false; !gone;) {
    gone = await part(Keyring)
      .ensure(subject)
      .then(
        () => false,
        () => true,
      );
    if (!gone) await sleep(20);
  }
};

/**
 * Whether any document of any read model contains this text, once all models have reached the end of the event store.
 */
async function documentsWith(text: string): Promise<string[]> {
  await api.rest();
  const head = (await part(EventLog).head()) ?? '';
  for (const model of readModels) expect(await part(Progress).waitFor(model, head, 10_000)).toBe(true);
  const found: string[] = [];
  for (const model of readModels)
    for await (const { document } of part(ReadModelStore).scan(model, 'live'))
      if (JSON.stringify(document).includes(text)) found.push(`${model.name} ${document.id}`);
  return found;
}

it('M8: a deleted conversation is shown nowhere and in no document, and another one can start', async () => {
  const { conversationId } = sample;
  const { conversationId: other } = (await api.post('/v1/conversations', { contactId: sample.contact.id })).body as {
    conversationId: string;
  };
  await write(conversationId, `${MARKER} deleted`);
  await write(other, `${MARKER} kept`);
  expect(await documentsWith(`${MARKER} deleted`)).not.toEqual([]);

  const context = systemContext(programId, 'test');
  const { position } = await part(CommandBus).execute(
    new HandleConversation(conversationId, { type: 'DeleteConversation', data: { by: 'olivia' } }, context),
  );
  await keyIsGone(conversationId);
  expectProblem(await api.get(`/v1/conversations/${conversationId}?position=${position}`), {
    status: 404,
    code: 'ConversationNotFound',
  });
  expectProblem(await api.get(`/v1/conversations/${conversationId}/messages`), {
    status: 404,
    code: 'ConversationNotFound',
  });
  expectProblem(await api.get(`/v1/portal/conversations/${conversationId}/messages`, { as: sample.contact }), {
    status: 404,
    code: 'ConversationNotFound',
  });
  expectProblem(await write(conversationId, 'More'), { status: 410, code: 'ConversationDeleted' });
  for (const query of [
    'folder=all',
    'folder=inbox',
    `contactId=${sample.contact.id}`,
    `referralId=${sample.secondReferralId}`,
  ])
    expect((await api.get(`/v1/conversations?${query}`)).text).not.toContain(conversationId);
  expect((await api.get(`/v1/referrals/${sample.secondReferralId}`)).body).toMatchObject({
    hasOpenConversation: false,
  });
  expect(await documentsWith(`${MARKER} deleted`)).toEqual([]);
  expect((await api.get(`/v1/conversations/${other}/messages`)).text).toContain(`${MARKER} kept`);

  const again = await api.post('/v1/conversations', { referralId: sample.secondReferralId });
  expect([again.status, again.body['conversationId'] === conversationId]).toEqual([201, false]);
});

it('X8: an erased contact has no name, number, text or referral note anywhere, and cannot be found', async () => {
  const eraser = new ErasePerson(part(CommandBus), part(Progress), part(InboxQueries));
  await write(sample.conversationId, `${MARKER} for Rosa`);
  const dana = (await part(Lookups).referral(programId, sample.referralId)).referredId;
  expect(await documentsWith('Rosa')).not.toEqual([]);
  expect(await eraser.erase(sample.contact.id, 'olivia', systemContext(programId, 'test'))).toBe(1);
  expect(await eraser.erase(dana, 'olivia', systemContext(programId, 'test'))).toBe(0);
  for (const subject of [sample.contact.id, sample.conversationId, dana]) await keyIsGone(subject);

  expect((await api.get(`/v1/contacts/${sample.contact.id}`)).body).toMatchObject({
    name: null,
    phones: [],
    emails: [],
    externalId: null,
    erased: true,
    conversations: [],
    consents: [],
  });
  expect((await api.get('/v1/contacts?search=rosa')).body).toEqual({ documents: [] });
  expect((await api.get(`/v1/referrals/${sample.referralId}`)).body).toMatchObject({ status: null, externalId: null });
  expectProblem(await api.get('/v1/portal/conversations', { as: sample.contact }), {
    status: 403,
    code: 'PortalClosed',
  });
  expectProblem(await api.ask('PATCH', `/v1/contacts/${sample.contact.id}`, { body: { name: 'Rosa' } }), {
    status: 410,
    code: 'ContactErased',
  });
  expectProblem(await api.post('/v1/conversations', { contactId: sample.contact.id }), {
    status: 410,
    code: 'ContactErased',
  });
  for (const text of ['Rosa', 'rosa', '4155550132', MARKER, 'dana', 'site visit', '4155550133'])
    expect([text, await documentsWith(text)]).toEqual([text, []]);
});
