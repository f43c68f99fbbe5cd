import { connect } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { sample } from '@app/sample-program';
import { Api, expectNoInside, expectProblem, MARKER, NOBODY, type Answer, type Input } from './api.fixture.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const conversations = '/v1/conversations';
const one = `${conversations}/${sample.conversationId}`;
const hello = { channel: 'in-app', text: 'Hello' };
type Expected = Parameters<typeof expectProblem>[1];

async function refused(work: () => Promise<Answer>, expected: Expected): Promise<void> {
  const answers: Answer[] = [];
  expect(await api.recorded(async () => answers.push(await work()))).toEqual([]);
  for (const answer of answers) expectProblem(answer, expected);
}

describe('G1: URLs', () => {
  const invalid = (field: string, rule: string): Expected => ({ status: 400, code: 'InvalidRequest', field, rule });
  const cases: readonly (readonly [string, Expected])[] = [
    [`${conversations}/${MARKER}`, invalid('id', 'isUuid')],
    [`${conversations}/${sample.conversationId}0`, invalid('id', 'isUuid')],
    [`${conversations}/%00`, invalid('id', 'isUuid')],
    [`${conversations}/..%2f..%2fhealth`, invalid('id', 'isUuid')],
    [`/v1/contacts/${MARKER}`, invalid('id', 'isUuid')],
    [`/v1/referrals/${MARKER}`, invalid('id', 'isUuid')],
    [`${conversations}/%zz${MARKER}`, { status: 400, code: 'MalformedRequest' }],
    [`${conversations}/%ff${MARKER}`, { status: 400, code: 'MalformedRequest' }],
    [`${conversations}/${MARKER.repeat(500)}`, { status: 414, code: 'UrlTooLong' }],
    [`${conversations}?x=${MARKER.repeat(2_000)}`, { status: 431, code: 'HeadersTooLarge' }],
    [`/v1/${MARKER}`, { status: 404, code: 'RouteNotFound' }],
    [`//${MARKER}`, { status: 404, code: 'RouteNotFound' }],
    [`${conversations}/${NOBODY}`, { status: 404, code: 'ConversationNotFound' }],
    [`${conversations}/${NOBODY}/messages`, { status: 404, code: 'ConversationNotFound' }],
    [`/v1/contacts/${NOBODY}`, { status: 404, code: 'ContactNotFound' }],
    [`/v1/referrals/${NOBODY}`, { status: 404, code: 'ReferralNotFound' }],
    [`${conversations}?extra=${MARKER}`, invalid('extra', 'whitelistValidation')],
    [`${conversations}?folder=${MARKER}`, invalid('folder', 'isIn')],
    [`${conversations}?folder=all&folder=inbox`, invalid('folder', 'isIn')],
    [`${conversations}?contactId=${MARKER}`, invalid('contactId', 'isUuid')],
    [`${conversations}?__proto__=x`, invalid('__proto__', 'whitelistValidation')],
    [`${one}/messages?order=up`, invalid('order', 'isIn')],
    ['/v1/contacts?search=', invalid('search', 'isCleanText')],
    ['/v1/contacts?search=a%00b', invalid('search', 'isCleanText')],
    ['/v1/contacts', invalid('search', 'isCleanText')],
    ['/v1/deliveries', invalid('status', 'isIn')],
    ['/v1/deliveries?status=__proto__', invalid('status', 'isIn')],
  ];
  it.each(cases)('%j', (path, expected) => refused(() => api.get(path), expected));

  it.each(['0', '201', '-1', '1.5', '1e1', '0x10', '%205', '', 'NaN', 'Infinity', '9'.repeat(400), '５'])(
    'an invalid number of rows: %s',
    async (limit) => {
      for (const path of [conversations, `${one}/messages`, '/v1/referrals']) {
        const answer = await api.get(`${path}?limit=${encodeURI(limit).replace('%25', '%')}`);
        expectProblem(answer, { status: 400, code: 'InvalidRequest', field: 'limit' });
      }
    },
  );

  it.each(['99999999999999999999', '1', '-'.repeat(20), 'x'.repeat(20)])('an unknown position: %s', (position) =>
    refused(() => api.get(`${conversations}?position=${position}`), {
      status: 400,
      code: 'InvalidPosition',
      field: 'position',
    }),
  );
  it.each(['', 'a b', '1'.repeat(65), '1&position=1'])('an invalid position: %s', (position) =>
    refused(() => api.get(`${conversations}?position=${encodeURI(position)}`), invalid('position', 'matches')),
  );

  it.each([
    ['PUT', conversations, 'GET, HEAD, POST'],
    ['DELETE', one, 'GET, HEAD'],
    ['PATCH', `${one}?position=1`, 'GET, HEAD'],
    ['OPTIONS', conversations, 'GET, HEAD, POST'],
    ['TRACE', '/health/live', 'GET, HEAD'],
    ['GET', '/webhooks/twilio/x/messages', 'POST'],
    ['PUT', `/v1/contacts/${NOBODY}`, 'DELETE, GET, HEAD, PATCH'],
  ])('a method that the path does not have: %s %s', async (method, path, allowed) => {
    const answer = await api.ask(method, path);
    expectProblem(answer, { status: 405, code: 'MethodNotAllowed' });
    expect(answer.headers.allow).toBe(allowed);
  });

  it.each([
    ['PUT', '/v1/contacts/'],
    ['POST', `${one}/messages/more`],
  ])('an unknown path: %s %s', (method, path) =>
    refused(() => api.ask(method, path), { status: 404, code: 'RouteNotFound' }),
  );
});

describe('G1: headers', () => {
  const bad = (headers: NonNullable<Input['headers']>, expected: Expected): Promise<void> =>
    refused(() => api.post(`${one}/messages`, hello, { headers }), expected);

  it.each(['', ' ', 'a b', 'é', 'x'.repeat(201), 'tab\there'])('M9: an invalid idempotency key: %j', (key) =>
    bad(
      { 'idempotency-key': Buffer.from(key).toString('latin1') },
      { status: 400, code: 'InvalidIdempotencyKey', field: 'Idempotency-Key' },
    ),
  );
  it('M9: two idempotency keys', () =>
    bad({ 'idempotency-key': ['a', 'b'] }, { status: 400, code: 'InvalidIdempotencyKey', field: 'Idempotency-Key' }));

  it.each(['*', 'W/"1"', '"1", "2"', '-1', '1e3', '""', 'x', '9'.repeat(16)])(
    'an invalid revision: If-Match %s',
    (revision) => bad({ 'if-match': revision }, { status: 400, code: 'InvalidIfMatch', field: 'If-Match' }),
  );
  it.each(['"0"', '"999"', '999999999999999'])('another revision: If-Match %s', (revision) =>
    bad({ 'if-match': revision }, { status: 412, code: 'RevisionMismatch', field: 'If-Match' }),
  );

  it('the revision of the ETag is accepted once', async () => {
    const { headers } = await api.get(one);
    const match = { headers: { 'if-match': String(headers.etag) } };
    expect((await api.post(`${one}/messages`, hello, match)).status).toBe(201);
    expectProblem(await api.post(`${one}/messages`, hello, match), { status: 412, code: 'RevisionMismatch' });
  });

  it.each([
    [conversations, { phone: '+14155550171' }],
    [conversations, { contactId: sample.contact.id }],
    ['/v1/contacts', { phones: ['+14155550172'] }],
    ['/v1/referrals', { referrerId: sample.contact.id, referredId: sample.contact.id }],
    ['/v1/consents', { contactId: sample.contact.id, wording: 'w', wordingVersion: '1', source: 's' }],
  ])('a resource to be created has no revision yet: %s %j', async (path, body) => {
    for (const key of [{}, { 'idempotency-key': `made ${path}`.replace(/\W/g, '-') }])
      await refused(() => api.post(path, body, { as: sample.manager, headers: { 'if-match': '"0"', ...key } }), {
        status: 412,
        code: 'RevisionMismatch',
        field: 'If-Match',
      });
  });
});

describe('G1: ids that do not exist', () => {
  const consent = { wording: 'w', wordingVersion: '1', source: 's' };
  const cases: readonly (readonly [string, string, unknown, string])[] = [
    ['POST', `${conversations}/${NOBODY}/messages`, hello, 'ConversationNotFound'],
    ['POST', `${conversations}/${NOBODY}/read`, undefined, 'ConversationNotFound'],
    ['POST', `${conversations}/${NOBODY}/unread`, undefined, 'ConversationNotFound'],
    ['POST', `${conversations}/${NOBODY}/archive`, undefined, 'ConversationNotFound'],
    ['POST', conversations, { contactId: NOBODY }, 'ContactNotFound'],
    ['POST', conversations, { referralId: NOBODY }, 'ReferralNotFound'],
    ['PATCH', `/v1/contacts/${NOBODY}`, { name: 'x' }, 'ContactNotFound'],
    ['POST', '/v1/referrals', { referrerId: NOBODY, referredId: sample.contact.id }, 'ContactNotFound'],
    ['POST', '/v1/consents', { ...consent, contactId: NOBODY }, 'ContactNotFound'],
    ['POST', '/v1/consents', { ...consent, contactId: sample.contact.id, referralId: NOBODY }, 'ReferralNotFound'],
    ['POST', `/v1/deliveries/${NOBODY}/settle`, { decision: 'leave' }, 'DeliveryNotFound'],
  ];
  it.each(cases)('%s %s %j', async (method, path, body, code) => {
    await refused(() => api.ask(method, path, { as: sample.manager, body }), { status: 404, code, rule: code });
    const keyed = await api.recorded(() =>
      api.ask(method, path, { as: sample.manager, body, headers: { 'idempotency-key': `${path}-${code}` } }),
    );
    // A key leaves only the fact that it was used.
    for (const { type } of keyed) expect(type).toBe('RequestTaken');
  });
});

describe('G1: malformed HTTP', () => {
  const raw = async (request: string): Promise<string> => {
    const { hostname, port } = new URL(api.url);
    const socket = connect(Number(port), hostname);
    socket.end(request);
    return textOf(socket).catch(() => '');
  };

  it.each([
    ['garbage', 400, 'MalformedRequest', `${MARKER}\r\n\r\n`],
    ['an unknown method', 400, 'MalformedRequest', 'FOO / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['an unknown version', 400, 'MalformedRequest', 'GET / HTTP/7.3\r\nHost: x\r\n\r\n'],
    [
      'an invalid length',
      400,
      'MalformedRequest',
      `POST ${conversations} HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n{}`,
    ],
    [
      'two lengths',
      400,
      'MalformedRequest',
      `POST ${conversations} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
    ],
    [
      'a length and chunks',
      400,
      'MalformedRequest',
      `POST ${conversations} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}`,
    ],
    ['an endless header', 431, 'HeadersTooLarge', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`],
  ])('%s', async (_, status, code, request) => {
    const answer = await raw(request);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain('application/problem+json');
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ status, code, rule: code });
    expectNoInside(answer);
    expect((await api.get('/health/live')).status).toBe(200);
  });
});
