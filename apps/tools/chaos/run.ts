import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@app/testing/servers';
import type { FaultSettings } from '@app/emulators/twilio';
import { Actions } from './actions.js';
import { makeCast } from './cast.js';
import { checkMails } from './check-mails.js';
import { checkOptOuts, type OptOutCounts } from './check-opt-outs.js';
import { checkTexts, type TextCounts } from './check-texts.js';
import { checkThreads } from './check-threads.js';
import { Client } from './client.js';
import { askProduct, deliveryStates, readFiles, Reader, type Evidence } from './evidence.js';
import { Findings } from './findings.js';
import { Load } from './load.js';
import { ACCOUNT, Product, programAt, shortLimits, type Target } from './product.js';
import { ProviderProcess } from './provider.js';
import { Random } from './random.js';
import { admin } from './admin.js';
import { SeparateProduct } from './separate.js';
import { recordServer } from './servers.js';
import { settle } from './settle.js';
import { Witness } from './witness.js';

/** The program's numbers, which texts from the last. */
const SENDER_PHONES = ['+14155550100', '+14155550101', '+14155550102'];
/** Nine processes and their servers on one machine handle less load than one process. */
const LONGEST_PAUSE_MS = { embedded: 160, real: 1_500 };
const LONGEST_FINISH_MS = 200_000;

export type Result = {
  readonly findings: Findings;
  readonly texts: TextCounts;
  readonly optOuts: OptOutCounts;
  readonly mails: number;
  readonly models: string;
  readonly modelsEqual: boolean;
  readonly evidence: Evidence;
  readonly witness: Witness;
  readonly client: Client;
  readonly provider: ProviderProcess;
};

/** The topology: a process and a server for each part, or one process, with its events there or on a server. */
export type Engines = { readonly engines: 'embedded' | 'real'; readonly record: 'embedded' | 'eventstoredb' };

/**
 * Puts the product under load, kills it this many times, lets it settle, and compares its state with what was observed
 * from outside.
 */
export async function run(folder: string, cycles: number, seed: number, { engines, record }: Engines): Promise<Result> {
  const random = new Random(seed);
  const provider = await ProviderProcess.start(folder, SENDER_PHONES);
  const environment = { TWILIO_API_URL: provider.url, ...shortLimits };
  const product: Target =
    engines === 'real'
      ? await SeparateProduct.open({ folder, senderPhones: SENDER_PHONES, environment })
      : await productWithSenders(folder, environment, record);
  const facts = await product.start();
  await provider.sendInboundTo(`${facts.url}/webhooks/twilio/${facts.programId}/messages`);
  const client = new Client(product);
  const witness = new Witness(join(folder, 'witness.jsonl'));
  const cast = await makeCast(client, facts);
  const actions = new Actions(product, client, provider, SENDER_PHONES, witness, cast);
  const load = new Load(actions, random.branch(), LONGEST_PAUSE_MS[engines]);
  load.start();
  for (let cycle = 1; cycle <= cycles; cycle += 1) {
    await provider.setFaults(someFaults(random));
    console.log(
      `cycle ${String(cycle).padStart(3)}/${cycles}  ${await product.killOnce(random)}  acknowledged ${witness.size}  responses lost ${client.lost}, of webhooks ${provider.lost}`,
    );
  }
  await Promise.race([
    load.finish(),
    sleep(LONGEST_FINISH_MS, undefined, { ref: false }).then(() =>
      Promise.reject(
        new Error(
          `the load did not end${product.endedByItself === null ? '' : `: a process ended unexpectedly (${product.endedByItself})`}`,
        ),
      ),
    ),
  ]);
  await provider.setFaults({ rates: {}, callbacks: {} });
  const reader = new Reader(client, facts.tokens.manager);
  const findings = new Findings();
  if (!(await settle(reader)))
    findings.add('lost', 'it did not settle: deliveries are due or in progress, or something keeps changing');
  const told = await askProduct(reader);
  if (product.endedByItself !== null) findings.add('wrong', `the process ended unexpectedly: ${product.endedByItself}`);
  await product.finish();
  const evidence = { ...told, ...(await readFiles(join(folder, 'data'), product.environment, provider)) };
  const compare = spawnSync(process.execPath, [programAt('apps/admin/src/main.js'), 'compare'], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], ...product.environment },
  });
  await product.close();
  await provider.end();

  checkThreads(evidence, witness, findings);
  const texts = checkTexts(evidence, witness, findings);
  const optOuts = checkOptOuts(evidence, witness.all('inbound'), findings);
  const mails = checkMails(evidence, witness, findings);
  for (const oddity of client.oddities) findings.add('wrong', oddity);
  const modelsEqual = compare.status === 0;
  if (!modelsEqual) findings.add('wrong', 'a read model differs from a rebuild');
  return {
    findings,
    texts,
    optOuts,
    mails,
    models: compare.stdout + compare.stderr,
    modelsEqual,
    evidence,
    witness,
    client,
    provider,
  };
}

/** For one process. `add` adds the numbers after the first; it needs existing events and no running process. */
async function productWithSenders(
  folder: string,
  environment: Readonly<Record<string, string>>,
  record: Engines['record'],
): Promise<Product> {
  const product = new Product({
    folder,
    port: await freePort(),
    environment,
    ...(record === 'eventstoredb' && { record: await recordServer(folder) }),
  });
  await product.start();
  await product.finish();
  for (const TWILIO_SENDER_PHONE of SENDER_PHONES)
    admin('sample', { ...product.environment, TWILIO_AUTH_TOKEN: ACCOUNT.authToken, TWILIO_SENDER_PHONE });
  return product;
}

function someFaults(random: Random): FaultSettings {
  const rate = (most: number): number => (random.chance(0.5) ? random.next() * most : 0);
  const rates = {
    'timeout-before': rate(0.04),
    'timeout-after': rate(0.04),
    'reset-before': rate(0.06),
    'reset-after': rate(0.1),
    '429': rate(0.1),
    '500-before': rate(0.06),
    '500-after': rate(0.1),
    slow: rate(0.04),
  };
  const callbacks = {
    duplicate: random.chance(0.5) ? 0.5 : 0,
    shuffle: random.chance(0.5),
    early: random.chance(0.5),
    delayMs: random.chance(0.3) ? random.between(10, 400) : 0,
  };
  return { rates, callbacks, seed: random.between(1, 1_000_000) };
}

/** The result, as a table. */
export function table({
  findings,
  texts,
  optOuts,
  mails,
  modelsEqual,
  evidence,
  witness,
  client,
  provider,
}: Result): string {
  const sent = witness.all('sent');
  const creates = (kind: string): number => evidence.creates.filter((create) => create.kind === kind).length;
  const states = deliveryStates.map(
    (status) =>
      [status, evidence.deliveries.filter((row) => row.channel === 'sms' && row.status === status).length] as const,
  );
  const rows: readonly (readonly [string, string | number])[] = [
    ['acknowledged', witness.size],
    ['  messages in the app', sent.filter(({ channel }) => channel === 'in-app').length],
    ['  texts', sent.filter(({ channel }) => channel === 'sms').length],
    ['  inbound texts', witness.all('inbound').length],
    ['  refused by a rule', witness.all('refused').length],
    ['  consent forms', witness.all('asked').length],
    ['responses lost, and retried', `${client.lost}, webhooks ${provider.lost}`],
    ['creates at the provider', `${creates('received')}, accepted ${creates('accepted')}`],
    [
      'keywords accepted',
      `opt-out ${optOuts.optOuts}, opt-in ${optOuts.optIns}, other ${witness.all('inbound').filter(({ meaning }) => meaning === 'confirm' || meaning === 'help').length}`,
    ],
    ['  creates to numbers with an opt-out', optOuts.calls],
    ['    while one was in progress', optOuts.overtaken],
    ['  confirmations by the provider', optOuts.confirmations],
    ['  withheld after an opt-out', optOuts.withheld],
    ['  released, consent changed', optOuts.released],
    ['texts delivered', texts.delivered],
    ['texts uncertain, not sent', texts.uncertain],
    ['texts uncertain, sent', texts.uncertainButSent],
    ['texts withheld or refused', texts.notSent],
    [
      'deliveries of texts',
      states
        .filter(([, count]) => count > 0)
        .map(([status, count]) => `${status} ${count}`)
        .join(', '),
    ],
    ['emails', mails],
    ['lost', findings.count('lost')],
    ['doubled', findings.count('doubled')],
    ['foreign', findings.count('foreign')],
    ['other errors', findings.count('wrong')],
    ['read models', modelsEqual ? 'equal to a rebuild' : 'DIFFERENT from a rebuild'],
  ];
  return rows.map(([name, value]) => `  ${name.padEnd(34)} ${value}`).join('\n');
}
