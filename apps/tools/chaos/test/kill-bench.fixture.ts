import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { freePort } from '@app/testing/servers';
import { startTwilioEmulator, type TwilioEmulator } from '@app/emulators/twilio';
import { makeCast, type Cast } from '../cast.js';
import { Client, type Request } from '../client.js';
import { Reader, type DeliveryRow, type Entry } from '../evidence.js';
import { ACCOUNT, Product, programAt, type Facts } from '../product.js';

const LONGEST_WAIT_MS = 60_000;

/** Waits until `look` returns a value. @throws when that takes too long */
export async function until<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const giveUpAt = Date.now() + LONGEST_WAIT_MS;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (Date.now() > giveUpAt) throw new Error(`did not happen: ${what}`);
    await sleep(25);
  }
}

/** A product that can be told where to die, with a provider that lives on. */
export class KillBench {
  private constructor(
    private readonly folder: string,
    private readonly killFile: string,
    readonly product: Product,
    readonly client: Client,
    readonly emulator: TwilioEmulator,
    readonly facts: Facts,
    readonly cast: Cast,
    readonly reader: Reader,
  ) {}

  static async open(): Promise<KillBench> {
    const folder = mkdtempSync(join(tmpdir(), 'kill-'));
    const killFile = join(folder, 'kill-at');
    const emulator = await startTwilioEmulator();
    const environment = {
      TWILIO_API_URL: emulator.url,
      CLAIM_TIMEOUT_MS: '1000',
      RECONCILE_EVERY_MS: '150',
      TWILIO_TIMEOUT_MS: '500',
      UNDELIVERED_AFTER_MS: '300',
      KILL_FILE: killFile,
    };
    const nodeOptions = ['--import', pathToFileURL(programAt('apps/tools/chaos/kill-at.js')).href];
    const product = new Product({ folder, port: await freePort(), environment, nodeOptions });
    const facts = await product.start();
    const smsUrl = `${facts.url}/webhooks/twilio/${facts.programId}/messages`;
    emulator.putAccount(ACCOUNT.accountSid, {
      authToken: ACCOUNT.authToken,
      numbers: [{ phoneNumber: facts.senderPhone, smsUrl }],
    });
    const client = new Client(product);
    return new KillBench(
      folder,
      killFile,
      product,
      client,
      emulator,
      facts,
      await makeCast(client, facts),
      new Reader(client, facts.tokens.manager),
    );
  }

  async close(): Promise<void> {
    await this.product.end('SIGKILL');
    await this.emulator.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** For the next row, after one has failed in the middle. */
  async restart(): Promise<void> {
    await this.product.end('SIGKILL');
    this.product.endedByItself = null;
    await this.product.start();
  }

  get mailFolder(): string {
    return join(this.folder, 'data', 'mail');
  }

  /**
   * Does something while the process dies at the step, and starts the next process. @throws when the step was not
   * reached
   */
  async dyingAt(step: string, doIt: () => Promise<unknown>): Promise<void> {
    writeFileSync(this.killFile, step);
    const doing = doIt();
    doing.catch(() => undefined); // awaited below
    try {
      await until(`the process dies ${step}`, () => this.product.endedByItself ?? undefined);
    } finally {
      rmSync(this.killFile, { force: true });
    }
    this.product.endedByItself = null;
    await this.product.start();
    await doing;
  }

  post(path: string, key: string, body: object, token = this.facts.tokens.agent): Promise<Record<string, unknown>> {
    const request: Request = { method: 'POST', path, token, key, body };
    return this.client.expect(201, request);
  }

  /** A contact's text, its webhook posted until it is answered. */
  async inbound(from: string, body: string): Promise<void> {
    let { sid, webhook } = await this.emulator.inbound({ from, to: this.facts.senderPhone, body });
    while (!webhook.delivered) {
      await this.product.up();
      await sleep(20);
      ({ sid, webhook } = await this.emulator.inbound({ messageSid: sid }));
    }
  }

  async thread(conversationId: string): Promise<readonly Entry[]> {
    const path = `/v1/conversations/${conversationId}/messages?limit=200`;
    const { documents } = await this.client.expect(200, { method: 'GET', path, token: this.facts.tokens.manager });
    return documents as readonly Entry[];
  }

  /** All deliveries that are neither sent nor shown as failed. */
  async openDeliveries(): Promise<readonly DeliveryRow[]> {
    return [...(await this.reader.deliveries('requested')), ...(await this.reader.deliveries('claimed'))];
  }

  /** Creates that the provider accepted. */
  accepted(body: string, to: string): number {
    return this.emulator
      .ledger()
      .creates.filter((create) => create.accepted && create.body === body && create.to === to).length;
  }
}
