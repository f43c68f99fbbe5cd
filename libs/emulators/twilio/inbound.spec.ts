import {
  account,
  cleanUp,
  connect,
  CONTACT,
  OURS,
  receiver,
  SID,
  signatureHolds,
  start,
  TOKEN,
  type Receiver,
} from './emulator.fixture.js';
import type { TwilioEmulator, TwilioEmulatorOptions } from './index.js';

afterEach(cleanUp);

const withHook = (hook: Receiver, options: TwilioEmulatorOptions = {}): Promise<TwilioEmulator> =>
  start({ accounts: [account({ numbers: [{ phoneNumber: OURS, smsUrl: `${hook.url}/sms` }] })], ...options });

describe('a text from a contact', () => {
  it('is stored and posted, signed so that the SDK accepts it', async () => {
    const hook = await receiver((response) =>
      response.writeHead(200, { 'content-type': 'text/xml' }).end('<Response/>'),
    );
    const emulator = await withHook(hook);

    const { sid, webhook } = await emulator.inbound({
      from: CONTACT,
      to: OURS,
      body: 'héllo 👋 & goodbye+',
      mediaUrls: ['https://example.com/a.png'],
    });

    expect(webhook).toEqual({ delivered: true, status: 200, body: '<Response/>' });
    const [post] = hook.received;
    expect(post?.params).toMatchObject({
      MessageSid: sid,
      SmsSid: sid,
      SmsMessageSid: sid,
      SmsStatus: 'received',
      AccountSid: SID,
      From: CONTACT,
      To: OURS,
      Body: 'héllo 👋 & goodbye+',
      NumMedia: '1',
      NumSegments: '1',
      MediaUrl0: 'https://example.com/a.png',
      MediaContentType0: 'image/png',
      ApiVersion: '2010-04-01',
      FromCountry: 'US',
    });
    expect(post?.headers['i-twilio-idempotency-token']).toMatch(/^[0-9a-f-]{36}$/);
    expect(post && signatureHolds(`${hook.url}/sms`, post)).toBe(true);
    expect(post && signatureHolds(`${hook.url}/sms`, { ...post, params: { ...post.params, Body: 'forged' } })).toBe(
      false,
    );
    expect(await connect(emulator).messages(sid).fetch()).toMatchObject({
      direction: 'inbound',
      status: 'received',
      body: 'héllo 👋 & goodbye+',
    });
    expect(emulator.ledger().inbound).toMatchObject([
      { n: 1, sid, from: CONTACT, to: OURS, repeated: false, answered: 200 },
    ]);
  });

  it('is posted again as a duplicate', async () => {
    const hook = await receiver();
    const emulator = await withHook(hook);
    const { sid } = await emulator.inbound({ from: CONTACT, to: OURS, body: 'STOP' });
    await emulator.inbound({ from: CONTACT, to: OURS, body: 'START' });

    await emulator.inbound({ messageSid: sid });

    expect(hook.received[2]?.params).toEqual(hook.received[0]?.params);
    expect(hook.received[2]?.headers['i-twilio-idempotency-token']).toBe(
      hook.received[0]?.headers['i-twilio-idempotency-token'],
    );
    expect(emulator.ledger().inbound.map(({ repeated }) => repeated)).toEqual([false, false, true]);
    await connect(emulator).messages.create({ to: CONTACT, from: OURS, body: 'not blocked by the duplicate' });
  });

  it('is found only by listing after an outage, and can be posted later', async () => {
    const hook = await receiver();
    const emulator = await withHook(hook);

    const { sid, webhook } = await emulator.inbound({ from: CONTACT, to: OURS, body: 'missed', deliver: false });

    expect(webhook).toEqual({ delivered: false, status: null, body: '' });
    expect(hook.received).toEqual([]);
    expect((await connect(emulator).messages.list({ to: OURS })).map((message) => message.sid)).toEqual([sid]);
    await emulator.inbound({ messageSid: sid });
    expect(hook.received).toHaveLength(1);
  });

  it('is posted once more only after a connection failure', async () => {
    let failures = 1;
    const hook = await receiver((response) => {
      failures -= 1;
      if (failures >= 0) response.socket?.resetAndDestroy();
      else response.writeHead(500).end();
    });
    const emulator = await withHook(hook);

    const once = await emulator.inbound({ from: CONTACT, to: OURS, body: 'hello' });
    expect(once.webhook).toEqual({ delivered: false, status: 500, body: '' });
    expect(hook.received).toHaveLength(2);
    expect(hook.received[1]?.headers['i-twilio-idempotency-token']).toBe(
      hook.received[0]?.headers['i-twilio-idempotency-token'],
    );

    failures = 5;
    const never = await emulator.inbound({ from: CONTACT, to: OURS, body: 'hello' });
    expect(never.webhook.status).toBeNull();
    expect(hook.received).toHaveLength(4);
  });

  it('is given up when the webhook is too slow, and not retried', async () => {
    const hook = await receiver(() => undefined);
    const emulator = await withHook(hook, { webhookTimeoutMs: 50 });

    const { webhook } = await emulator.inbound({ from: CONTACT, to: OURS, body: 'hello' });

    expect(webhook).toEqual({ delivered: false, status: null, body: '' });
    expect(hook.received).toHaveLength(1);
    expect(emulator.ledger().inbound).toMatchObject([{ answered: null }]);
  });

  it('has hosted media behind credentials and a redirect that must not get them', async () => {
    const hook = await receiver();
    const emulator = await withHook(hook);
    const { sid } = await emulator.inbound({
      from: CONTACT,
      to: OURS,
      media: [{ contentType: 'image/gif', base64: Buffer.from('GIF89a').toString('base64') }],
    });
    const url = hook.received[0]?.params['MediaUrl0'] ?? '';
    const authorization = `Basic ${Buffer.from(`${SID}:${TOKEN}`).toString('base64')}`;

    expect(sid).toMatch(/^MM/);
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(401);
    const redirect = await fetch(url, { redirect: 'manual', headers: { authorization } });
    expect(redirect.status).toBe(307);
    const location = redirect.headers.get('location') ?? '';
    expect((await fetch(location, { headers: { authorization } })).status).toBe(400);
    const bytes = await fetch(location);
    expect(bytes.headers.get('content-type')).toBe('image/gif');
    expect(await bytes.text()).toBe('GIF89a');
    expect((await connect(emulator).messages(sid).media.list())[0]?.contentType).toBe('image/gif');
  });
});

describe('opt-out keywords', () => {
  const send = (emulator: TwilioEmulator, to = CONTACT) =>
    connect(emulator).messages.create({ to, from: OURS, body: 'hello' });

  it.each(['STOP', 'stopall', ' Unsubscribe ', 'CANCEL', 'end', 'QUIT', 'revoke', 'OptOut\n'])(
    '%p blocks with 21610 until START',
    async (word) => {
      const hook = await receiver();
      const emulator = await withHook(hook);

      await emulator.inbound({ from: CONTACT, to: OURS, body: word });
      await emulator.inbound({ from: CONTACT, to: OURS, body: word });

      expect(hook.received).toHaveLength(2);
      await expect(send(emulator)).rejects.toMatchObject({ status: 400, code: 21610 });
      await send(emulator, '+15005559002');
      expect(emulator.ledger().autoAnswers).toMatchObject([{ n: 1, keyword: 'stop', from: OURS, to: CONTACT }]);

      await emulator.inbound({ from: CONTACT, to: OURS, body: 'start' });
      await emulator.inbound({ from: CONTACT, to: OURS, body: 'start' });

      expect((await send(emulator)).status).toBe('queued');
      const answers = emulator.ledger().autoAnswers;
      expect(answers.map(({ keyword }) => keyword)).toEqual(['stop', 'start']);
      expect(
        await connect(emulator)
          .messages(answers[0]?.sid ?? '')
          .fetch(),
      ).toMatchObject({ direction: 'outbound-reply', to: CONTACT });
    },
  );

  it.each(['STOP PLEASE', 'please stop', 'opt out', 'STOP.', ''])('%p does not block', async (text) => {
    const emulator = await start();
    await emulator.inbound({ from: CONTACT, to: OURS, body: text });
    await send(emulator);
    expect(emulator.ledger().autoAnswers).toEqual([]);
  });

  it('YES opts in again without a reply, HELP is answered every time', async () => {
    const emulator = await start();
    for (const body of ['STOP', 'yes', 'YES', 'HELP', 'info'])
      await emulator.inbound({ from: CONTACT, to: OURS, body });
    await send(emulator);
    expect(emulator.ledger().autoAnswers.map(({ keyword }) => keyword)).toEqual(['stop', 'help', 'help']);
  });

  it('block the whole pool of a messaging service', async () => {
    const second = '+15005550002';
    const sid = `MG${'5'.repeat(32)}`;
    const emulator = await start({
      accounts: [
        account({
          numbers: [OURS, second].map((phoneNumber) => ({ phoneNumber })),
          messagingServices: [{ sid, numbers: [OURS, second] }],
        }),
      ],
    });
    await emulator.inbound({ from: CONTACT, to: second, body: 'STOP' });
    await expect(send(emulator)).rejects.toMatchObject({ code: 21610 });
    await expect(
      connect(emulator).messages.create({ to: CONTACT, messagingServiceSid: sid, body: 'hello' }),
    ).rejects.toMatchObject({ code: 21610 });
  });
});
