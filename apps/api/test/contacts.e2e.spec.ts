import { sample } from '@app/sample-program';
import { Api, expectProblem, type Answer } from './api.fixture.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const create = async (body: object): Promise<string> =>
  String((await api.post('/v1/contacts', body)).body['contactId']);
const shown = async (id: string, { body }: Pick<Answer, 'body'>): Promise<unknown> =>
  (await api.get(`/v1/contacts/${id}?position=${String(body['position'])}`)).body;

describe('R1: contacts by API', () => {
  it('have groups, a home location, and a time zone that was stated', async () => {
    const details = { groups: ['VIP', 'Neighbours'], homeLocation: 'Lisbon' };
    const created = await api.post('/v1/contacts', { name: 'Ana', ...details, timeZone: 'Europe/Lisbon' });
    const id = String(created.body['contactId']);
    const ana = { name: 'Ana', ...details, timeZone: { name: 'Europe/Lisbon', source: 'stated' } };
    expect(await shown(id, created)).toMatchObject(ana);
    const { body } = await api.get('/v1/contacts?search=Ana');
    expect(body['documents']).toMatchObject([ana]);
  });

  it('change only what is given, and show who changed them', async () => {
    const id = await create({ name: 'Ben', homeLocation: 'Porto' });
    const events = await api.recorded(async () => {
      const changed = await api.ask('PATCH', `/v1/contacts/${id}`, { body: { groups: ['VIP'], timeZone: 'UTC' } });
      expect(await shown(id, changed)).toMatchObject({
        name: 'Ben',
        homeLocation: 'Porto',
        groups: ['VIP'],
        timeZone: { name: 'UTC', source: 'stated' },
      });
    });
    expect(events).toMatchObject([
      { type: 'ContactDetailsChanged', metadata: { actor: { kind: 'staff', id: sample.agent.id } } },
    ]);
  });

  it('learn the time zone from the phone until it is stated', async () => {
    const created = await api.post('/v1/contacts', { phones: ['+44 20 7946 0958'] });
    const id = String(created.body['contactId']);
    expect(await shown(id, created)).toMatchObject({ timeZone: { name: 'Europe/London', source: 'phone' } });
    const change = async (body: object): Promise<unknown> =>
      shown(id, await api.ask('PATCH', `/v1/contacts/${id}`, { body }));
    expect(await change({ phones: ['+14155550177'] })).toMatchObject({ timeZone: null });
    const stated = { timeZone: { name: 'Asia/Tokyo', source: 'stated' } };
    expect(await change({ timeZone: 'Asia/Tokyo' })).toMatchObject(stated);
    expect(await change({ phones: ['+33 1 42 68 53 00'] })).toMatchObject(stated);
  });
});

describe('R5: the portal is for contacts who are registered, active and not removed', () => {
  const { contact, agent, viewer } = sample;
  const url = `/v1/contacts/${contact.id}`;
  const portal = (path = ''): Promise<Answer> => api.get(`/v1/portal/conversations${path}`, { as: contact });
  const closed = { status: 403, code: 'PortalClosed' };
  const newContact = (details: object): Promise<string> => create({ name: 'Nora', ...details });
  const start = (contactId: string, channel?: string): Promise<Answer> =>
    api.post('/v1/conversations', { contactId, channel });

  it.each([
    ['is not registered', { registered: false }, '+14155550171', 'ContactNotRegistered'],
    ['is not active', { registered: true, active: false }, '+14155550172', 'ContactInactive'],
  ])('no conversation in the app is started with a contact who %s', async (_, details, phone, code) => {
    const [bare, withPhone] = [await newContact(details), await newContact({ ...details, phones: [phone] })];
    const events = await api.recorded(async () => {
      expectProblem(await start(bare), { status: 409, code });
      expectProblem(await start(bare, 'in-app'), { status: 409, code });
      expectProblem(await start(withPhone, 'in-app'), { status: 409, code });
    });
    expect(events).toEqual([]);
    const started = await start(withPhone, 'sms');
    expect(started.status).toBe(201);
    expect(await start(withPhone, 'in-app')).toMatchObject({
      status: 200,
      body: { conversationId: started.body['conversationId'] },
    });
  });

  it('one is started with a contact who is registered and active', async () =>
    expect((await start(await newContact({ registered: true }), 'in-app')).status).toBe(201));

  it('a removed contact keeps the record and loses the portal, until they are restored', async () => {
    expect((await portal()).status).toBe(200);
    const removed: Answer[] = [];
    const events = await api.recorded(async () => {
      for (let time = 0; time < 2; time += 1) removed.push(await api.ask('DELETE', url));
    });
    expect(events).toMatchObject([{ type: 'ContactRemoved', data: { contactId: contact.id, by: agent.id } }]);
    expect(await shown(contact.id, removed[0] as Answer)).toMatchObject({
      name: 'Rosa Referrer',
      registered: true,
      removed: true,
    });
    expectProblem(await portal(), closed);
    expectProblem(await portal(`/${sample.conversationId}/messages`), closed);
    const hello = { channel: 'in-app', text: 'Hello' };
    expectProblem(await api.post(`/v1/conversations/${sample.conversationId}/messages`, hello), {
      status: 409,
      code: 'ContactRemoved',
    });
    expect((await api.get(`/v1/conversations/${sample.conversationId}/messages`)).status).toBe(200);

    const restored = await api.post(`${url}/restore`, {});
    expect(await shown(contact.id, restored)).toMatchObject({ removed: false, registered: true });
    expect((await portal()).status).toBe(200);
  });

  it('only people who may write contacts remove one', async () =>
    expectProblem(await api.ask('DELETE', url, { as: viewer }), { status: 403, code: 'NotPermitted' }));
});
