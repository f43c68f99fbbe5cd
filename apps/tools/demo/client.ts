import PostalMime from 'postal-mime';
import type { Facts, Who } from './instance.js';

export type Answer<Body = Record<string, unknown>> = { readonly status: number; readonly body: Body };
export type Row = Readonly<Record<string, unknown>>;
export type Mail = { readonly to: string; readonly subject: string; readonly text: string };
export type Ledger = {
  readonly creates: readonly { readonly to: string; readonly body: string; readonly accepted: boolean }[];
  readonly autoAnswers: readonly Row[];
  readonly inbound: readonly Row[];
  readonly callbacks: readonly Row[];
};

/** The clients of the demo: the public API for each person, the provider's emulator, and the mail folder. */
export class Client {
  constructor(readonly facts: Facts) {}

  get = <Body = Record<string, unknown>>(who: Who, path: string): Promise<Answer<Body>> => this.call(who, path);

  post = <Body = Record<string, unknown>>(who: Who, path: string, body: object = {}): Promise<Answer<Body>> =>
    this.write('POST', who, path, body);

  put = (who: Who, path: string, body: object): Promise<Answer> => this.write('PUT', who, path, body);

  private write = <Body>(method: string, who: Who, path: string, body: object): Promise<Answer<Body>> =>
    this.call(who, path, {
      method,
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
    });

  /** A text from a phone, by the provider's signed webhook. @returns the webhook's status */
  async text(from: string, body: string): Promise<number | null> {
    const response = await fetch(`${this.facts.emulatorUrl}/emulator/inbound`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ from, to: this.facts.senderPhone, body }),
    });
    return ((await response.json()) as { webhook: { status: number | null } }).webhook.status;
  }

  /** Everything that the provider's emulator received and sent, as counted there. */
  async ledger(): Promise<Ledger> {
    return (await (await fetch(`${this.facts.emulatorUrl}/emulator/ledger`)).json()) as Ledger;
  }

  /** The emails in the mail folder. */
  async mails(): Promise<Mail[]> {
    const { body } = await this.get<readonly { raw: string }[]>('manager', '/dev/mail');
    const mails = await Promise.all(body.map(({ raw }) => PostalMime.parse(raw)));
    return mails.map(({ to, subject, text }) => ({
      to: to?.[0]?.address ?? '',
      subject: subject ?? '',
      text: text ?? '',
    }));
  }

  private async call<Body>(who: Who, path: string, init: RequestInit = {}): Promise<Answer<Body>> {
    const headers = {
      authorization: `Bearer ${this.facts.tokens[who]}`,
      ...(init.headers as Record<string, string> | undefined),
    };
    const response = await fetch(`${this.facts.url}${path}`, { ...init, headers });
    return { status: response.status, body: (await response.json()) as Body };
  }
}
