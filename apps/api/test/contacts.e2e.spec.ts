import { sample } from '@app/sample-program';
import { Api, type Answer } from './api.fixture.js';

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
