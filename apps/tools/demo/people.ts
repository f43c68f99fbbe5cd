import type { Client, Row } from './client.js';
import type { Script } from './script.js';
import type { List, Views } from './views.js';

const ROSA = '+14155550132';
const STRANGER = '+14155550188';

/** Whom the program knows: somebody new, and the pages of a referral and a contact. */
export class People {
  constructor(
    private readonly client: Client,
    private readonly script: Script,
    private readonly views: Views,
  ) {}

  async play(): Promise<void> {
    await this.stranger();
    await this.pages();
  }

  private async stranger(): Promise<void> {
    const { client, script, views } = this;
    script.step('6. A text from an unknown number, who becomes a lead [M4 R2]');
    script.sees('phone', 'texts the program', await client.text(STRANGER, 'Is this Sunrise?'), 200);
    await script.comesToSee(
      'agent',
      'a new conversation shows the number',
      async () => (await views.inbox()).slice(0, 1),
      [[STRANGER, 'unread', 'Is this Sunrise?', 'none']],
    );
    const [row] = (await client.get<List>('agent', '/v1/conversations?limit=1')).body.documents;
    const answered = await client.post('agent', `/v1/conversations/${String(row?.['id'])}/messages`, {
      channel: 'sms',
      text: 'It is! How can we help?',
    });
    script.sees('agent', 'may answer a person who texted first', answered.status, 201);
    await script.comesToSee('phone', 'gets the answer', () => views.texts(STRANGER), ['It is! How can we help?']);
    const lead = await client.post('agent', `/v1/conversations/${String(row?.['id'])}/lead`, {
      firstName: 'Sam',
      lastName: 'Stranger',
      email: 'sam@mail.example',
    });
    script.sees('agent', 'makes the person a lead', lead.status, 201);
    await script.comesToSee('agent', 'the conversation shows the name', async () => (await views.inbox()).slice(0, 1), [
      ['Sam Stranger', 'replied', 'It is! How can we help?', 'none'],
    ]);
  }

  private async pages(): Promise<void> {
    const { client, script, views } = this;
    script.step('7. The pages of the referral and of the contact [R3 I4 R4 K1]');
    await script.comesToSee('agent', 'the referral’s page has its flag', () => views.flag(), true);
    const referral = (await client.get('agent', `/v1/referrals/${client.facts.referralId}`)).body;
    script.sees(
      'agent',
      'and its conversation',
      (referral['conversations'] as Row[]).map(({ id }) => id),
      [views.conversationId],
    );
    const won = await client.put('agent', `/v1/referrals/${client.facts.referralId}/status`, { status: 'won' });
    script.sees('agent', 'changes its status', won.status, 200);
    await script.comesToSee('agent', 'the change is in its timeline, after the messages', () => views.timeline(), [
      'referred: site visit planned',
      'message: Hi Rosa, is Dana’s roof facing south?',
      'status: won',
    ]);
    const contact = (await client.get('agent', `/v1/contacts/${client.facts.contactId}`)).body;
    script.sees(
      'agent',
      'the contact’s page has consent',
      (contact['consents'] as Row[]).map(({ phone, status }) => [phone, status]),
      [[ROSA, 'yes']],
    );
    script.sees('agent', 'and every conversation', (contact['conversations'] as Row[]).length, 2);
    await script.comesToSee(
      'agent',
      'its list of deliveries has every text',
      () => views.textsTo(client.facts.contactId),
      (await views.texts(ROSA)).length,
    );
    const { creates } = await client.ledger();
    script.sees('provider', 'received four texts, no more', creates.length, 4);
    const mails = await client.mails();
    script.sees(
      'mail',
      'each person got one email per message',
      mails.length,
      new Set(mails.map(({ to, text }) => `${to} ${text}`)).size,
    );
  }
}
