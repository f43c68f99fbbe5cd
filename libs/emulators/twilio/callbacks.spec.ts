import {
  cleanUp,
  connect,
  connectPlainly,
  CONTACT,
  eventually,
  OURS,
  receiver,
  signatureHolds,
  start,
} from './emulator.fixture.js';

afterEach(cleanUp);

const statuses = (received: readonly { params: Record<string, string> }[]): (string | undefined)[] =>
  received.map(({ params }) => params['MessageStatus']);

describe('status callbacks', () => {
  it('report sent and delivered, signed so that the SDK accepts them', async () => {
    const hook = await receiver();
    const statusCallback = `${hook.url}/status?claim=a%20b&x=1`;
    const emulator = await start();

    const { sid } = await connect(emulator).messages.create({ to: CONTACT, from: OURS, body: 'hello', statusCallback });
    await eventually(() => emulator.ledger().callbacks.filter(({ answered }) => answered === 204).length === 2);

    expect(statuses(hook.received)).toEqual(['sent', 'delivered']);
    for (const post of hook.received) {
      expect(post.path).toBe('/status?claim=a%20b&x=1');
      expect(post.params).toMatchObject({
        MessageSid: sid,
        SmsSid: sid,
        SmsStatus: post.params['MessageStatus'],
        To: CONTACT,
        From: OURS,
        ApiVersion: '2010-04-01',
      });
      expect(post.params).not.toHaveProperty('ErrorCode');
      expect(signatureHolds(statusCallback, post)).toBe(true);
      expect(signatureHolds(`${statusCallback}2`, post)).toBe(false);
      expect(signatureHolds(statusCallback, { ...post, params: { ...post.params, MessageStatus: 'read' } })).toBe(
        false,
      );
      expect(signatureHolds(statusCallback, { ...post, params: { ...post.params, Added: '' } })).toBe(false);
      expect(signatureHolds(statusCallback, post, 'another token')).toBe(false);
    }
    expect(hook.received[1]?.params).toHaveProperty('RawDlrDoneDate');
    expect(emulator.ledger().callbacks).toMatchObject([
      { n: 1, sid, status: 'sent', url: statusCallback },
      { n: 2, sid, status: 'delivered' },
    ]);
  });

  it.each([
    ['undelivered', ['sent', 'undelivered'], '30003'],
    ['failed', ['failed'], '30006'],
  ] as const)('report a failure: %s', async (status, expected, code) => {
    const hook = await receiver();
    const emulator = await start();
    emulator.setOutcome({ to: CONTACT, status, errorCode: Number(code), times: 1 });
    const client = connect(emulator);

    const { sid } = await client.messages.create({ to: CONTACT, from: OURS, body: 'hello', statusCallback: hook.url });
    await eventually(() => hook.received.length === expected.length);

    expect(statuses(hook.received)).toEqual(expected);
    expect(hook.received.at(-1)?.params['ErrorCode']).toBe(code);
    const fetched = await client.messages(sid).fetch();
    expect(fetched).toMatchObject({ status, errorCode: Number(code) });
    expect(fetched.errorMessage).not.toBe('');

    await client.messages.create({ to: CONTACT, from: OURS, body: 'again', statusCallback: hook.url });
    await eventually(() => statuses(hook.received).at(-1) === 'delivered');
  });

  it('are duplicated', async () => {
    const hook = await receiver();
    const emulator = await start({ faults: { callbacks: { duplicate: 2 } } });

    await connect(emulator).messages.create({ to: CONTACT, from: OURS, body: 'hello', statusCallback: hook.url });
    await eventually(() => hook.received.length === 6);

    expect(statuses(hook.received)).toEqual(['sent', 'sent', 'sent', 'delivered', 'delivered', 'delivered']);
  });

  it('arrive in any order, the same for the same seed', async () => {
    const hook = await receiver();
    const emulator = await start({ faults: { seed: 7, callbacks: { shuffle: true } } });
    const client = connect(emulator);
    const run = async (): Promise<string[]> => {
      const orders: string[] = [];
      for (let n = 0; n < 12; n += 1) {
        hook.received.length = 0;
        await client.messages.create({ to: CONTACT, from: OURS, body: 'hello', statusCallback: hook.url });
        await eventually(() => hook.received.length === 2);
        orders.push(statuses(hook.received).join());
      }
      return orders;
    };

    const first = await run();
    emulator.reset();

    expect(new Set(first)).toEqual(new Set(['sent,delivered', 'delivered,sent']));
    expect(await run()).toEqual(first);
  });

  it('arrive before the create is answered', async () => {
    let answered = false;
    const overtook: boolean[] = [];
    const hook = await receiver((response) => {
      overtook.push(!answered);
      response.writeHead(204).end();
    });
    const emulator = await start({ faults: { callbacks: { early: true } } });

    const message = await connect(emulator).messages.create({
      to: CONTACT,
      from: OURS,
      body: 'hello',
      statusCallback: hook.url,
    });
    answered = true;

    expect(overtook).toEqual([true, true]);
    expect(message.status).toBe('queued');
    expect(hook.received[0]?.params['MessageSid']).toBe(message.sid);
  });

  it('arrive after the response otherwise, even if it is late', async () => {
    const answeredBefore: unknown[] = [];
    const hook = await receiver((response) => {
      answeredBefore.push(emulator.ledger().creates[0]?.answered);
      response.writeHead(204).end();
    });
    const emulator = await start({ slowMs: 60, delays: { sentMs: 0, finalMs: 0 }, faults: { next: ['slow'] } });

    await connect(emulator).messages.create({ to: CONTACT, from: OURS, body: 'hello', statusCallback: hook.url });
    await eventually(() => hook.received.length === 2);

    expect(answeredBefore).toEqual([201, 201]);
  });

  it('are held until they are released', async () => {
    const hook = await receiver();
    const emulator = await start({ faults: { callbacks: { hold: true, early: true } } });

    await connect(emulator).messages.create({ to: CONTACT, from: OURS, body: 'hello', statusCallback: hook.url });

    expect(hook.received).toEqual([]);
    expect(await emulator.releaseCallbacks()).toBe(2);
    expect(statuses(hook.received)).toEqual(['sent', 'delivered']);
  });

  it('can be lost: then only fetching shows the status', async () => {
    const hook = await receiver();
    const emulator = await start({ faults: { callbacks: { drop: true, early: true } } });
    const client = connect(emulator);

    const { sid } = await client.messages.create({ to: CONTACT, from: OURS, body: 'hello', statusCallback: hook.url });

    expect((await client.messages(sid).fetch()).status).toBe('delivered');
    expect(emulator.ledger().callbacks).toEqual([]);
    expect(hook.received).toEqual([]);
  });

  it('arrive although the create was accepted and never answered', async () => {
    const hook = await receiver();
    const emulator = await start({ faults: { next: ['reset-after'] } });

    await expect(
      connectPlainly(emulator).messages.create({ to: CONTACT, from: OURS, body: 'hello', statusCallback: hook.url }),
    ).rejects.toThrow();
    await eventually(() => hook.received.length === 2);

    expect(hook.received[0]?.params['MessageSid']).toBe(emulator.ledger().creates[0]?.sid);
  });
});
