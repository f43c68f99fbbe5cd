import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultSettings, InboundInput, InboundResult } from '@app/emulators/twilio';
import { startNode, type Child } from './processes.js';
import { ACCOUNT, programAt, type Target } from './product.js';

/** A create request as the provider's ledger file has it. */
export type Create = {
  readonly kind: 'received' | 'accepted';
  readonly n: number;
  readonly to: string;
  readonly body: string;
  readonly statusCallback: string | null;
};

/** An automatic reply of the provider to an opt-out. */
export type Confirmation = { readonly inboundSid: string };

/** The provider in a separate process, which kills of the product do not affect. */
export class ProviderProcess {
  /** Webhooks without a response. */
  lost = 0;

  private constructor(
    readonly url: string,
    private readonly child: Child,
    private readonly ledgerFile: string,
    private readonly senderPhones: readonly string[],
  ) {}

  static async start(folder: string, senderPhones: readonly string[]): Promise<ProviderProcess> {
    const ledgerFile = join(folder, 'provider.jsonl');
    const account = `${ACCOUNT.accountSid}:${ACCOUNT.authToken}:${senderPhones.join(',')}`;
    const child = startNode(
      [programAt('libs/emulators/twilio/main.js'), '--account', account, '--ledger-file', ledgerFile],
      {},
      join(folder, 'provider.log'),
    );
    const { url } = JSON.parse(await child.readyLine) as { url: string };
    return new ProviderProcess(url, child, ledgerFile, senderPhones);
  }

  async sendInboundTo(smsUrl: string): Promise<void> {
    await this.control('PUT', `accounts/${ACCOUNT.accountSid}`, {
      numbers: this.senderPhones.map((phoneNumber) => ({ phoneNumber, smsUrl })),
    });
  }

  async setFaults(faults: FaultSettings): Promise<void> {
    await this.control('POST', 'faults', faults);
  }

  /**
   * A contact's text; the webhook is posted until it is answered. @returns its sid, and the response when it was not
   * 200
   */
  async inbound(product: Target, input: InboundInput): Promise<{ sid: string; status: number }> {
    let { sid, webhook } = await this.post(input);
    while (webhook.status === null || webhook.status === 503) {
      this.lost += 1;
      await product.up();
      await sleep(20);
      ({ sid, webhook } = await this.post({ messageSid: sid }));
    }
    return { sid, status: webhook.status };
  }

  /** Repeats the webhook of a known text. */
  async repeat(sid: string): Promise<void> {
    await this.post({ messageSid: sid });
  }

  /** From the file: all requests it received, whatever happened to them since. */
  creates(): readonly Create[] {
    const lines = readFileSync(this.ledgerFile, 'utf8').split('\n');
    return lines.filter(Boolean).map((line) => JSON.parse(line) as Create);
  }

  async confirmations(): Promise<readonly Confirmation[]> {
    const { autoAnswers } = (await this.control('GET', 'ledger')) as {
      autoAnswers: (Confirmation & { keyword: string })[];
    };
    return autoAnswers.filter(({ keyword }) => keyword === 'stop');
  }

  async end(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.child.ended;
  }

  private async post(input: InboundInput): Promise<InboundResult> {
    return (await this.control('POST', 'inbound', input)) as InboundResult;
  }

  private async control(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.url}/emulator/${path}`, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`the emulator answered ${response.status}: ${await response.text()}`);
    return response.json();
  }
}
