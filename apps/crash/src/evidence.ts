import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openEngines } from '@app/adapters';
import { eventTypes } from '@app/domain';
import { EventCodec, Journal } from '@app/eventing';
import { loadConfiguration } from '@app/platform';
import type { DeliveryEvent } from '@app/domain/delivery';
import type { Client } from './client.js';
import type { Create, ProviderProcess } from './provider.js';

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
export type Thread = { readonly conversationId: string; readonly phone: string | null; readonly entries: readonly Entry[] };
export type DeliveryRow = { readonly id: string; readonly channel: 'sms' | 'email'; readonly status: string; readonly messageId: string };
export type Mail = { readonly to: string; readonly content: string };

/** What product, provider and mail folder hold in the end. */
export type Evidence = {
  readonly threads: readonly Thread[];
  readonly deliveries: readonly DeliveryRow[];
  readonly creates: readonly Create[];
  readonly mails: readonly Mail[];
  /** When each claim was made; ms since the epoch. */
  readonly claimedAt: ReadonlyMap<string, number>;
};

export const deliveryStates = ['requested', 'claimed', 'uncertain', 'accepted', 'refused', 'withheld', 'expired', 'left'] as const;

/** By the API, page after page. */
export class Reader {
  constructor(
    private readonly client: Client,
    private readonly token: string,
  ) {}

  deliveries(status: (typeof deliveryStates)[number]): Promise<DeliveryRow[]> {
    return this.all<DeliveryRow>(`/v1/deliveries?status=${status}`);
  }

  conversations(): Promise<{ id: string; phone: string | null; revision: number }[]> {
    return this.all('/v1/conversations?folder=all');
  }

  async threads(): Promise<Thread[]> {
    const threads: Thread[] = [];
    for (const { id, phone } of await this.conversations()) threads.push({ conversationId: id, phone, entries: await this.all<Entry>(`/v1/conversations/${id}/messages?order=asc`) });
    return threads;
  }

  private async all<Row>(path: string): Promise<Row[]> {
    const rows: Row[] = [];
    for (let after = ''; ; ) {
      const { documents, next } = await this.client.expect(200, { method: 'GET', path: `${path}&limit=200${after}`, token: this.token });
      rows.push(...(documents as Row[]));
      if (typeof next !== 'string') return rows;
      after = `&after=${encodeURIComponent(next)}`;
    }
  }
}

/** What only a running product tells. */
export async function askProduct(reader: Reader): Promise<Pick<Evidence, 'threads' | 'deliveries'>> {
  const deliveries: DeliveryRow[] = [];
  for (const status of deliveryStates) deliveries.push(...(await reader.deliveries(status)));
  return { deliveries, threads: await reader.threads() };
}

/** What is in files and in the record; only when the product has ended. */
export async function readFiles(dataFolder: string, environment: Readonly<Record<string, string>>, provider: ProviderProcess): Promise<Pick<Evidence, 'creates' | 'mails' | 'claimedAt'>> {
  return { creates: provider.creates(), mails: readMails(join(dataFolder, 'mail')), claimedAt: await readClaims(environment) };
}

function readMails(folder: string): Mail[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.eml'));
  return files.map((name) => {
    const raw = readFileSync(join(folder, name), 'utf8');
    const [, to = ''] = /^To: .*?<?([^<>\s]+@[^<>\s]+)>?\r?$/m.exec(raw) ?? [];
    return { to, content: raw.replaceAll(/=\r?\n/g, '') };
  });
}

async function readClaims(environment: Readonly<Record<string, string>>): Promise<Map<string, number>> {
  const { eventStore, keyring, close } = await openEngines(loadConfiguration(environment));
  try {
    const journal = new Journal(eventStore, new EventCodec(eventTypes, keyring));
    const head = await journal.head();
    const claims = new Map<string, number>();
    if (head === null) return claims;
    for await (const { events, position } of journal.follow<DeliveryEvent>({ after: null, categories: ['delivery'], signal: new AbortController().signal })) {
      for (const { type, data } of events) if (type === 'DeliveryClaimed') claims.set(data.claimId, Date.parse(data.claimedAt));
      if (position >= head) break;
    }
    return claims;
  } finally {
    await close();
  }
}
