import type { Client, Mail, Row } from './client.js';

export type List = { readonly documents: readonly Row[] };

/** What the program's people, their phones and mailboxes show, reduced to what the demo compares. */
export class Views {
  /** The conversation of the day, once it is started. */
  conversationId = '';

  constructor(private readonly client: Client) {}

  async row(...fields: readonly string[]): Promise<unknown[]> {
    const { body } = await this.client.get('agent', `/v1/conversations/${this.conversationId}`);
    return fields.map((field) => body[field]);
  }

  private async thread(): Promise<readonly Row[]> {
    return (await this.client.get<List>('agent', `/v1/conversations/${this.conversationId}/messages`)).body.documents;
  }

  async idOf(text: string): Promise<unknown> {
    return (await this.thread()).find((entry) => entry['text'] === text)?.['id'];
  }

  async states(text: string): Promise<unknown[]> {
    return (await this.thread()).filter((entry) => entry['text'] === text).map(({ state }) => state);
  }

  async refusals(): Promise<unknown[]> {
    return (await this.thread()).filter(({ kind }) => kind === 'refusal').map(({ reason }) => reason);
  }

  async portal(): Promise<string[]> {
    const { body } = await this.client.get<List>('contact', `/v1/portal/conversations/${this.conversationId}/messages`);
    return body.documents.map(({ direction, text }) => `${String(direction)}: ${String(text)}`);
  }

  async inbox(): Promise<unknown[]> {
    const { body } = await this.client.get<List>('agent', '/v1/conversations');
    return body.documents.map(({ displayName, folder, preview, consent }) => [displayName, folder, preview, consent]);
  }

  async flag(): Promise<unknown> {
    const { body } = await this.client.get('agent', `/v1/referrals/${this.client.facts.referralId}`);
    return body['hasOpenConversation'];
  }

  /** The first two entries and the last. */
  async timeline(): Promise<string[]> {
    const { body } = await this.client.get<List>('agent', `/v1/referrals/${this.client.facts.referralId}/timeline`);
    const entries = body.documents.map(
      ({ kind, to, message }) => `${String(kind)}: ${String(message ? (message as Row)['text'] : to)}`,
    );
    return [...entries.slice(0, 2), entries.at(-1) ?? ''];
  }

  async texts(to: string): Promise<string[]> {
    return (await this.client.ledger()).creates.filter((create) => create.to === to).map(({ body }) => body);
  }

  async textsTo(contactId: string): Promise<number> {
    const { body } = await this.client.get<List>('agent', `/v1/contacts/${contactId}/deliveries`);
    return body.documents.filter(({ channel }) => channel === 'sms').length;
  }

  async mailsTo(address: string, part: string): Promise<number> {
    return (await this.client.mails()).filter(({ to, text }: Mail) => to === address && text.includes(part)).length;
  }
}
