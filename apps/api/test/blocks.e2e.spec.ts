import { setTimeout as sleep } from 'node:timers/promises';
import type { Identity } from '@app/platform';
import { sample } from '@app/sample-program';
import { Api, expectProblem, MARKER, NOBODY, type Answer } from './api.fixture.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const { agent, owner, viewer, contact } = sample;
const rosa = '+14155550132';
const stranger = '+14155550177';
const url = `/v1/conversations/${sample.conversationId}`;
const portal = `/v1/portal/conversations/${sample.conversationId}/messages`;
type Row = Readonly<Record<string, unknown>>;
const rows = ({ body }: Answer): readonly Row[] => body['documents'] as readonly Row[];
const place = (body: unknown, as: Identity = agent): Promise<Answer> => api.post('/v1/blocks', body, { as });
const lift = (id: unknown): Promise<Answer> => api.post(`/v1/blocks/${String(id)}/lift`, {}, { as: agent });
const texts = async (from: string, body: string): Promise<void> => {
  await fetch(`${String(api.standalone.emulatorUrl)}/emulator/inbound`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ from, to: sample.senderPhone, body }),
  });
};
const kept = async (id: unknown, as: Identity = agent): Promise<readonly unknown[]> =>
  rows(await api.get(`/v1/blocks/${String(id)}/messages`, { as })).map(({ text }) => text);
const blockOf = async (id: unknown): Promise<Row | undefined> =>
  rows(await api.get('/v1/blocks', { as: agent })).find((row) => row['id'] === id);
const mails = async (): Promise<number> => {
  await api.rest();
  return ((await api.get('/dev/mail', { as: owner })).body as unknown as readonly unknown[]).length;
};

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 20_000; !(await isSo()); await sleep(20))
    if (Date.now() > end) throw new Error('It did not happen');
}

/** Everything that shows messages, but the list of the blocked. */
async function shownElsewhere(): Promise<string> {
  const answers = await Promise.all([
    ...['/v1/conversations?folder=all', url, `${url}/messages`, `/v1/contacts/${contact.id}`].map((path) =>
      api.get(path, { as: owner }),
    ),
    api.get('/v1/portal/conversations', { as: contact }),
    api.get(portal, { as: contact }),
    api.get('/dev/mail', { as: owner }),
  ]);
  return answers.map(({ text }) => text).join();
}

describe('M16: a blocked contact', () => {
  it('is listed; what they write in the portal and by text is kept there and shown nowhere else', async () => {
    await api.post(`${url}/messages`, { channel: 'in-app', text: 'Hello' }, { as: agent });
    const before = await mails();
    const { status, body } = await place({ contactId: contact.id });
    expect([status, body['blockId']]).toEqual([201, contact.id]);
    expect((await place({ contactId: contact.id })).status).toBe(201);
    const written = await api.post(portal, { text: `${MARKER} in the portal` }, { as: contact });
    expect([written.status, Object.keys(written.body)]).toEqual([201, expect.arrayContaining(['messageId'])]);
    await texts(rosa, `${MARKER} by text`);
    await until(async () => (await blockOf(contact.id))?.['messages'] === 2);
    expect(await blockOf(contact.id)).toMatchObject({ kind: 'contact', name: 'Rosa Referrer', by: agent.id });
    expect(await kept(contact.id)).toEqual([`${MARKER} in the portal`, `${MARKER} by text`]);
    expect(await kept(contact.id, viewer)).toEqual([null, null]);
    expect(await mails()).toBe(before);
    expect(await shownElsewhere()).not.toContain(MARKER);
    expect((await api.get(url, { as: agent })).body).toMatchObject({ folder: 'replied', answers: 0 });
  });

  it('is still heard: their keywords count for consent', async () => {
    const consent = async (): Promise<unknown> => (await api.get(url, { as: agent })).body['consent'];
    await texts(rosa, 'START');
    await until(async () => (await consent()) === 'yes');
    await texts(rosa, 'STOP');
    await until(async () => (await consent()) === 'no');
    await until(async () => (await kept(contact.id)).length === 4);
    expect((await api.get(`${url}/messages`, { as: agent })).text).not.toContain('"keyword"');
  });

  it('once unblocked, everything is shown at its place, without an alert', async () => {
    const later = await api.post(`${url}/messages`, { channel: 'in-app', text: 'Written meanwhile' }, { as: agent });
    expect(later.status).toBe(201);
    const before = await mails();
    expect((await lift(contact.id)).status).toBe(200);
    expect((await lift(contact.id)).status).toBe(200);
    await until(async () => (await blockOf(contact.id)) === undefined);
    const thread = async () => rows(await api.get(`${url}/messages`, { as: agent })).map(({ text }) => text);
    await until(async () => (await thread()).includes(`${MARKER} in the portal`));
    const shown = (await thread()).filter((text) => text !== null);
    expect(shown.slice(-3)).toEqual(['Hello', `${MARKER} in the portal`, 'Written meanwhile']);
    await until(async () => (await api.get(url, { as: agent })).body['folder'] === 'unread');
    await until(async () =>
      (await api.get('/v1/conversations?folder=all', { as: agent })).text.includes(`${MARKER} by text`),
    );
    expectProblem(await api.get(`/v1/blocks/${contact.id}/messages`, { as: agent }), {
      status: 404,
      code: 'BlockNotFound',
    });
    expect(await mails()).toBe(before);
    const { body } = await api.post(portal, { text: 'Back again' }, { as: contact });
    expect((await api.get(`${url}?position=${String(body['position'])}`, { as: agent })).body).toMatchObject({
      preview: 'Back again',
    });
  });
});

describe('M16: a message to the portal that is repeated with its key', () => {
  it('gets its first answer, also after the block was placed or lifted meanwhile', async () => {
    const write = (key: string): Promise<Answer> =>
      api.post(portal, { text: `Once: ${key}` }, { as: contact, headers: { 'idempotency-key': key } });
    const before = await write('before');
    await place({ contactId: contact.id });
    const during = await write('during');
    const repeated: unknown[] = [];
    const repeat = async (): Promise<void> => {
      for (const key of ['before', 'during']) repeated.push((await write(key)).body);
    };
    expect(await api.recorded(repeat)).toEqual([]);
    await lift(contact.id);
    const thread = async (): Promise<readonly unknown[]> =>
      rows(await api.get(`${url}/messages`, { as: agent })).map(({ text }) => text);
    await until(async () => (await thread()).includes('Once: during'));
    await api.rest();
    expect(await api.recorded(repeat)).toEqual([]);
    const answers = [before.body, during.body];
    expect(repeated).toEqual([...answers, ...answers]);
  });
});

describe('M16: a blocked number', () => {
  it('starts no conversation until it is unblocked', async () => {
    const { body } = await place({ phone: stranger });
    await texts(stranger, `${MARKER} from a stranger`);
    await until(async () => (await blockOf(body['blockId']))?.['messages'] === 1);
    expect(await blockOf(body['blockId'])).toMatchObject({ kind: 'number', phone: stranger });
    await api.rest();
    const inbox = async (): Promise<string> => (await api.get('/v1/conversations?folder=all', { as: agent })).text;
    expect(await inbox()).not.toContain(stranger);
    await lift(body['blockId']);
    await until(async () => (await inbox()).includes(`${MARKER} from a stranger`));
  });
});

describe('M16: blocking', () => {
  it.each([
    [{}, { status: 400, code: 'InvalidRequest', field: 'contactId' }],
    [
      { contactId: contact.id, phone: rosa },
      { status: 400, code: 'InvalidRequest', field: 'contactId' },
    ],
    [{ phone: '12' }, { status: 400, code: 'InvalidRequest', field: 'phone' }],
    [{ contactId: NOBODY }, { status: 404, code: 'ContactNotFound' }],
  ])('%j is refused', async (body, problem) => {
    expect(await api.recorded(async () => expectProblem(await place(body), problem))).toEqual([]);
  });

  it('requires the permission to write, and a block to lift', async () => {
    expectProblem(await place({ contactId: contact.id }, viewer), { status: 403, code: 'NotPermitted' });
    expectProblem(await lift(NOBODY), { status: 404, code: 'BlockNotFound' });
  });
});
