import { ReadModelStore } from '@app/eventing';
import { sample } from '@app/sample-program';
import { Api } from './api.fixture.js';

let api: Api;
let goOn: () => void;
beforeAll(async () => {
  api = await Api.start();
  await api.rest();
  const store = api.standalone.app.get(ReadModelStore);
  const write = store.write.bind(store);
  const isOpen = new Promise<void>((resolve) => (goOn = resolve));
  store.write = async (model, ...rest) => {
    if (model.name === 'inbox') await isOpen;
    return write(model, ...rest);
  };
});
afterAll(async () => {
  goOn();
  await api.close();
});

it('rule 9: while the inbox does not progress, queries that do not read it are fresh', async () => {
  const message = { channel: 'in-app', text: 'The inbox cannot show this' };
  expect((await api.post(`/v1/conversations/${sample.conversationId}/messages`, message)).status).toBe(201);
  const { body } = await api.post('/v1/contacts', { name: 'Freshly Made' }, { as: sample.manager });
  const position = String(body['position']);
  const found = await api.get(`/v1/contacts?search=freshly&position=${position}`);
  expect(found.body).toMatchObject({ documents: [{ name: 'Freshly Made' }] });
  for (const path of [
    '/v1/referrals',
    '/v1/consents/to-renew',
    `/v1/portal/conversations/${sample.conversationId}/messages`,
  ])
    expect(
      (await api.get(`${path}?position=${position}`, { as: path.includes('portal') ? sample.contact : sample.manager }))
        .status,
    ).toBe(200);
  expect((await api.get(`/v1/conversations?position=${position}`)).body).toMatchObject({ code: 'PositionNotReached' });
  expect((await api.get('/v1/conversations')).status).toBe(200);
}, 30_000);
