import { setTimeout as sleep } from 'node:timers/promises';
import PostalMime from 'postal-mime';
import type { Identity } from '@app/platform';
import { sample } from '@app/sample-program';
import { Api, expectProblem, type Answer } from './api.fixture.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const { agent, manager, owner, contact } = sample;
const url = `/v1/conversations/${sample.conversationId}`;
type Row = Readonly<Record<string, unknown>>;
const change = (what: string, body: unknown = {}, as: Identity = agent): Promise<Answer> =>
  api.post(`${url}/${what}`, body, { as });
const row = async ({ body }: Answer): Promise<Row> =>
  (await api.get(`${url}?position=${String(body['position'])}`, { as: agent })).body;
const idsIn = async (query: string): Promise<readonly unknown[]> =>
  ((await api.get(`/v1/conversations?${query}`, { as: agent })).body['documents'] as Row[]).map(({ id }) => id);
const emulator = (path: string, body: object): Promise<unknown> =>
  fetch(`${String(api.standalone.emulatorUrl)}/emulator/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

async function alerts(): Promise<readonly string[]> {
  await api.rest();
  const stored = (await api.get('/dev/mail', { as: owner })).body as unknown as readonly { readonly raw: string }[];
  const mails = await Promise.all(stored.map(({ raw }) => PostalMime.parse(raw)));
  return mails.filter(({ text }) => text?.includes('no longer snoozed')).map(({ to }) => to?.[0]?.address ?? '');
}
const inAnHour = (): string => new Date(Date.now() + 3_600_000).toISOString();

async function untilUnread(): Promise<Row> {
  for (const end = Date.now() + 20_000; ;) {
    const { body } = await api.get(url, { as: agent });
    if (body['folder'] === 'unread') return body;
    if (Date.now() > end) throw new Error('It did not come back');
    await sleep(20);
  }
}

describe('M13: snooze', () => {
  it('takes a conversation out of the inbox of all staff, and unsnooze brings it back, without an alert', async () => {
    await api.ask('PUT', `${url}/assignee`, { as: manager, body: { assignee: agent.id } });
    const until = inAnHour();
    const snoozed = await change('snooze', { until });
    expect(await row(snoozed)).toMatchObject({ folder: 'snoozed', snoozedUntil: until, answers: 1 });
    expect(await idsIn('folder=snoozed')).toEqual([sample.conversationId]);
    for (const folder of ['inbox', 'unread', 'read', 'archived']) expect(await idsIn(`folder=${folder}`)).toEqual([]);
    expect(await row(await change('unsnooze', {}, manager))).toMatchObject({ folder: 'unread', snoozedUntil: null });
    expect(await idsIn('folder=inbox')).toEqual([sample.conversationId]);
    expect(await alerts()).toEqual([]);
  });

  it('ends by itself when its time has come, and alerts the assignee only', async () => {
    await change('snooze', { until: new Date(Date.now() + 1_000).toISOString() });
    expect(await untilUnread()).toMatchObject({ snoozedUntil: null });
    await emulator('inbound', { from: '+14155550132', to: sample.senderPhone, body: 'START' });
    expect(await alerts()).toEqual(['alex@sunrise-solar.example']);
  });

  it('lasts without a time until the contact writes by text, and alerts then', async () => {
    const send = await change('messages', { channel: 'sms', text: 'We will see' });
    expect(send.status).toBe(201);
    await api.rest();
    expect(await row(await change('snooze'))).toMatchObject({ folder: 'snoozed', snoozedUntil: null });
    await emulator('inbound', { from: '+14155550132', to: sample.senderPhone, body: 'Any news?' });
    expect(await untilUnread()).toMatchObject({ answers: 1, preview: 'Any news?' });
    expect(await alerts()).toEqual(['alex@sunrise-solar.example', 'alex@sunrise-solar.example']);
  });

  it('ends with a message in the app, which has an email of its own', async () => {
    const before = (await alerts()).length;
    await change('snooze');
    await api.post(`/v1/portal/conversations/${sample.conversationId}/messages`, { text: 'Hello?' }, { as: contact });
    expect(await untilUnread()).toMatchObject({ preview: 'Hello?' });
    expect(await alerts()).toHaveLength(before);
  });

  it.each([
    ['2020-01-01T00:00:00Z', 'SnoozeEndsInThePast'],
    ['tomorrow', 'InvalidRequest'],
    [7, 'InvalidRequest'],
  ])('until %j is refused', async (until, code) => {
    const events = await api.recorded(async () =>
      expectProblem(await change('snooze', { until }), { status: 400, code, field: 'until' }),
    );
    expect(events).toEqual([]);
  });
});

describe('M13: labels', () => {
  it('are shown in the row, and list the conversations that have them', async () => {
    expect(await row(await change('label', { label: '  spring   bonus ' }))).toMatchObject({
      labels: ['spring bonus'],
    });
    expect(await row(await change('label', { label: 'VIP' }))).toMatchObject({ labels: ['spring bonus', 'VIP'] });
    const { body } = await api.post('/v1/conversations', { contactId: contact.id }, { as: agent });
    const other = String(body['conversationId']);
    const second = await api.post(`/v1/conversations/${other}/label`, { label: 'VIP' }, { as: agent });
    const at = `&position=${String(second.body['position'])}`;
    expect(await idsIn(`label=VIP${at}`)).toEqual([other, sample.conversationId]);
    expect(await idsIn(`label=spring%20bonus${at}`)).toEqual([sample.conversationId]);
    const { body: first } = await api.get(`/v1/conversations?label=VIP&limit=1`, { as: agent });
    expect(await idsIn(`label=VIP&limit=1&after=${String(first['next'])}`)).toEqual([sample.conversationId]);
    expect(await row(await change('unlabel', { label: 'VIP' }))).toMatchObject({ labels: ['spring bonus'] });
    expect(await idsIn('label=VIP')).toEqual([other]);
  });

  it('are seen by staff only', async () => {
    expect((await api.get('/v1/portal/conversations', { as: contact })).text).not.toContain('spring bonus');
  });

  it.each([
    ['label', ' '],
    ['label', 'x'.repeat(41)],
    ['label', 7],
    ['unlabel', undefined],
  ])('%s %j is refused', async (what, label) => {
    const events = await api.recorded(async () =>
      expectProblem(await change(what, { label }), { status: 400, code: 'InvalidRequest', field: 'label' }),
    );
    expect(events).toEqual([]);
  });
});
