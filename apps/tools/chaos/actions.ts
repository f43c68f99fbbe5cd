import { setTimeout as sleep } from 'node:timers/promises';
import type { Cast, Person } from './cast.js';
import type { Client, Request } from './client.js';
import { keywordTexts, meaningOf, type Meaning } from './keyword-texts.js';
import type { Target } from './product.js';
import type { ProviderProcess } from './provider.js';
import type { Random } from './random.js';
import type { Witness } from './witness.js';

const sendRules = new Set(['NoConsent', 'ConsentPending', 'RecipientOptedOut']);
const phrases = [
  'Did the offer reach you?',
  'See you on Tuesday',
  'Danke schön 🎉',
  'The bonus is\non its way',
  'It’s 100 % “done”',
];
const plainPhrases = ['Did the offer reach you?', 'See you on Tuesday', 'Thank you'];
/** Share of keywords in the texts of people who change their consent. */
const oftenTexted: readonly Meaning[] = [
  'opt-out',
  'opt-out',
  'opt-out',
  'opt-in',
  'opt-in',
  'opt-in',
  'confirm',
  'help',
];
const CONSENT_WAIT_MS = 180_000;

type Done = { readonly request: Request; readonly messageId: string };

/** What one person does at a time; the witness keeps what was acknowledged. */
export class Actions {
  private readonly done: Done[] = [];
  private count = 0;

  constructor(
    private readonly product: Target,
    readonly client: Client,
    private readonly provider: ProviderProcess,
    /** The program's numbers; it texts from the last. */
    private readonly senderPhones: readonly string[],
    readonly witness: Witness,
    readonly cast: Cast,
  ) {}

  /** A unique text. Emails quote in-app messages, so they can be found there. */
  phrase(kind: string, random: Random): string {
    return `${random.pick(kind === 'in-app' ? plainPhrases : phrases)} [${kind}-${this.nextNumber()}]`;
  }

  async send(
    { conversationId, staff, phone, email }: Pick<Person, 'conversationId' | 'staff' | 'phone' | 'email'>,
    channel: 'in-app' | 'sms',
    random: Random,
  ): Promise<void> {
    const text = this.phrase(channel, random);
    const request = {
      method: 'POST',
      path: `/v1/conversations/${conversationId}/messages`,
      token: this.cast.staffTokens[staff],
      key: `send-${this.nextNumber()}`,
      body: { channel, text },
    } as const;
    const startedAt = Date.now();
    const answer = await this.client.ask(request);
    const ackedAt = Date.now();
    const code = String(answer.body['code']);
    if (answer.status === 409 && channel === 'sms' && sendRules.has(code))
      return this.witness.keep({ kind: 'refused', rule: code, text, conversationId });
    if (answer.status !== 201) return this.client.odd(request, answer);
    const messageId = String(answer.body['messageId']);
    const where = channel === 'sms' ? { phone, mailTo: [] } : { phone: null, mailTo: [email] };
    this.witness.keep({
      kind: 'sent',
      by: 'staff',
      channel,
      text,
      conversationId,
      messageId,
      ...where,
      startedAt,
      ackedAt,
    });
    this.done.push({ request, messageId });
  }

  /** A text of a contact; sometimes its webhook is repeated. */
  async text(from: string, text: string, random: Random, to = this.senderPhones.at(-1) ?? ''): Promise<void> {
    const startedAt = Date.now();
    const { sid, status } = await this.provider.inbound(this.product, { from, to, body: text });
    if (status !== 200) return this.client.odd({ method: 'POST', path: 'inbound webhook' }, { status, body: {} });
    this.witness.keep({
      kind: 'inbound',
      text,
      meaning: meaningOf(text),
      from,
      to,
      sid,
      startedAt,
      ackedAt: Date.now(),
    });
    if (random.chance(0.25)) await this.provider.repeat(sid);
  }

  /** Any keyword to any number of the program. */
  textKeyword(from: string, random: Random): Promise<void> {
    return this.text(from, random.pick(keywordTexts[random.pick(oftenTexted)]), random, this.anySender(random));
  }

  anySender(random: Random): string {
    // Mostly the number it texts from: only an opt-in to that one makes a Yes.
    return random.chance(0.6) ? (this.senderPhones.at(-1) ?? '') : random.pick(this.senderPhones);
  }

  /** A form about a person who texts keywords meanwhile: it is refused after an opt-out. */
  async tickForm({
    contactId,
    conversationId,
    phone,
  }: Pick<Person, 'contactId' | 'conversationId' | 'phone'>): Promise<void> {
    const body = {
      contactId,
      wording: 'Text me about my referrals',
      wordingVersion: '1',
      source: 'https://sunrise-solar.example/join',
    };
    const request = {
      method: 'POST',
      path: '/v1/consents',
      token: this.cast.staffTokens.manager,
      key: `form-${this.nextNumber()}`,
      body,
    } as const;
    const answer = await this.client.ask(request);
    if (answer.status === 201) this.witness.keep({ kind: 'asked', phone, conversationId, isContested: true });
    else if (answer.status !== 409 || answer.body['code'] !== 'RecipientOptedOut') this.client.odd(request, answer);
  }

  async writeInPortal({ conversationId, token, readers }: Person, random: Random): Promise<void> {
    const text = this.phrase('in-app', random);
    const request = {
      method: 'POST',
      path: `/v1/portal/conversations/${conversationId}/messages`,
      token,
      key: `write-${this.nextNumber()}`,
      body: { text },
    } as const;
    const startedAt = Date.now();
    const messageId = String((await this.client.expect(201, request))['messageId']);
    this.witness.keep({
      kind: 'sent',
      by: 'contact',
      channel: 'in-app',
      text,
      conversationId,
      messageId,
      phone: null,
      mailTo: readers,
      startedAt,
      ackedAt: Date.now(),
    });
    this.done.push({ request, messageId });
  }

  /** The same request again, long after: the first response. */
  async repeat(random: Random): Promise<void> {
    if (this.done.length === 0) return;
    const { request, messageId } = random.pick(this.done);
    const answer = await this.client.ask(request);
    if (answer.status !== 201 || answer.body['messageId'] !== messageId) this.client.odd(request, answer);
  }

  /** Until staff sees this consent. */
  async untilConsentIs(consent: string, { conversationId, staff }: Person): Promise<void> {
    const request = {
      method: 'GET',
      path: `/v1/conversations/${conversationId}`,
      token: this.cast.staffTokens[staff],
    } as const;
    const until = Date.now() + CONSENT_WAIT_MS;
    while ((await this.client.ask(request)).body['consent'] !== consent) {
      if (Date.now() > until) throw new Error(`consent of ${conversationId} does not become ${consent}`);
      await sleep(30);
    }
  }

  async file({ conversationId, staff }: Person, random: Random): Promise<void> {
    const path = `/v1/conversations/${conversationId}/${random.pick(['read', 'unread', 'archive'])}`;
    const startedAt = Date.now();
    await this.client.expect(200, { method: 'POST', path, token: this.cast.staffTokens[staff] });
    this.witness.keep({ kind: 'filed', conversationId, startedAt, ackedAt: Date.now() });
    await sleep(200);
  }

  private nextNumber(): number {
    return (this.count += 1);
  }
}
