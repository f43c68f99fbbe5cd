import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { walkPages, type Page } from '@app/eventing';
import type { Client } from './client.js';
import type { Confirmation, Create, ProviderProcess } from './provider.js';
import { readRecord, type RecordHistory } from './record-history.js';

/** An entry of a thread, as the API shows it. */
export type Entry = {
  readonly id: string;
  readonly conversationId: string;
  readonly kind: 'message' | 'automated' | 'keyword' | 'refusal';
  readonly direction: 'in' | 'out';
  readonly channel: 'in-app' | 'sms';
  readonly text: string;
  readonly rule: string | null;
  readonly state: string;
};
export type Thread = {
  readonly conversationId: string;
  readonly phone: string | null;
  readonly entries: readonly Entry[];
};
export type DeliveryRow = {
  readonly id: string;
  readonly channel: 'sms' | 'email';
  readonly status: string;
  readonly messageId: string;
  readonly reason: string | null;
};
export type Mail = { readonly to: string; readonly content: string };

/** The final state of product, provider and mail folder. */
export type Evidence = {
  readonly threads: readonly Thread[];
  readonly deliveries: readonly DeliveryRow[];
  readonly creates: readonly Create[];
  readonly mails: readonly Mail[];
  readonly confirmations: readonly Confirmation[];
  readonly record: RecordHistory;
};

export const deliveryStates = [
  'requested',
  'claimed',
  'uncertain',
  'accepted',
  'refused',
  'withheld',
  'expired',
  'left',
] as const;

/** By the API, page after page. */
export class Reader {
  constructor(
    private readonly client: Client,
    private readonly token: string,
  ) {}

  deliveries(status: (typeof deliveryStates)[number]): Promise<DeliveryRow[]> {
    return this.all<DeliveryRow>(`/v1/deliveries?status=${status}`);
  }

  conversations(): Promise<{ id: string; phone: string | null; consent: string | null; revision: number }[]> {
    return this.all('/v1/conversations?folder=all');
  }

  async threads(): Promise<Thread[]> {
    const threads: Thread[] = [];
    for (const { id, phone } of await this.conversations())
      threads.push({
        conversationId: id,
        phone,
        entries: await this.all<Entry>(`/v1/conversations/${id}/messages?order=asc`),
      });
    return threads;
  }

  private async all<Row>(path: string): Promise<Row[]> {
    const page = async (after = ''): Promise<Page<Row>> =>
      (await this.client.expect(200, {
        method: 'GET',
        path: `${path}&limit=200${after && `&after=${encodeURIComponent(after)}`}`,
        token: this.token,
      })) as Page<Row>;
    const rows: Row[] = [];
    for await (const { documents } of walkPages(page)) rows.push(...documents);
    return rows;
  }
}

/** Data that only a running product returns. */
export async function askProduct(reader: Reader): Promise<Pick<Evidence, 'threads' | 'deliveries'>> {
  const deliveries: DeliveryRow[] = [];
  for (const status of deliveryStates) deliveries.push(...(await reader.deliveries(status)));
  return { deliveries, threads: await reader.threads() };
}

/** Data of provider, files and event store; only when the product has ended. */
export async function readFiles(
  dataFolder: string,
  environment: Readonly<Record<string, string>>,
  provider: ProviderProcess,
): Promise<Pick<Evidence, 'creates' | 'confirmations' | 'mails' | 'record'>> {
  return {
    creates: provider.creates(),
    confirmations: await provider.confirmations(),
    mails: readMails(join(dataFolder, 'mail')),
    record: await readRecord(environment),
  };
}

function readMails(folder: string): Mail[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.eml'));
  return files.map((name) => {
    const raw = readFileSync(join(folder, name), 'utf8');
    const [, to = ''] = /^To: .*?<?([^<>\s]+@[^<>\s]+)>?\r?$/m.exec(raw) ?? [];
    return { to, content: raw.replaceAll(/=\r?\n/g, '') };
  });
}
