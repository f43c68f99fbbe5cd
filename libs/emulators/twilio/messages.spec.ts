import { checked } from './description.fixture.js';
import { account, cleanUp, connect, CONTACT, eventually, OURS, SID, start, TOKEN } from './emulator.fixture.js';
import { startTwilioEmulator } from './index.js';

afterEach(cleanUp);

const SERVICE = `MG${'5'.repeat(32)}`;
const hello = { to: CONTACT, from: OURS, body: 'hello' };

async function delivered(client: ReturnType<typeof connect>, sid: string) {
  let status = '';
  while (status !== 'delivered') ({ status } = await client.messages(sid).fetch());
}

describe('the SDK against the emulator', () => {
  it('creates a queued message, and fetches it when it is delivered', async () => {
    const client = connect(await start());
    const before = checked.answers;

    const message = await client.messages.create(hello);

    expect(message).toMatchObject({
      status: 'queued',
      direction: 'outbound-api',
      numSegments: '1',
      numMedia: '0',
      to: CONTACT,
      from: OURS,
      errorCode: null,
    });
    expect(message.sid).toMatch(/^SM[0-9a-f]{32}$/);
    expect(message.dateSent).toBeNull();
    await delivered(client, message.sid);
    const fetched = await client.messages(message.sid).fetch();
    expect(fetched.dateSent).toBeInstanceOf(Date);
    expect(fetched.body).toBe('hello');
    expect(checked.answers - before).toBeGreaterThanOrEqual(3);
  });

  it('accepts media, and lists them', async () => {
    const client = connect(await start());
    const { sid, numMedia } = await client.messages.create({
      to: CONTACT,
      from: OURS,
      mediaUrl: ['https://example.com/a.png', 'https://example.com/b.gif'],
    });

    expect(numMedia).toBe('2');
    const media = await client.messages(sid).media.list();
    expect(media.map((item) => item.contentType)).toEqual(['image/png', 'image/gif']);
    expect(
      (
        await client
          .messages(sid)
          .media(media[1]?.sid ?? '')
          .fetch()
      ).parentSid,
    ).toBe(sid);
  });

  it('redacts a finished message and not before', async () => {
    const client = connect(await start({ delays: { sentMs: 60_000 } }));
    const { sid } = await client.messages.create(hello);
    await expect(client.messages(sid).update({ body: '' })).rejects.toMatchObject({ status: 409, code: 20009 });

    const quick = connect(await start());
    const second = await quick.messages.create(hello);
    await delivered(quick, second.sid);
    await quick.messages(second.sid).update({ body: '' });

    expect((await quick.messages(second.sid).fetch()).body).toBe('');
    await expect(quick.messages(second.sid).update({ body: 'other words' })).rejects.toMatchObject({ status: 400 });
  });

  it('cancels a queued message, and no sent one', async () => {
    const client = connect(await start({ delays: { sentMs: 60_000 } }));
    const { sid } = await client.messages.create(hello);
    expect((await client.messages(sid).update({ status: 'canceled' })).status).toBe('canceled');

    const quick = connect(await start());
    const second = await quick.messages.create(hello);
    await delivered(quick, second.sid);
    await expect(quick.messages(second.sid).update({ status: 'canceled' })).rejects.toMatchObject({ code: 30409 });
  });

  it('deletes a finished message and not before', async () => {
    const client = connect(await start({ delays: { sentMs: 60_000 } }));
    const { sid } = await client.messages.create(hello);
    await expect(client.messages(sid).remove()).rejects.toMatchObject({ status: 409, code: 20009 });
    await client.messages(sid).update({ status: 'canceled' });

    expect(await client.messages(sid).remove()).toBe(true);

    await expect(client.messages(sid).fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
    expect(await client.messages.list()).toEqual([]);
  });

  it('sends by a messaging service, which chooses the number later', async () => {
    const emulator = await start({ accounts: [account({ messagingServices: [{ sid: SERVICE, numbers: [OURS] }] })] });
    const client = connect(emulator);

    const message = await client.messages.create({ to: CONTACT, messagingServiceSid: SERVICE, body: 'hello' });

    expect(message).toMatchObject({ status: 'accepted', from: null, numSegments: '0', messagingServiceSid: SERVICE });
    await delivered(client, message.sid);
    expect(await client.messages(message.sid).fetch()).toMatchObject({ from: OURS, numSegments: '1' });
  });

  it('keeps a scheduled message until it is canceled', async () => {
    const client = connect(
      await start({ accounts: [account({ messagingServices: [{ sid: SERVICE, numbers: [OURS] }] })] }),
    );
    const sendAt = new Date(Date.now() + 3_600_000);
    const scheduled = { to: CONTACT, body: 'later', scheduleType: 'fixed', sendAt } as const;
    const message = await client.messages.create({ ...scheduled, messagingServiceSid: SERVICE });

    expect(message.status).toBe('scheduled');
    expect((await client.messages(message.sid).update({ status: 'canceled' })).status).toBe('canceled');
    await expect(client.messages.create({ ...scheduled, from: OURS })).rejects.toMatchObject({ code: 35118 });
  });

  it('keeps accounts apart', async () => {
    const other = 'AC00000000000000000000000000000002';
    const emulator = await start({
      accounts: [account(), { accountSid: other, authToken: 'other', numbers: [{ phoneNumber: '+15005550002' }] }],
    });
    const { sid } = await connect(emulator).messages.create(hello);
    const stranger = connect(emulator, other, 'other');

    await expect(stranger.messages(sid).fetch()).rejects.toMatchObject({ status: 404 });
    await expect(stranger.messages.create(hello)).rejects.toMatchObject({ code: 21606 });
    expect(await stranger.messages.list()).toEqual([]);
    await expect(connect(emulator, SID, 'other').messages(sid).fetch()).rejects.toMatchObject({
      status: 401,
      code: 20003,
    });
  });
});

describe('a create that the provider refuses', () => {
  const media = (count: number): string[] => Array.from({ length: count }, () => 'https://example.com/a.png');
  it.each([
    ['without a recipient', { ...hello, to: '' }, 21604],
    ['to an invalid number', { ...hello, to: '12' }, 21211],
    ['without a body', { ...hello, body: '' }, 21602],
    ['without a sender', { to: CONTACT, body: 'hello' }, 21603],
    ['from an unknown number', { ...hello, from: '+15005550009' }, 21606],
    ['by an unknown messaging service', { to: CONTACT, body: 'hello', messagingServiceSid: SERVICE }, 21701],
    ['with 1,601 characters', { ...hello, body: 'x'.repeat(1601) }, 21617],
    ['with eleven media', { ...hello, mediaUrl: media(11) }, 21623],
    ['with media that have no address', { ...hello, mediaUrl: ['a.png'] }, 21620],
    ['with a callback that has no address', { ...hello, statusCallback: 'nowhere' }, 21609],
  ])('%s', async (_case, create, code) => {
    const emulator = await start();

    await expect(connect(emulator).messages.create(create)).rejects.toMatchObject({ status: 400, code });

    expect(emulator.ledger().creates).toMatchObject([{ accepted: false, sid: null, answered: 400 }]);
  });

  it('with wrong credentials', async () => {
    const emulator = await start();
    await expect(connect(emulator, SID, 'wrong').messages.create(hello)).rejects.toMatchObject({
      status: 401,
      code: 20003,
    });
    expect(emulator.ledger().creates).toMatchObject([{ accepted: false, answered: 401 }]);
  });

  it('sent as JSON, or to a route that does not exist', async () => {
    const { url } = await start();
    const authorization = `Basic ${Buffer.from(`${SID}:${TOKEN}`).toString('base64')}`;
    const json = await fetch(`${url}/2010-04-01/Accounts/${SID}/Messages.json`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ To: CONTACT, From: OURS, Body: 'hello' }),
    });
    expect(json.status).toBe(415);
    const unknown = await fetch(`${url}/2010-04-01/Accounts/${SID}/Calls.json`, { headers: { authorization } });
    expect(await unknown.json()).toMatchObject({ code: 20404, status: 404 });
  });

  it('accepts values just within the limits', async () => {
    const client = connect(await start());
    await client.messages.create({ ...hello, body: 'x'.repeat(1600), mediaUrl: media(10) });
  });
});

it('refuses an account without a token, and keeps a running one usable', async () => {
  await expect(startTwilioEmulator({ accounts: [account({ authToken: '' })] })).rejects.toThrow('needs an authToken');
  const emulator = await start({ accounts: [] });
  emulator.putAccount(SID, { authToken: TOKEN, numbers: [{ phoneNumber: OURS }] });
  await connect(emulator).messages.create(hello);
  await eventually(() => emulator.ledger().creates[0]?.accepted === true);
});
