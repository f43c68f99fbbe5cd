import { RecordCheck, UnusableData } from '@app/eventing';
import { sample } from '@app/sample-program';
import { Api } from './api.fixture.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

it('rule 13: nothing is read or written while engines do not belong together, which may be found after the start', async () => {
  const check = jest
    .spyOn(api.standalone.app.get(RecordCheck), 'pass')
    .mockRejectedValue(new UnusableData('The record is empty'));
  const path = `/v1/conversations/${sample.conversationId}`;
  const events = await api.recorded(async () => {
    const refused = { status: 503, body: { code: 'RecordUnreadable' } };
    expect(await api.get(path, { as: sample.agent })).toMatchObject(refused);
    expect(
      await api.post(`${path}/messages`, { channel: 'in-app', text: 'Hello' }, { as: sample.agent }),
    ).toMatchObject(refused);
    const form = { method: 'POST', body: new URLSearchParams({ Body: 'STOP' }) };
    expect((await fetch(`${api.standalone.url}/webhooks/twilio/p/messages`, form)).status).toBe(503);
    expect((await api.get('/health/live')).status).toBe(200);
  });
  expect(events).toEqual([]);
  check.mockRestore();
  expect((await api.get(path, { as: sample.agent })).status).toBe(200);
});
