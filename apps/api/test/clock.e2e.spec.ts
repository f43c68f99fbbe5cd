import { Clock } from '@app/eventing';
import { sample } from '@app/sample-program';
import { Api } from './api.fixture.js';

it('T7: the time of a command comes from the clock of the process, since it decides when a text expires', async () => {
  const api = await Api.start();
  try {
    const clock = api.standalone.app.get(Clock);
    const given = '2031-05-06T07:08:09.000Z';
    const [event] = await api.recorded(async () => {
      clock.now = () => Date.parse(given);
      await api.post(`/v1/conversations/${sample.conversationId}/messages`, { channel: 'in-app', text: 'Hello' });
    });
    expect(event).toMatchObject({ type: 'MessageSent', metadata: { occurredAt: given } });
  } finally {
    await api.close();
  }
});
