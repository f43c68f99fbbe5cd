import type { SMTPServerOptions } from 'smtp-server';
import type { Email, SendOutcome } from '@app/gateways';
import { emailGatewayContract } from '@app/testing/contracts';
import { startListener, startMailServer, type MailServer } from './smtp.fixture.js';
import { SmtpGateway } from './smtp.gateway.js';

const from = 'messages@sunrise.example';
const to = 'rosa@mail.example';
const email: Email = {
  messageId: 'one',
  programId: 'p',
  to: { name: 'Rosa', address: to },
  fromName: 'Sunrise',
  subject: 'Hi',
  text: 'Hello',
  html: '<p>Hello</p>',
};

emailGatewayContract(
  'a mail server',
  async () => {
    const server = await startMailServer({ hideSTARTTLS: true });
    const gateway = new SmtpGateway({ url: `smtp://${server.address}`, from });
    return {
      gateway,
      received: () => Promise.resolve(server.received),
      close: () => {
        gateway.onApplicationShutdown();
        return server.close();
      },
    };
  },
  { canTell: false },
);

describe('SMTP', () => {
  let server: MailServer;
  const gateways: SmtpGateway[] = [];
  afterEach(async () => {
    for (const gateway of gateways.splice(0)) gateway.onApplicationShutdown();
    await server.close();
  });

  const gateway = (url: string, timeoutMs?: number): SmtpGateway => {
    const made = new SmtpGateway({ url, from, ...(timeoutMs !== undefined && { timeoutMs }) });
    gateways.push(made);
    return made;
  };
  const start = async (options?: SMTPServerOptions): Promise<MailServer> => (server = await startMailServer(options));
  const sendTo = async (options: SMTPServerOptions, timeoutMs?: number, what = email): Promise<SendOutcome> => {
    const { address } = await start({ hideSTARTTLS: true, ...options });
    return gateway(`smtp://${address}`, timeoutMs).send(what);
  };
  const reply = (responseCode: number, text: string): Error => Object.assign(new Error(text), { responseCode });
  const cut = (): void => server.cut();

  describe.each([true, false])('pipelined: %s', (pipelined) => {
    const hidePIPELINING = !pipelined;

    it.each<[string, SMTPServerOptions, string, string]>([
      [
        'the sender',
        { onMailFrom: (_a, _s, done) => done(reply(553, `5.1.8 <${from}> is nobody`)) },
        '553',
        'MAIL FROM 5.1.8',
      ],
      [
        'the recipient',
        { onRcptTo: (_a, _s, done) => done(reply(550, `5.1.1 <${to}> is nobody`)) },
        '550',
        'RCPT TO 5.1.1',
      ],
      [
        'the message',
        { onData: (stream, _s, done) => stream.resume().on('end', () => done(reply(554, `no mail to ${to}`))) },
        '554',
        'DATA',
      ],
    ])('N3: %s is refused: code and step, and no address', async (_what, options, code, reason) => {
      expect(await sendTo({ hidePIPELINING, hideENHANCEDSTATUSCODES: true, ...options })).toEqual({
        kind: 'refused',
        code,
        reason,
      });
    });

    it.each<[string, SMTPServerOptions, string]>([
      ['busy from the start', { onConnect: (_s, done) => done(reply(421, 'busy')) }, '421'],
      ['a sender that waits', { onMailFrom: (_a, _s, done) => done(reply(451, 'later')) }, '451'],
      ['a greylisted recipient', { onRcptTo: (_a, _s, done) => done(reply(450, '4.2.0 later')) }, '450'],
      [
        'a full disk',
        { onData: (stream, _s, done) => stream.resume().on('end', () => done(reply(452, '4.3.1 full'))) },
        '452',
      ],
    ])('N3: %s was not accepted, and is retried later', async (_what, options, code) => {
      const outcome = await sendTo({ hidePIPELINING, ...options });
      expect(outcome).toMatchObject({ kind: 'back-off', retryAfterMs: expect.any(Number) as number });
      if (code !== '421') expect(outcome).toMatchObject({ code });
    });

    it.each<[string, SMTPServerOptions]>([
      ['at the sender', { onMailFrom: cut }],
      ['at the recipient', { onRcptTo: cut }],
    ])('N3: connection lost %s, before the message: certainly not accepted', async (_when, options) => {
      expect((await sendTo({ hidePIPELINING, ...options })).kind).toBe('back-off');
    });

    it.each<[string, SMTPServerOptions]>([
      ['when the message has begun', { onData: (stream) => stream.once('data', cut) }],
      ['when the message was read', { onData: (stream) => stream.resume().on('end', cut) }],
    ])('N3: connection lost %s: uncertain', async (_when, options) => {
      expect((await sendTo({ hidePIPELINING, ...options })).kind).toBe('uncertain');
    });

    it('N3: no reply to the recipient: not accepted; no reply to the message: uncertain', async () => {
      expect((await sendTo({ hidePIPELINING, onRcptTo: () => undefined }, 300)).kind).toBe('back-off');
      await server.close();
      expect((await sendTo({ hidePIPELINING, onData: (stream) => void stream.resume() }, 300)).kind).toBe('uncertain');
    });
  });

  it.each<[string, Parameters<typeof startListener>[0]]>([
    ['says nothing', () => undefined],
    ['hangs up', (socket) => socket.destroy()],
    ['uses another protocol', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ])('N3: a server that %s has not accepted it', async (_what, onConnection) => {
    server = { ...(await startListener(onConnection)), received: [] };
    expect((await gateway(`smtp://${server.address}`, 500).send(email)).kind).toBe('back-off');
  });

  it('N3: no server, or an unknown name: not accepted', async () => {
    const { address } = await start();
    await server.close();
    expect(await gateway(`smtp://${address}`).send(email)).toMatchObject({ kind: 'back-off', code: 'ECONNREFUSED' });
    expect((await gateway('smtp://mail.invalid', 2_000).send(email)).kind).toBe('back-off');
  });

  it('N3: a missing address is refused; line breaks in one add no recipient', async () => {
    expect(await sendTo({}, undefined, { ...email, to: { name: 'Rosa', address: '' } })).toMatchObject({
      kind: 'refused',
      code: 'InvalidAddress',
    });
    await server.close();
    const outcome = await sendTo({}, undefined, {
      ...email,
      to: { name: '', address: `${to}>\r\nRCPT TO:<eve@mail.example` },
    });
    expect(outcome.kind).toBe('refused');
    expect(JSON.stringify(outcome)).not.toContain('mail.example');
    expect(server.received).toEqual([]);
  });

  it('N1: emails share a connection, and a stale one costs no email', async () => {
    const { address, received } = await start({ hideSTARTTLS: true });
    const sender = gateway(`smtp://${address}`);
    await sender.send(email);
    await sender.send({ ...email, messageId: 'two' });
    expect(server.connections()).toBe(1);
    server.cut();
    expect((await sender.send({ ...email, messageId: 'three' })).kind).toBe('accepted');
    expect(received.map((raw) => /^Message-ID: <(.*)@sunrise.example>/m.exec(raw)?.[1])).toEqual([
      'one',
      'two',
      'three',
    ]);
  });

  it('N1: logs in with the user and password of the URL', async () => {
    const options: SMTPServerOptions = {
      authOptional: false,
      onAuth: ({ username, password }, _session, done) =>
        username === 'us@er' && password === 'p:w/d' ? done(null, { user: 1 }) : done(new Error('no')),
    };
    const { address } = await start(options);
    const trusting = '?tls.rejectUnauthorized=false';
    expect((await gateway(`smtp://us%40er:p%3Aw%2Fd@${address}/${trusting}`).send(email)).kind).toBe('accepted');
    // A configuration error, not the email's fault: it waits until the password is right.
    expect((await gateway(`smtp://us%40er:wrong@${address}/${trusting}`).send(email)).kind).toBe('back-off');
    expect(server.received).toHaveLength(1);
  });

  it.each([true, false])(
    'N1: TLS from the start (%s) or after STARTTLS; an unknown certificate is not trusted',
    async (secure) => {
      const { address } = await start({ secure });
      const scheme = secure ? 'smtps' : 'smtp';
      expect((await gateway(`${scheme}://${address}`).send(email)).kind).toBe('back-off');
      expect(server.received).toEqual([]);
      expect((await gateway(`${scheme}://${address}/?tls.rejectUnauthorized=false`).send(email)).kind).toBe('accepted');
    },
  );

  it('N1: with requireTLS nothing is sent unencrypted', async () => {
    const { address } = await start({ hideSTARTTLS: true });
    expect((await gateway(`smtp://${address}/?requireTLS=true`).send(email)).kind).toBe('back-off');
    expect((await gateway(`smtp://${address}`).send(email)).kind).toBe('accepted');
    expect(server.received).toHaveLength(1);
  });
});
