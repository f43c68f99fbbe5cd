import { sample } from '@app/sample-program';
import { Api, expectProblem, MARKER, NOBODY, type Answer } from './api.fixture.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const conversations = '/v1/conversations';
const messages = `${conversations}/${sample.conversationId}/messages`;
const person = { name: 'Ann' };
const consent = { contactId: sample.contact.id, wording: 'I agree', wordingVersion: '1', source: 'a form' };
const hello = { channel: 'in-app', text: 'Hello' };

/** Only the response: no event at all. */
async function refused(work: () => Promise<Answer>, expected: Parameters<typeof expectProblem>[1]): Promise<void> {
  const answers: Answer[] = [];
  expect(await api.recorded(async () => answers.push(await work()))).toEqual([]);
  for (const answer of answers) expectProblem(answer, expected);
}

describe('G1: a body that is not a JSON object is refused with a problem document, and nothing is written', () => {
  const malformed = [
    '{"text":',
    `{"text": "${MARKER}`,
    'nonsense',
    '{"__proto__":{"text":"x"}}',
    '{"constructor":{"prototype":{"text":"x"}}}',
    "{'text':'x'}",
    '{"text":"\u0000"}',
    '\ufeff',
  ];
  it('an empty body lacks the required fields, and is valid if none is required', async () => {
    await refused(() => api.post(messages, ''), { status: 400, code: 'InvalidRequest' });
    expect((await api.post(`/v1/conversations/${sample.conversationId}/read`, '')).status).toBe(200);
  });
  it.each(malformed)('malformed: %j', (body) =>
    refused(() => api.post(messages, body), { status: 400, code: 'MalformedRequest', rule: 'MalformedRequest' }),
  );

  it.each(['[]', '[{"channel":"in-app","text":"x"}]', '"text"', '12', 'true', '1e999'])('another type: %s', (body) =>
    refused(() => api.post(messages, body), { status: 400, code: 'InvalidRequest', field: 'body', rule: 'isObject' }),
  );
  it.each(['null', '{}'])('an empty one: %s', (body) =>
    refused(() => api.post(messages, body), { status: 400, code: 'InvalidRequest', field: 'channel', rule: 'isIn' }),
  );

  it.each([
    'text/plain',
    'text/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    ';;',
    'application/jsonp',
  ])('another media type: %s', (type) =>
    refused(() => api.post(messages, 'channel=in-app&text=Hello', { headers: { 'content-type': type } }), {
      status: 415,
      code: 'UnsupportedMediaType',
    }),
  );
  it('endless nesting', () =>
    refused(() => api.post(messages, `{"channel":"in-app","text":${'['.repeat(30_000)}${']'.repeat(30_000)}}`), {
      status: 400,
      code: 'InvalidRequest',
      field: 'body',
      rule: 'maxDepth',
    }));
  it('an endless body', () =>
    refused(() => api.post(messages, { ...hello, text: MARKER.repeat(10_000) }), {
      status: 413,
      code: 'BodyTooLarge',
    }));
});

describe('G1: a field that breaks a rule is named with the rule, and nothing is written', () => {
  const cases: readonly (readonly [string, unknown, string, string])[] = [
    [messages, { ...hello, extra: MARKER }, 'extra', 'whitelistValidation'],
    [messages, { ...hello, toString: MARKER }, 'toString', 'whitelistValidation'],
    [messages, { ...hello, constructor: 1 }, 'constructor', 'whitelistValidation'],
    [messages, { channel: 'fax', text: MARKER }, 'channel', 'isIn'],
    [messages, { channel: ['sms'], text: MARKER }, 'channel', 'isIn'],
    [messages, { channel: 'in-app', text: 7 }, 'text', 'isCleanText'],
    [messages, { channel: 'in-app', text: null }, 'text', 'isCleanText'],
    [messages, { channel: 'in-app', text: [MARKER] }, 'text', 'isCleanText'],
    [messages, { channel: 'in-app', text: { length: 3 } }, 'text', 'isCleanText'],
    [messages, { channel: 'in-app', text: ' \n\t ' }, 'text', 'isCleanText'],
    [messages, { channel: 'in-app', text: `${MARKER}\u0000` }, 'text', 'isCleanText'],
    [messages, { channel: 'in-app', text: `${MARKER}\u001b[2J` }, 'text', 'isCleanText'],
    [messages, { channel: 'in-app', text: `${MARKER}\u0085` }, 'text', 'isCleanText'],
    [messages, '{"channel":"in-app","text":"\\ud800"}', 'text', 'isCleanText'],
    [messages, '{"channel":"in-app","text":"\\udc00\\ud800 reversed"}', 'text', 'isCleanText'],
    [messages, { channel: 'in-app', text: 'x'.repeat(5_001) }, 'text', 'maxLength'],
    [conversations, {}, 'referralId', 'exactlyOne'],
    [conversations, { referralId: null, contactId: null }, 'referralId', 'exactlyOne'],
    [conversations, { referralId: sample.referralId, contactId: sample.contact.id }, 'referralId', 'exactlyOne'],
    [conversations, { contactId: sample.contact.id, with: 'referrer' }, 'referralId', 'exactlyOne'],
    [conversations, { referralId: sample.referralId, with: 'nobody' }, 'with', 'isIn'],
    [conversations, { referralId: 'x' }, 'referralId', 'isUuid'],
    [conversations, { contactId: [sample.contact.id] }, 'contactId', 'isUuid'],
    ['/v1/contacts', {}, 'name', 'atLeastOne'],
    ['/v1/contacts', { name: null, phones: [], emails: null }, 'name', 'atLeastOne'],
    ['/v1/contacts', { name: 'x'.repeat(201) }, 'name', 'maxLength'],
    ['/v1/contacts', { ...person, registered: 'true' }, 'registered', 'isBoolean'],
    ['/v1/contacts', { ...person, active: 1 }, 'active', 'isBoolean'],
    ['/v1/contacts', { ...person, contactType: 'constructor' }, 'contactType', 'isIn'],
    ['/v1/contacts', { ...person, groups: 'VIP' }, 'groups', 'isArray'],
    ['/v1/contacts', { ...person, groups: ['VIP', ' '] }, 'groups', 'isCleanText'],
    ['/v1/contacts', { ...person, groups: ['x'.repeat(101)] }, 'groups', 'maxLength'],
    ['/v1/contacts', { ...person, homeLocation: '\u0007' }, 'homeLocation', 'isCleanText'],
    ['/v1/contacts', { ...person, timeZone: 'Europe/Nowhere' }, 'timeZone', 'isTimeZone'],
    ['/v1/contacts', { ...person, timeZone: '+01:00' }, 'timeZone', 'isTimeZone'],
    ['/v1/contacts', { ...person, emails: 'a@b.example' }, 'emails', 'isArray'],
    ['/v1/contacts', { ...person, emails: [`${MARKER}@`] }, 'emails', 'isEmail'],
    ['/v1/contacts', { ...person, emails: ['\udfff@mail.example'] }, 'emails', 'isEmail'],
    ['/v1/contacts', { ...person, emails: ['a@b.example', 'a@b.example'] }, 'emails', 'arrayUnique'],
    ['/v1/contacts', { ...person, externalId: '\u0007' }, 'externalId', 'isCleanText'],
    ['/v1/consents', { ...consent, contactId: 'x' }, 'contactId', 'isUuid'],
    ['/v1/consents', { ...consent, wording: '' }, 'wording', 'isCleanText'],
    ['/v1/consents', { ...consent, purpose: 'spam' }, 'purpose', 'isIn'],
    ['/v1/consents', { ...consent, tickedAt: 'yesterday' }, 'tickedAt', 'isIso8601'],
    ['/v1/consents', { ...consent, tickedAt: '2026-02-30T00:00:00Z' }, 'tickedAt', 'isIso8601'],
    ['/v1/consents', { ...consent, tickedAt: '2026-W10-1' }, 'tickedAt', 'isPastTime'],
    ['/v1/consents', { ...consent, tickedAt: '2099-01-01T00:00:00Z' }, 'tickedAt', 'isPastTime'],
    ['/v1/consents', { ...consent, tickedAt: 1_700_000_000 }, 'tickedAt', 'isIso8601'],
    [`/v1/deliveries/${NOBODY}/settle`, { decision: 'Resend' }, 'decision', 'isIn'],
    ['/v1/referrals', { referrerId: sample.contact.id }, 'referredId', 'isUuid'],
    [
      '/v1/referrals',
      { referrerId: sample.contact.id, referredId: sample.contact.id, status: '' },
      'status',
      'isCleanText',
    ],
  ];
  it.each(cases)('%s %j', async (path, body, field, rule) => {
    const answers: Answer[] = [];
    expect(await api.recorded(async () => answers.push(await api.post(path, body, { as: sample.manager })))).toEqual(
      [],
    );
    for (const answer of answers) {
      expectProblem(answer, { status: 400, code: 'InvalidRequest' });
      expect(answer.body['errors']).toContainEqual({ field, rule, message: expect.any(String) });
      expect((answer.body['errors'] as object[])[0]).toMatchObject({
        field: answer.body['field'],
        rule: answer.body['rule'],
      });
    }
  });

  const phones = [
    '',
    '4155550132',
    '+1',
    '+1415555013a',
    'call +14155550177 now',
    '+14155550177 ext 5',
    'tel:+14155550177;ext=5',
    `+${'1'.repeat(300)}`,
    14_155_550_177,
    ['+14155550177'],
    { number: '+14155550177' },
    true,
    '+999999999999',
  ];
  it.each(phones)('R1: an invalid phone number: %j', async (phone) => {
    await refused(() => api.post(conversations, { phone }), {
      status: 400,
      code: 'InvalidRequest',
      field: 'phone',
      rule: 'isPhone',
    });
    await refused(() => api.post('/v1/contacts', { phones: [phone] }), {
      status: 400,
      code: 'InvalidRequest',
      field: 'phones',
      rule: 'isPhone',
    });
  });
});

describe('G1: values of optional fields', () => {
  it('null equals absent, and every form of a phone number becomes the same one', async () => {
    const { body } = await api.post('/v1/contacts', {
      name: 'Nil',
      phones: ['+1 (415) 555-0155'],
      emails: null,
      externalId: null,
      contactType: null,
      registered: null,
      active: null,
    });
    const { body: contact } = await api.get(
      `/v1/contacts/${String(body['contactId'])}?position=${String(body['position'])}`,
    );
    expect(contact).toMatchObject({
      phones: ['+14155550155'],
      emails: [],
      externalId: null,
      contactType: 'unknown',
      registered: false,
      active: true,
    });
    const changed = await api.ask('PATCH', `/v1/contacts/${String(body['contactId'])}`, {
      body: { name: null, phones: null },
    });
    expect(changed.status).toBe(200);
    expect(changed.body['revision']).toBe(body['revision']);
  });

  it.each([
    '👩‍👧‍👦 é e\u0301 \u202e rtl',
    'line\r\nbreak\ttab',
    'x'.repeat(5_000),
    '<script>&"\'',
    '=1+1',
    '{{name}} ${x} %s',
  ])('text is kept as text: %j', async (text) => {
    const { status, body } = await api.post(messages, { channel: 'in-app', text });
    expect(status).toBe(201);
    const thread = await api.get(`${messages}?order=desc&limit=1&position=${String(body['position'])}`);
    expect(thread.body['documents']).toMatchObject([{ id: body['messageId'], text }]);
  });
});
