import type { Identity } from '@app/platform';
import { sample } from '@app/sample-program';
import { Api, expectProblem } from './api.fixture.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const { owner, manager } = sample;
const program = async () => (await api.get('/v1/program', { as: manager })).body;
const change = (path: string, body: object, as: Identity = manager) =>
  api.ask('PUT', `/v1/program/${path}`, { as, body });

describe('G7: the settings of a program', () => {
  it('shows every policy with its value, its default and its choices', async () => {
    expect(await program()).toMatchObject({
      id: sample.programId,
      policies: expect.arrayContaining([
        expect.objectContaining({
          name: 'messagesEnabled',
          value: 'on',
          default: 'on',
          choices: ['on', 'off'],
          means: expect.any(String) as string,
        }),
      ]) as unknown,
    });
  });

  it('stores who changed a policy, and the policy applies at once', async () => {
    const off = { name: 'messagesEnabled', value: 'off' };
    const events = await api.recorded(async () => expect((await change('policies', off)).status).toBe(200));
    expect(events).toMatchObject([{ type: 'PolicyChanged', data: { ...off, by: manager.id } }]);
    expectProblem(await api.get('/v1/portal/conversations', { as: sample.contact }), {
      status: 403,
      code: 'MessagesDisabled',
    });
    await change('policies', { name: 'messagesEnabled', value: 'on' });
    expect((await api.get('/v1/portal/conversations', { as: sample.contact })).status).toBe(200);
  });

  it('refuses a value that the policy does not have, and names the field', async () => {
    const events = await api.recorded(async () =>
      expectProblem(await change('policies', { name: 'messagesEnabled', value: 'maybe' }), {
        status: 409,
        code: 'PolicyUnknown',
        field: 'value',
      }),
    );
    expect(events).toEqual([]);
  });

  it('refuses a change of settings that somebody else changed meanwhile', async () => {
    const { revision } = await program();
    await change('name', { name: 'Sunrise Partners' });
    const late = { as: manager, body: { name: 'Sunset' }, headers: { 'if-match': `"${String(revision)}"` } };
    expectProblem(await api.ask('PUT', '/v1/program/name', late), { status: 412, code: 'RevisionMismatch' });
    expect(await program()).toMatchObject({ name: 'Sunrise Partners' });
  });

  it('K14: an opt-in text without STOP is not saved; another one gets a version of its own', async () => {
    const before = (await program())['optInText'];
    expectProblem(await change('opt-in-text', { text: 'Reply YES' }), {
      status: 409,
      code: 'OptInTextWithoutOptOut',
      field: 'optInText',
    });
    expect((await program())['optInText']).toEqual(before);
    await change('opt-in-text', { text: 'Reply YES, or STOP to opt out' });
    expect(await program()).toMatchObject({ optInText: { version: '2', text: 'Reply YES, or STOP to opt out' } });
  });

  it('a site that was allowed may show the widget', async () => {
    const origins = ['https://shop.example'];
    expect((await change('widget-origins', { origins })).status).toBe(200);
    expect(await program()).toMatchObject({ widgetOrigins: origins });
  });

  it('T3: an owner adds a number and rotates its token, which is never shown', async () => {
    const number = { phone: '+1 415 555 0177', accountSid: `AC${'7'.repeat(32)}`, authToken: 'first-secret' };
    const senders = async () => (await api.get('/v1/program/senders', { as: manager })).body['documents'] as object[];
    expectProblem(await change('senders', number), { status: 403, code: 'NotPermitted' });
    expect((await change('senders', number, owner)).status).toBe(200);
    expect((await senders()).at(-1)).toMatchObject({ phone: '+14155550177', isRotating: false });
    const added = await change('senders', { ...number, authToken: 'second-secret' }, owner);
    expect((await senders()).at(-1)).toMatchObject({ isRotating: true });
    const { senderId } = added.body;
    const ended = await api.post('/v1/program/senders/end-rotation', { senderId }, { as: owner });
    expect(ended.status).toBe(200);
    expect((await senders()).at(-1)).toMatchObject({ id: senderId, isRotating: false });
    expect(JSON.stringify(await senders())).not.toContain('secret');
  });
});
