import { randomUUID } from 'node:crypto';
import { CommandBus } from '@nestjs/cqrs';
import { HandleProgram, ids, system } from '@app/application';
import type { CommandContext } from '@app/eventing';
import { signForm } from '@app/emulators/twilio';
import { sample } from '@app/sample-program';
import { ACCOUNT, Api, expectProblem, MARKER, NOBODY, PROVIDER_TOKEN, type Answer } from './api.fixture.js';
import { addSecondProgram, second } from './second-program.fixture.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
  await addSecondProgram(api.standalone.app);
});
afterAll(() => api.close());

type Form = Readonly<Record<string, string>>;
const messages = `/webhooks/twilio/${sample.programId}/messages`;
const status = `/webhooks/twilio/${sample.programId}/status/${NOBODY}.1`;
const sid = (character: string): string => `SM${character.repeat(32)}`;
const inbound: Form = {
  MessageSid: sid('a'),
  AccountSid: ACCOUNT,
  From: '+14155550199',
  To: sample.senderPhone,
  Body: MARKER,
  NumMedia: '0',
};
const receipt: Form = {
  MessageSid: sid('b'),
  AccountSid: ACCOUNT,
  From: sample.senderPhone,
  To: '+14155550199',
  MessageStatus: 'delivered',
};

type Forgery = {
  token?: string;
  url?: string;
  signature?: string | null;
  raw?: string;
  headers?: Record<string, string>;
};

function post(
  path: string,
  form: Form,
  { token = PROVIDER_TOKEN, url = `${api.url}${path}`, signature, raw, headers }: Forgery = {},
): Promise<Answer> {
  const made = signature === undefined ? signForm(token, url, form) : signature;
  const given = {
    'content-type': 'application/x-www-form-urlencoded',
    ...(made !== null && { 'x-twilio-signature': made }),
    ...headers,
  };
  return api.ask('POST', path, { as: null, body: raw ?? new URLSearchParams(form).toString(), headers: given });
}

const notGenuine = { status: 403, code: 'WebhookNotGenuine', field: 'X-Twilio-Signature' };

describe('T3: a forged webhook is refused, and nothing is written', () => {
  const other = `/webhooks/twilio/${second.programId}/messages`;
  const cases: readonly (readonly [string, string, Form, () => Forgery])[] = [
    ['another token', messages, inbound, () => ({ token: 'f'.repeat(32) })],
    ['an empty token', messages, inbound, () => ({ token: '' })],
    ['an empty signature', messages, inbound, () => ({ signature: '' })],
    ['no signature', messages, inbound, () => ({ signature: null })],
    ['a signature that is no base64', messages, inbound, () => ({ signature: '\u00e9%%%' })],
    ['a long signature', messages, inbound, () => ({ signature: 'A'.repeat(9_000) })],
    [
      'a changed parameter',
      messages,
      { ...inbound, Body: 'STOP' },
      () => ({ signature: signForm(PROVIDER_TOKEN, `${api.url}${messages}`, inbound) }),
    ],
    [
      'a parameter more',
      messages,
      { ...inbound, X: 'y' },
      () => ({ signature: signForm(PROVIDER_TOKEN, `${api.url}${messages}`, inbound) }),
    ],
    [
      'a parameter less',
      messages,
      { ...inbound, NumMedia: '0' },
      () => ({ signature: signForm(PROVIDER_TOKEN, `${api.url}${messages}`, { ...inbound, Extra: '' }).slice(1) }),
    ],
    ['the URL of another program', messages, inbound, () => ({ url: `${api.url}${other}` })],
    [
      'the URL of another host',
      messages,
      inbound,
      () => ({
        url: `https://elsewhere.example${messages}`,
        headers: { host: 'elsewhere.example', 'x-forwarded-host': 'elsewhere.example', 'x-forwarded-proto': 'https' },
      }),
    ],
    ['a query that was not signed', `${messages}?x=1`, inbound, () => ({ url: `${api.url}${messages}` })],
    [
      'the hash of a body instead',
      `${messages}?bodySHA256=${'0'.repeat(64)}`,
      inbound,
      () => ({ signature: signForm(PROVIDER_TOKEN, `${api.url}${messages}?bodySHA256=${'0'.repeat(64)}`, {}) }),
    ],
    ['another account', messages, { ...inbound, AccountSid: second.accountSid }, () => ({})],
    [
      'another account with its own token',
      messages,
      { ...inbound, AccountSid: second.accountSid },
      () => ({ token: second.authToken }),
    ],
    ['another number', messages, { ...inbound, To: '+14155550101' }, () => ({})],
    ['another program’s number', messages, { ...inbound, To: second.senderPhone }, () => ({})],
    ['our token at another program', other, inbound, () => ({})],
    [
      'our token at another program, for its account',
      other,
      { ...inbound, AccountSid: second.accountSid, To: second.senderPhone },
      () => ({}),
    ],
    ['no account', messages, { ...inbound, AccountSid: '' }, () => ({})],
    ['no number', messages, { MessageSid: sid('c'), AccountSid: ACCOUNT, From: '+14155550199' }, () => ({})],
    ['an unknown program', `/webhooks/twilio/${NOBODY}/messages`, inbound, () => ({})],
    ['a program that is no id', '/webhooks/twilio/%00/messages', inbound, () => ({})],
    ['an inherited name as program', '/webhooks/twilio/__proto__/messages', inbound, () => ({})],
    ['a receipt with another token', status, receipt, () => ({ token: second.authToken })],
    ['a receipt of another claim', status, receipt, () => ({ url: `${api.url}${status.replace('.1', '.2')}` })],
    ['a receipt of another number', status, { ...receipt, From: second.senderPhone }, () => ({})],
    ['no parameters', messages, {}, () => ({})],
  ];
  it.each(cases)('%s', async (_, path, form, forgery) => {
    const answers: Answer[] = [];
    expect(await api.recorded(async () => answers.push(await post(path, form, forgery())))).toEqual([]);
    for (const answer of answers) expectProblem(answer, notGenuine);
  });
});

describe('T3: a genuine webhook with invalid content is refused, and nothing is written', () => {
  const cases: readonly (readonly [string, string, Form, Forgery, Parameters<typeof expectProblem>[1]])[] = [
    [
      'no message id',
      messages,
      { ...inbound, MessageSid: '' },
      {},
      { status: 400, code: 'InvalidRequest', field: 'MessageSid', rule: 'matches' },
    ],
    [
      'a message id with a path',
      messages,
      { ...inbound, MessageSid: `../${MARKER}` },
      {},
      { status: 400, code: 'InvalidRequest', field: 'MessageSid', rule: 'matches' },
    ],
    [
      'a message id without end',
      messages,
      { ...inbound, MessageSid: sid('a'.repeat(500)) },
      {},
      { status: 400, code: 'InvalidRequest', field: 'MessageSid', rule: 'matches' },
    ],
    [
      'a message id with a line break',
      messages,
      { ...inbound, MessageSid: `${sid('a')}\n` },
      {},
      { status: 400, code: 'InvalidRequest', field: 'MessageSid', rule: 'matches' },
    ],
    [
      'no sender',
      messages,
      { ...inbound, From: '' },
      {},
      { status: 400, code: 'InvalidRequest', field: 'From', rule: 'isNotEmpty' },
    ],
    [
      'a sender without end',
      messages,
      { ...inbound, From: '1'.repeat(300) },
      {},
      { status: 400, code: 'InvalidRequest', field: 'From', rule: 'isNotEmpty' },
    ],
    [
      'a receipt without status',
      status,
      { ...receipt, MessageStatus: '' },
      {},
      { status: 400, code: 'InvalidRequest', field: 'MessageStatus', rule: 'isNotEmpty' },
    ],
    [
      'a receipt without message id',
      status,
      { ...receipt, MessageSid: 'x' },
      {},
      { status: 400, code: 'InvalidRequest', field: 'MessageSid', rule: 'matches' },
    ],
    ['a receipt of an unknown claim', status, receipt, {}, { status: 404, code: 'DeliveryNotFound' }],
    [
      'a receipt of a claim that is none',
      status.replace('.1', ''),
      receipt,
      {},
      { status: 404, code: 'DeliveryNotFound' },
    ],
    [
      'a parameter twice',
      messages,
      inbound,
      { raw: `${new URLSearchParams(inbound).toString()}&Body=again` },
      { status: 400, code: 'InvalidRequest', field: 'Body', rule: 'isString' },
    ],
    [
      'a body without end',
      messages,
      inbound,
      { raw: `Body=${'x'.repeat(70_000)}` },
      { status: 413, code: 'BodyTooLarge' },
    ],
    [
      'JSON',
      messages,
      inbound,
      { raw: JSON.stringify(inbound), headers: { 'content-type': 'application/json' } },
      { status: 415, code: 'UnsupportedMediaType' },
    ],
    [
      'another media type',
      messages,
      inbound,
      { headers: { 'content-type': 'text/xml' } },
      { status: 415, code: 'UnsupportedMediaType' },
    ],
    [
      'a claim without end',
      `/webhooks/twilio/${sample.programId}/status/${'1'.repeat(300)}`,
      receipt,
      {},
      { status: 414, code: 'UrlTooLong' },
    ],
  ];
  it.each(cases)('%s', async (_, path, form, forgery, expected) => {
    const answers: Answer[] = [];
    expect(await api.recorded(async () => answers.push(await post(path, form, forgery)))).toEqual([]);
    for (const answer of answers) expectProblem(answer, expected);
  });
});

it('T3: during a rotation of the provider’s token, webhooks signed with either are accepted; then only with the new one', async () => {
  const commands = api.standalone.app.get(CommandBus);
  const senderId = ids.sender(second.programId, second.senderPhone);
  const path = `/webhooks/twilio/${second.programId}/messages`;
  const context = (): CommandContext => {
    const commandId = randomUUID();
    return {
      programId: second.programId,
      actor: system('tests'),
      commandId,
      correlationId: commandId,
      causationId: commandId,
      occurredAt: new Date().toISOString(),
    };
  };
  const statusOf = async (token: string, number: number): Promise<number> =>
    (
      await post(
        path,
        {
          ...inbound,
          AccountSid: second.accountSid,
          To: second.senderPhone,
          MessageSid: `SM${String(number).padStart(32, 'e')}`,
          Body: 'Hi',
        },
        { token },
      )
    ).status;
  const next = 'the next token of the second account';
  const data = { programId: second.programId, senderId, phone: second.senderPhone, accountSid: second.accountSid };

  await commands.execute(
    new HandleProgram(second.programId, { type: 'AddSender', data: { ...data, authToken: next } }, context()),
  );
  expect([await statusOf(second.authToken, 1), await statusOf(next, 2), await statusOf('f'.repeat(32), 3)]).toEqual([
    200, 200, 403,
  ]);
  await commands.execute(
    new HandleProgram(
      second.programId,
      { type: 'EndTokenRotation', data: { programId: second.programId, senderId } },
      context(),
    ),
  );
  expect([await statusOf(second.authToken, 4), await statusOf(next, 5)]).toEqual([403, 200]);
  // Restored for the next test.
  await commands.execute(
    new HandleProgram(
      second.programId,
      { type: 'AddSender', data: { ...data, authToken: second.authToken } },
      context(),
    ),
  );
});

describe('T4: a genuine webhook', () => {
  it('is accepted once, with unknown parameters and any text', async () => {
    const form = {
      ...inbound,
      MessageSid: sid('1'),
      Body: 'a\u0000b \ud83d\ude00 é &=+%',
      Novelty: 'x',
      '': 'y',
      constructor: 'z',
    };
    const events = await api.recorded(async () => {
      for (let time = 0; time < 3; time += 1) expect((await post(messages, form)).status).toBe(200);
      expect((await post(messages, { ...form, Body: 'the same id with another text' })).status).toBe(200);
    });
    const received = events.filter(({ type }) => type === 'InboundReceived');
    expect(received).toMatchObject([
      { data: { text: form.Body, form: { ...inbound, MessageSid: sid('1'), Body: form.Body, Novelty: 'x' } } },
    ]);
  });

  it('G5: of one program does not affect another program’s message with the same id', async () => {
    const theirs = {
      ...inbound,
      AccountSid: second.accountSid,
      To: second.senderPhone,
      MessageSid: sid('2'),
      Body: 'for the second',
    };
    const events = await api.recorded(async () => {
      expect((await post(messages, { ...inbound, MessageSid: sid('2'), Body: 'for the first' })).status).toBe(200);
      await api.rest();
      expect(
        (await post(`/webhooks/twilio/${second.programId}/messages`, theirs, { token: second.authToken })).status,
      ).toBe(200);
      await api.rest();
    });
    const programsOf = Map.groupBy(events, ({ stream }) => stream);
    for (const [stream, ofStream] of programsOf)
      expect([stream, new Set(ofStream.map(({ metadata }) => metadata.programId)).size]).toEqual([stream, 1]);
    const [first, mine] = await Promise.all(
      [sample.agent, second.agent].map((as) => api.get('/v1/conversations?limit=1', { as })),
    );
    expect(first?.body['documents']).toMatchObject([{ preview: 'for the first' }]);
    expect(mine?.body['documents']).toMatchObject([{ preview: 'for the second' }]);
  });
});
