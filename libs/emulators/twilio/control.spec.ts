import { cleanUp, connect, CONTACT, control, OURS, receiver, SID, start, TOKEN } from './emulator.fixture.js';

afterEach(cleanUp);

describe('the control routes', () => {
  it.each([
    ['POST', 'inbound', { from: CONTACT, to: '+15005550099' }, 'no account has the number +15005550099'],
    ['POST', 'inbound', { to: OURS }, 'from is missing'],
    ['POST', 'inbound', { from: 'me', to: OURS }, 'body/from must match pattern'],
    ['POST', 'inbound', { from: CONTACT, to: OURS, text: 'hello' }, 'text'],
    ['POST', 'inbound', { from: CONTACT, to: OURS, createdAt: 'yesterday' }, 'body/createdAt must match format'],
    ['POST', 'inbound', [], 'body must be object'],
    ['POST', 'faults', { next: ['timeout'] }, 'body/next/0 must be equal to one of the allowed values'],
    ['POST', 'faults', { rates: { '429': 2 } }, 'body/rates/429 must be <= 1'],
    ['POST', 'faults', { listLagMs: -1 }, 'body/listLagMs must be >= 0'],
    ['POST', 'faults', undefined, 'body must be object'],
    [
      'PUT',
      `accounts/${SID}`,
      { numbers: [{ phoneNumber: OURS, smsUrl: 'http://a b' }] },
      'body/numbers/0/smsUrl must match',
    ],
    ['PUT', `accounts/${SID}`, { numbers: [{ phoneNumber: OURS, smsUrl: 'http://x:99999' }] }, 'not a web address'],
    ['POST', 'outcomes', { to: CONTACT }, "body must have required property 'status'"],
    ['PUT', `accounts/${SID.replace('AC', 'AD')}`, { authToken: 'x' }, 'not an account sid'],
    ['PUT', `accounts/AC${'9'.repeat(32)}`, { numbers: [] }, 'needs an authToken'],
    ['PUT', `accounts/${SID}`, { authToken: '' }, 'body/authToken must NOT have fewer than 1 characters'],
  ])('%s %s %j is answered 400: %s', async (method, path, body, message) => {
    const answer = await control(await start(), method, path, body);

    expect(answer.status).toBe(400);
    expect(Object.keys(answer.body)).toEqual(['error']);
    expect(answer.body['error']).toContain(message);
  });

  it('answer 400 to invalid JSON', async () => {
    const { url } = await start();
    const response = await fetch(`${url}/emulator/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{',
    });
    expect(response.status).toBe(400);
    expect(await response.text()).not.toContain('node_modules');
  });

  it('do everything that the methods do', async () => {
    const hook = await receiver();
    const emulator = await start({ accounts: [] });
    const numbers = [{ phoneNumber: OURS, smsUrl: hook.url }];
    expect(await control(emulator, 'PUT', `accounts/${SID}`, { authToken: TOKEN, numbers })).toEqual({
      status: 200,
      body: { accountSid: SID, numbers, messagingServices: [] },
    });
    const client = connect(emulator);

    await control(emulator, 'POST', 'faults', { next: ['429', null], callbacks: { hold: true, early: true } });
    await expect(client.messages.create({ to: CONTACT, from: OURS, body: '1' })).rejects.toMatchObject({ code: 20429 });
    await control(emulator, 'POST', 'outcomes', { to: CONTACT, status: 'failed', errorCode: 30005 });
    await client.messages.create({ to: CONTACT, from: OURS, body: '2', statusCallback: hook.url });
    expect((await control(emulator, 'POST', 'callbacks/release')).body).toEqual({ released: 1 });
    const inbound = await control(emulator, 'POST', 'inbound', { from: CONTACT, to: OURS, body: 'hello' });
    expect(inbound.body).toEqual({
      sid: expect.stringMatching(/^SM/) as string,
      webhook: { delivered: true, status: 204, body: '' },
    });

    const ledger = await control(emulator, 'GET', 'ledger');
    expect(ledger.body).toEqual(JSON.parse(JSON.stringify(emulator.ledger())));
    expect(ledger.body).toMatchObject({
      creates: [{ fault: '429' }, { accepted: true }],
      callbacks: [{ status: 'failed', errorCode: 30005 }],
      inbound: [{ answered: 204 }],
      autoAnswers: [],
    });

    await control(emulator, 'POST', 'reset');
    expect((await control(emulator, 'GET', 'ledger')).body).toEqual({
      creates: [],
      autoAnswers: [],
      callbacks: [],
      inbound: [],
    });
    expect(await client.messages.list()).toEqual([]);
  });

  it('change an account and keep values that the change leaves out', async () => {
    const emulator = await start();
    await control(emulator, 'PUT', `accounts/${SID}`, { numbers: [{ phoneNumber: '+15005550002' }] });
    const client = connect(emulator);
    await client.messages.create({ to: CONTACT, from: OURS, body: 'old number' });
    await client.messages.create({ to: CONTACT, from: '+15005550002', body: 'new number' });
  });
});
