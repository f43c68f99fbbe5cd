import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MongoClient } from 'mongodb';
import { Actions } from '../actions.js';
import { makeCast, phoneNumber } from '../cast.js';
import { checkOptOuts } from '../check-opt-outs.js';
import { Client } from '../client.js';
import { Reader, type DeliveryRow } from '../evidence.js';
import { Findings } from '../findings.js';
import { until } from './kill-bench.fixture.js';
import { Load } from '../load.js';
import { programAt, shortLimits, type Facts } from '../product.js';
import { ProviderProcess } from '../provider.js';
import { Random } from '../random.js';
import { readRecord } from '../record-history.js';
import { admin } from '../admin.js';
import { SeparateProduct } from '../separate.js';
import { settle } from '../settle.js';
import { Witness } from '../witness.js';

const SENDER_PHONE = '+14155550100';
/** The program texts from the last. */
const SENDER_PHONES = ['+14155550101', SENDER_PHONE];
/** Not one of the cast's. */
const FIRST_PHONE = 500;
const LONGEST_MS = 300_000;

describe('each app in a separate process, on Kafka, MongoDB and EventStoreDB', () => {
  const folder = mkdtempSync(join(tmpdir(), 'separate-'));
  let provider: ProviderProcess;
  let product: SeparateProduct;
  let facts: Facts;
  let client: Client;
  let reader: Reader;

  beforeAll(async () => {
    provider = await ProviderProcess.start(folder, SENDER_PHONES);
    product = await SeparateProduct.open({
      folder,
      senderPhones: SENDER_PHONES,
      environment: { ...shortLimits, TWILIO_API_URL: provider.url, PARTITIONS: '4' },
    });
    facts = await product.start();
    await provider.sendInboundTo(`${facts.url}/webhooks/twilio/${facts.programId}/messages`);
    client = new Client(product);
    reader = new Reader(client, facts.tokens.manager);
  }, LONGEST_MS);
  afterAll(async () => {
    await product.close();
    await provider.end();
    rmSync(folder, { recursive: true, force: true });
  }, LONGEST_MS);

  const textsTo = (phone: string): number =>
    provider.creates().filter(({ kind, to }) => kind === 'received' && to === phone).length;
  const mails = (): Promise<{ to: string; raw: string }[]> =>
    client.expect(200, { method: 'GET', path: '/dev/mail', token: facts.tokens.manager }) as unknown as Promise<
      { to: string; raw: string }[]
    >;

  test(
    'G6: the demo succeeds',
    async () => {
      const file = join(folder, 'facts.json');
      writeFileSync(file, JSON.stringify({ ...facts, emulatorUrl: provider.url }));
      const { stdout } = await promisify(execFile)(process.execPath, [
        programAt('apps/tools/demo/main.js'),
        '--url',
        facts.url,
        '--facts',
        file,
      ]);
      expect(stdout).toContain('The demo succeeded.');
    },
    LONGEST_MS,
  );

  test(
    'N3 T2: whichever process or engine is killed, a text is accepted, answered once, and staff is notified once',
    async () => {
      for (const [n, name] of product.names.entries()) {
        await product.kill(name);
        const phone = phoneNumber(FIRST_PHONE + n);
        await provider.inbound(product, { from: phone, to: SENDER_PHONE, body: `Are you there? [${name}]` });
        const conversation = await until(`a conversation with ${phone} after ${name} was killed`, async () =>
          (await reader.conversations()).find((row) => row.phone === phone),
        );
        await client.expect(201, {
          method: 'POST',
          path: `/v1/conversations/${conversation.id}/messages`,
          token: facts.tokens.agent,
          key: `answer-${n}`,
          body: { channel: 'sms', text: `We are. [${name}]` },
        });
        await until(`the answer at ${phone} after ${name} was killed`, () => (textsTo(phone) === 1 ? true : undefined));
      }
      const deliveries = await until('nothing under way', async (): Promise<readonly DeliveryRow[] | undefined> => {
        const open = [...(await reader.deliveries('requested')), ...(await reader.deliveries('claimed'))];
        return open.length === 0 ? reader.deliveries('accepted') : undefined;
      });
      expect(product.names.map((_, n) => textsTo(phoneNumber(FIRST_PHONE + n)))).toEqual(product.names.map(() => 1));
      expect(await reader.deliveries('uncertain')).toEqual([]);
      expect(deliveries.filter(({ channel }) => channel === 'sms')).toHaveLength(product.names.length + 4);
      const told = (await mails()).map(({ raw }) => /^Message-ID:\s*(\S+)/im.exec(raw)?.[1]);
      expect(new Set(told).size).toBe(told.length);
      expect(product.endedByItself).toBeNull();
    },
    LONGEST_MS,
  );

  test(
    'K9: whichever process or engine is killed while contacts text STOP and START, no text is claimed after an opt-out',
    async () => {
      const witness = new Witness(join(folder, 'witness.jsonl'));
      const cast = await makeCast(client, facts);
      const actions = new Actions(product, client, provider, SENDER_PHONES, witness, cast);
      const load = new Load(actions, new Random(1), 500);
      load.start();
      for (const name of product.names) await product.kill(name);
      await load.finish();
      expect(await settle(reader)).toBe(true);
      const findings = new Findings();
      const seen = {
        creates: provider.creates(),
        confirmations: await provider.confirmations(),
        record: await readRecord(product.environment),
      };
      const { optOuts, optIns, calls } = checkOptOuts(seen, witness.all('inbound'), findings);
      expect([...findings.list(20), ...client.oddities]).toEqual([]);
      expect(Math.min(optOuts, optIns, calls)).toBeGreaterThan(0);
      expect(product.endedByItself).toBeNull();
    },
    LONGEST_MS,
  );

  test(
    'rule 8: standbys have worked: every read model equals a rebuild, beside the running projectors',
    () => {
      expect(admin('compare', product.environment)).not.toContain('DIFFERENT');
      expect(admin('parked', product.environment)).toContain('Nothing is parked');
    },
    LONGEST_MS,
  );

  test(
    'all of them end when they are told to',
    async () => {
      await product.finish();
      expect(product.endedByItself).toBeNull();
    },
    LONGEST_MS,
  );

  test(
    'X4: no process starts with a checkpoint beyond the end of the event store, and a rebuild fixes that',
    async () => {
      const beyond = '9'.repeat(20);
      const mongo = new MongoClient(product.environment['MONGODB_URL'] ?? '');
      const run = (app: string) =>
        spawnSync(process.execPath, [programAt(`apps/${app}/src/main.js`)], {
          env: { ...product.environment, PORT: '0' },
          encoding: 'utf8',
          timeout: LONGEST_MS,
        });
      try {
        const followers = mongo.db().collection<{ _id: string; checkpoint: string }>('checkpoints');
        await followers.updateOne({ _id: 'publisher 2/4' }, { $set: { checkpoint: beyond } });
        // A rebuild that was killed just before the swap.
        await mongo
          .db()
          .collection<{ _id: string; program: null; copy: string; checkpoint: string }>('documents.thread.rebuild')
          .insertOne({ _id: ' 3/4', program: null, copy: 'a copy', checkpoint: beyond });
        for (const app of ['api', 'projector', 'publisher', 'automation', 'notifier']) {
          const { status, stderr } = run(app);
          expect([app, status, stderr.trim().split('\n')]).toEqual([
            app,
            1,
            [
              expect.stringMatching(
                `^The record ends at \\d{20}, and these are beyond its end: copy of read model thread 3/4 at ${beyond}, publisher 2/4 at ${beyond}\\. .*admin -- rebuild`,
              ),
            ],
          ]);
        }
        expect(admin('rebuild', product.environment)).toMatch(/^publisher 2\/4 +set back$/m);
        expect(admin('parked', product.environment)).toContain('Nothing is parked');
        const thread = mongo.db().collection<{ _id: string; checkpoint: string }>('documents.thread');
        expect((await followers.findOne({ _id: 'publisher 2/4' }))?.checkpoint).toBe(
          (await thread.findOne({ _id: ' 3/4' }))?.checkpoint,
        );
      } finally {
        await mongo.close();
      }
    },
    LONGEST_MS,
  );
});
