import { CommandBus } from '@nestjs/cqrs';
import { HandleProgram, systemContext } from '@app/application';
import { Keyring } from '@app/eventing';
import { sample } from '@app/sample-program';
import { Api, expectProblem, MARKER } from './api.fixture.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const url = `/v1/conversations/${sample.conversationId}`;
const remove = (as: typeof sample.owner | typeof sample.manager, body: unknown = { confirm: 'delete' }) =>
  api.ask('POST', `${url}/delete`, { as, body });
const allow = (value: 'allowed' | 'never') =>
  api.standalone.app
    .get(CommandBus)
    .execute(
      new HandleProgram(
        sample.programId,
        { type: 'ChangePolicy', data: { name: 'conversationDeletion', value, by: 'admin' } },
        systemContext(sample.programId, `allow ${value}`),
      ),
    );

describe('M8: deleting a whole conversation', () => {
  it('is off unless the policy of the program allows it', async () => {
    const events = await api.recorded(async () =>
      expectProblem(await remove(sample.owner), { status: 409, code: 'DeletionNotAllowed' }),
    );
    expect(events).toEqual([]);
  });

  it('needs the permission and the typed confirmation', async () => {
    await allow('allowed');
    const events = await api.recorded(async () => {
      expectProblem(await remove(sample.manager), { status: 403, code: 'NotPermitted' });
      for (const body of [{}, { confirm: 'yes' }, { confirm: 'Delete' }])
        expectProblem(await remove(sample.owner, body), { status: 400, code: 'InvalidRequest', field: 'confirm' });
    });
    expect(events).toEqual([]);
  });

  it('destroys the content; the fact and its author stay', async () => {
    await api.post(`${url}/messages`, { channel: 'in-app', text: MARKER });
    const events = await api.recorded(async () => expect((await remove(sample.owner)).status).toBe(200));
    expect(events).toMatchObject([{ type: 'ConversationDeleted', data: { by: sample.owner.id } }]);
    await api.rest();
    const keyring = api.standalone.app.get(Keyring);
    while ((await keyring.get([sample.conversationId])).get(sample.conversationId) !== 'destroyed')
      await new Promise((resolve) => setTimeout(resolve, 5));
    expectProblem(await api.get(url), { status: 404, code: 'ConversationNotFound' });
    expectProblem(await api.post(`${url}/messages`, { channel: 'in-app', text: 'Hello' }), {
      status: 410,
      code: 'ConversationDeleted',
    });
    expect((await remove(sample.owner)).status).toBe(200);
  });
});
