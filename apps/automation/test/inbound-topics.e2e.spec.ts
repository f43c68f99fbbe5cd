import { NaturalKeys, type InboundTopic } from '@app/application';
import { TopicLog } from '@app/eventing';
import type { JsonObject } from '@app/kernel';
import { sample } from '@app/sample-program';
import { Api } from '../../api/test/api.fixture.js';
import { addSecondProgram, second } from '../../api/test/second-program.fixture.js';
import { until } from '../../notifier/test/notifier-bench.fixture.js';
import { deadLettersOf } from '../src/inbound-consumers.js';

const { programId } = sample;
let api: Api;
let topics: TopicLog;
beforeAll(async () => {
  api = await Api.start({ INBOUND_PROGRAMS: programId });
  topics = api.standalone.app.get(TopicLog);
});
afterAll(() => api.close());

let messages = 0;
const message = (externalId: string, given: JsonObject = {}): JsonObject => ({
  id: `m${(messages += 1)}`,
  programId,
  externalId,
  ...given,
});
const publish = (topic: InboundTopic, ...values: readonly JsonObject[]): Promise<void> =>
  topics.publish(
    topic,
    values.map((value) => ({ key: String(value['externalId']), value })),
  );

async function contactOf(externalId: string): Promise<Readonly<Record<string, unknown>>> {
  const id = await api.standalone.app.get(NaturalKeys).contactByExternalId(programId, externalId);
  return (await api.get(`/v1/contacts/${id}`)).body;
}
const isNamed = (externalId: string, name: string) => async (): Promise<boolean> =>
  (await contactOf(externalId))['name'] === name;

/** All dead letters of a topic so far; waits for that many. */
async function deadLetters(topic: InboundTopic, count: number): Promise<readonly JsonObject[]> {
  const stop = new AbortController();
  const found: JsonObject[] = [];
  const reading = topics.consume({
    topics: [deadLettersOf(topic)],
    group: `test ${(messages += 1)}`,
    signal: stop.signal,
    handle: async (read) => void found.push(...read.map(({ value }) => value)),
  });
  await until(() => found.length >= count, `${count} dead letters`);
  stop.abort();
  await reading;
  return found;
}

describe('R8: topics that other systems write', () => {
  it('contacts, in order per key, and the same message once', async () => {
    const first = message('crm-1', { name: 'Cara', phones: ['+1 415 555 0171'], timeZone: 'Europe/Berlin' });
    const [same, later] = [message('crm-1', { name: 'Cara' }), message('crm-1', { name: 'Cara Client' })];
    const events = await api.recorded(async () => {
      await publish('contacts.inbound.v1', first, same, later);
      // A message that changed nothing must not undo a later one.
      await publish('contacts.inbound.v1', first, same, message('crm-0', { name: 'Last' }));
      await until(isNamed('crm-0', 'Last'));
    });
    expect(await contactOf('crm-1')).toMatchObject({
      name: 'Cara Client',
      phones: ['+14155550171'],
      timeZone: { name: 'Europe/Berlin', source: 'stated' },
    });
    const ofContact = events.filter(({ stream, data }) => stream.startsWith('contact-') && 'name' in data);
    expect(ofContact.map(({ type, data }) => [type, (data as JsonObject)['name']])).toEqual([
      ['ContactCreated', 'Cara'],
      ['ContactDetailsChanged', 'Cara Client'],
      ['ContactCreated', 'Last'],
    ]);
    expect(ofContact[0]?.metadata.actor).toEqual({ kind: 'integration', id: 'contacts.inbound.v1' });
  });

  it('a referral with its status and a payout, which may come before its contacts', async () => {
    const payout = { externalId: 'paid-1', amount: 5_000, currency: 'EUR', paidAt: '2026-01-05T09:00:00Z' };
    const sides = { referrerExternalId: 'crm-5', referredExternalId: 'crm-6' };
    const referral = message('deal-1', { ...sides, status: 'won', payout });
    await publish('referrals.inbound.v1', referral);
    await publish('contacts.inbound.v1', message('crm-5', { name: 'Rita' }), message('crm-6', { name: 'Dan' }));
    await publish('referrals.inbound.v1', referral);
    const id = await api.standalone.app.get(NaturalKeys).referralByExternalId(programId, 'deal-1');
    const timeline = async (): Promise<readonly JsonObject[]> =>
      ((await api.get(`/v1/referrals/${id}/timeline`)).body['documents'] ?? []) as readonly JsonObject[];
    await until(async () => (await timeline()).length >= 2, 'the payout is shown');
    expect((await timeline()).map(({ kind, to, amount }) => [kind, to, amount])).toEqual([
      ['referred', 'won', null],
      ['payout', null, 5_000],
    ]);
  });

  it('what cannot be accepted is a dead letter with its reason, and later messages continue', async () => {
    await addSecondProgram(api.standalone.app);
    const bad = [
      message('crm-7', { name: ' ' }),
      message('crm-7', { phones: ['555'] }),
      message('crm-7', { consent: 'yes' }),
      { ...message('crm-7'), programId: second.programId },
      { externalId: 'crm-7' },
    ];
    const events = await api.recorded(async () => {
      await publish('contacts.inbound.v1', ...bad, message('crm-7', { name: 'Good' }));
      await until(isNamed('crm-7', 'Good'));
    });
    expect(events.map(({ type }) => type).filter((type) => type.startsWith('Contact'))).toEqual(['ContactCreated']);
    const letters = await deadLetters('contacts.inbound.v1', bad.length);
    expect(letters.map(({ reason, field, rule }) => [reason, field, rule])).toEqual([
      ['InvalidForm', 'name', 'format'],
      ['InvalidForm', 'phones.0', 'format'],
      ['InvalidForm', 'consent', 'additionalProperties'],
      ['ProgramNotAllowed', 'programId', undefined],
      ['InvalidForm', 'id', 'required'],
    ]);
    expect(letters.map(({ message }) => message)).toEqual(bad);
    await publish('referrals.inbound.v1', message('deal-9', { status: 'won' }));
    expect(await deadLetters('referrals.inbound.v1', 1)).toMatchObject([{ reason: 'ReferralNotFound' }]);
  });

  it('nothing is consumed unless the operator lists programs', async () => {
    const other = await Api.start();
    try {
      await other.standalone.app
        .get(TopicLog)
        .publish('contacts.inbound.v1', [{ key: 'crm-1', value: message('crm-1', { name: 'Cara' }) }]);
      const created = await other.ask('PUT', '/v1/contacts', { as: sample.integration, body: { externalId: 'crm-1' } });
      expect(created.status).toBe(200);
      await other.rest();
      expect((await other.get(`/v1/contacts/${String(created.body['contactId'])}`)).body['name']).toBeNull();
    } finally {
      await other.close();
    }
  });
});
