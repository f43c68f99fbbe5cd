import type { Client } from './client.js';
import { Colleagues } from './colleagues.js';
import { People } from './people.js';
import type { Script } from './script.js';
import { Views } from './views.js';

const ROSA = '+14155550132';
const OPT_IN =
  'Sunrise Solar: reply YES to get texts about your referrals. Message and data rates may apply. Reply STOP to opt out, HELP for help.';

/** One day of a program, as its people and its provider see it. */
export class Day {
  private readonly views: Views;

  constructor(
    private readonly client: Client,
    private readonly script: Script,
  ) {
    this.views = new Views(client);
  }

  /** @returns false when this instance has run the demo before */
  async isNew(): Promise<boolean> {
    const { body } = await this.client.get('agent', `/v1/referrals/${this.client.facts.referralId}`);
    return body['hasOpenConversation'] === false && (body['conversations'] as unknown[]).length === 0;
  }

  async play(): Promise<void> {
    await this.askAboutReferral();
    await this.optIn();
    await this.text();
    await this.stopAndStart();
    await this.archiveAndReturn();
    await new People(this.client, this.script, this.views).play();
    await this.roles();
    await new Colleagues(this.client, this.script, this.views).play();
    await this.exports();
  }

  private async askAboutReferral(): Promise<void> {
    const { client, script, views } = this;
    script.step('1. A question about a referral, in the app [M1 M2 M5 N1 N3]');
    const started = await client.post<{ conversationId: string }>('agent', '/v1/conversations', {
      referralId: client.facts.referralId,
    });
    script.sees('agent', 'starts the conversation from the referral’s page', started.status, 201);
    views.conversationId = started.body.conversationId;
    const again = await client.post<{ conversationId: string }>('agent', '/v1/conversations', {
      referralId: client.facts.referralId,
    });
    script.sees(
      'agent',
      '"start" becomes "view": the same conversation',
      [again.status, again.body.conversationId],
      [200, views.conversationId],
    );
    const asked = await this.say('agent', { channel: 'in-app', text: 'Hi Rosa, is Dana’s roof facing south?' });
    script.sees('agent', 'writes in the app', asked.status, 201);
    await script.comesToSee(
      'contact',
      'gets one email with a preview',
      () => views.mailsTo('rosa@mail.example', 'roof facing south'),
      1,
    );
    await script.comesToSee(
      'contact',
      'the email links to the thread',
      () => views.mailsTo('rosa@mail.example', `https://portal.sunrise-solar.example/messages/${views.conversationId}`),
      1,
    );
    await script.comesToSee('contact', 'opens the portal and reads', () => views.portal(), [
      'out: Hi Rosa, is Dana’s roof facing south?',
    ]);
    const replied = await client.post('contact', `/v1/portal/conversations/${views.conversationId}/messages`, {
      text: 'Yes, and no trees around.',
    });
    script.sees('contact', 'replies in the portal', replied.status, 201);
    await script.comesToSee(
      'agent',
      'is notified once by email',
      () => views.mailsTo('alex@sunrise-solar.example', 'no trees around'),
      1,
    );
    await script.comesToSee(
      'agent',
      'the conversation is in Unread, one answer',
      () => views.row('folder', 'answers'),
      ['unread', 1],
    );
  }

  private async optIn(): Promise<void> {
    const { client, script, views } = this;
    script.step('2. Consent to texts: a form, an opt-in request, a YES [K1 K2 K8 K10]');
    const form = {
      contactId: client.facts.contactId,
      referralId: client.facts.referralId,
      wording: 'Text me about my referrals',
      wordingVersion: 'form-3',
      source: 'https://sunrise-solar.example/join',
    };
    script.sees('manager', 'submits a consent form', (await client.post('manager', '/v1/consents', form)).status, 201);
    await script.comesToSee('agent', 'consent is Pending', () => views.row('consent'), ['pending']);
    const refused = await this.say('agent', { channel: 'sms', text: 'Can we talk at five?' });
    script.sees(
      'agent',
      'a text is refused, the rule is named',
      [refused.status, refused.body['code']],
      [409, 'ConsentPending'],
    );
    await script.comesToSee('phone', 'gets the one text that asks for YES', () => views.texts(ROSA), [OPT_IN]);
    script.sees('phone', 'answers “Yes!”', await client.text(ROSA, ' “Yes!” '), 200);
    await script.comesToSee('agent', 'consent is Yes', () => views.row('consent'), ['yes']);
  }

  private async text(): Promise<void> {
    const { client, script, views } = this;
    script.step('3. Texts in both directions [T1 T2 T3 T4 M7 N2]');
    const sent = await this.say('agent', { channel: 'sms', text: 'Can we talk at five?' });
    script.sees('agent', 'texts', sent.status, 201);
    await script.comesToSee('phone', 'gets the text once', () => views.texts(ROSA), [OPT_IN, 'Can we talk at five?']);
    await script.comesToSee('agent', 'sees it delivered', () => views.states('Can we talk at five?'), ['delivered']);
    script.sees('phone', 'answers', await client.text(ROSA, 'Five is fine 👍'), 200);
    script.sees('phone', 'answers again', await client.text(ROSA, 'At my place?'), 200);
    await script.comesToSee(
      'agent',
      'the conversation is in Unread, two answers',
      () => views.row('folder', 'answers', 'preview'),
      ['unread', 2, 'At my place?'],
    );
  }

  private async stopAndStart(): Promise<void> {
    const { client, script, views } = this;
    script.step('4. STOP and START [K3 K8]');
    script.sees('phone', 'texts “Stop.”', await client.text(ROSA, 'Stop.'), 200);
    await script.comesToSee(
      'agent',
      'consent is No; the keyword does not change the folder',
      () => views.row('consent', 'folder', 'answers'),
      ['no', 'unread', 2],
    );
    const refused = await this.say('agent', { channel: 'sms', text: 'Are you sure?' });
    script.sees('agent', 'a text is refused', [refused.status, refused.body['code']], [409, 'RecipientOptedOut']);
    await script.comesToSee('agent', 'the refusals are in the thread', () => views.refusals(), [
      'ConsentPending',
      'RecipientOptedOut',
    ]);
    script.sees('phone', 'texts START', await client.text(ROSA, 'START'), 200);
    await script.comesToSee('agent', 'consent is Yes again', () => views.row('consent'), ['yes']);
  }

  private async archiveAndReturn(): Promise<void> {
    const { client, script, views } = this;
    script.step('5. Archived and returned [I2 I4]');
    script.sees(
      'agent',
      'archives',
      (await client.post('agent', `/v1/conversations/${views.conversationId}/archive`)).status,
      200,
    );
    await script.comesToSee('agent', 'it is in Archived', () => views.row('folder'), ['archived']);
    await script.comesToSee('agent', 'the referral’s flag is cleared', () => views.flag(), false);
    script.sees('phone', 'the contact writes', await client.text(ROSA, 'One more thing'), 200);
    await script.comesToSee('agent', 'it is back in Unread', () => views.row('folder', 'preview'), [
      'unread',
      'One more thing',
    ]);
    script.sees('agent', 'answers', (await this.say('agent', { channel: 'sms', text: 'Tell me' })).status, 201);
    await script.comesToSee('agent', 'it is in Replied, no answers', () => views.row('folder', 'answers'), [
      'replied',
      0,
    ]);
    await script.comesToSee('phone', 'gets the answer', async () => (await views.texts(ROSA)).at(-1), 'Tell me');
  }

  private async roles(): Promise<void> {
    const { client, script } = this;
    script.step('8. Roles and permissions [G4]');
    const read = await client.get('reader', `/v1/conversations/${this.views.conversationId}`);
    script.sees('reader', 'reads the conversation', read.status, 200);
    const refused = await this.say('reader', { channel: 'in-app', text: 'May I?' });
    script.sees(
      'reader',
      'must not write, and is told which permission is missing',
      [refused.body['code'], String(refused.body['detail']).includes('conversations:write')],
      ['NotPermitted', true],
    );
    const given = await client.post('owner', '/v1/members/alex/permissions/give', { permission: 'deliveries:settle' });
    script.sees('owner', 'gives the agent a permission', given.status, 200);
    await script.comesToSee(
      'manager',
      'sees it with the agent',
      async () => (await client.get('manager', '/v1/members/alex')).body['given'],
      ['deliveries:settle'],
    );
  }

  private async exports(): Promise<void> {
    const { client, script } = this;
    script.step('13. Download All [X2 X3]');
    const requested = await client.post('owner', '/v1/exports', { format: 'csv' });
    script.sees('owner', 'requests a file with all messages', requested.status, 201);
    const look = () => client.get('owner', `/v1/exports/${String(requested.body['exportId'])}`);
    await script.comesToSee('owner', 'the file is finished', async () => (await look()).body['status'], 'finished');
    const file = await fetch(`${client.facts.url}${String((await look()).body['link'])}`);
    script.sees('owner', 'downloads it by its link, without a token', file.status, 200);
    script.sees('owner', 'it has the messages', (await file.text()).includes('One more thing'), true);
  }

  private say = (who: 'agent' | 'reader', message: { channel: string; text: string }) =>
    this.client.post(who, `/v1/conversations/${this.views.conversationId}/messages`, message);
}
