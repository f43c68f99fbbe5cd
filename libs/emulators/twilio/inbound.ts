import { randomUUID } from 'node:crypto';
import { findNumber, findService, type Account, type Accounts } from './accounts.js';
import { InvalidControl } from './errors.js';
import { newSid } from './identifiers.js';
import type { Ledger } from './ledger.js';
import { API_VERSION, messagesPath, type Media, type Message } from './message.js';
import type { MessageStore } from './message-store.js';
import type { AutoAnswer, OptOuts } from './opt-outs.js';
import { linkedMedia } from './outbound.js';
import { countSegments } from './segments.js';
import type { WebhookAnswer, WebhookSender } from './webhook-sender.js';

export type InboundInput = {
  /** Default: the account that owns `to`. */
  readonly accountSid?: string;
  /** The contact's number; required unless a known `messageSid` is given. */
  readonly from?: string;
  /** A number of the account; required unless a known `messageSid` is given. */
  readonly to?: string;
  readonly body?: string;
  /** Media hosted elsewhere: the webhook contains exactly these addresses. */
  readonly mediaUrls?: readonly string[];
  /** Media hosted here, behind Basic auth and a redirect as at the provider. */
  readonly media?: readonly { readonly contentType: string; readonly base64: string }[];
  /** For a known message, posts its webhook again, as a duplicate. Otherwise the sid of the new message. */
  readonly messageSid?: string;
  /** False stores the message without a webhook: an outage, after which it is found only by listing. */
  readonly deliver?: boolean;
  /** When a new message arrived, ISO 8601; default: now. Lists are in this order. */
  readonly createdAt?: string;
};

export type InboundResult = {
  readonly sid: string;
  /** `delivered`: the webhook answered 2xx. `status` null: no response, or no webhook was due. */
  readonly webhook: { readonly delivered: boolean; readonly status: number | null; readonly body: string };
};

/** The provider's side of a text that a contact sends. */
export class InboundTexts {
  private readonly tokens = new Map<string, string>();

  constructor(
    private readonly accounts: Accounts,
    private readonly store: MessageStore,
    private readonly optOuts: OptOuts,
    private readonly ledger: Ledger,
    private readonly sender: WebhookSender,
    private readonly baseUrl: () => string,
  ) {}

  /**
   * Stores the message, handles the opt-out keywords, then posts the webhook. The webhook is posted for keywords too.
   * @throws InvalidControl when nobody owns the number
   */
  async receive(input: InboundInput): Promise<InboundResult> {
    const known = this.findKnown(input.messageSid);
    const to = known?.to ?? input.to ?? '';
    const account = this.accounts.ownerOf(to, known?.accountSid ?? input.accountSid);
    if (!account) throw new InvalidControl(`no account has the number ${to || '(none given)'}`);
    const message = known ?? this.take(account, this.newMessage(account, to, input));
    const url = input.deliver === false ? null : webhookOf(account, to);
    const answer = await this.post(account, message, url, known !== undefined);
    return { sid: message.sid, webhook: { delivered: isSuccess(answer.status), ...answer } };
  }

  clear(): void {
    this.tokens.clear();
  }

  private findKnown(sid: string | undefined): Message | undefined {
    const known = sid === undefined ? undefined : this.store.find(sid);
    if (known && known.direction !== 'inbound') throw new InvalidControl(`${known.sid} is not an inbound message`);
    return known;
  }

  private refuseDeleted(sid: string | undefined): void {
    if (sid !== undefined && this.store.knows(sid)) throw new InvalidControl(`${sid} was deleted`);
  }

  private newMessage(account: Account, to: string, input: InboundInput): Message {
    const { from = '', body = '', mediaUrls = [], media = [] } = input;
    if (from === '') throw new InvalidControl('from is missing');
    this.refuseDeleted(input.messageSid);
    const createdAt = new Date(input.createdAt ?? Date.now());
    const sid = input.messageSid ?? newSid(mediaUrls.length + media.length > 0 ? 'MM' : 'SM');
    const path = `${this.baseUrl()}${messagesPath(account.accountSid)}/${sid}/Media`;
    const hosted = media.map(({ contentType, base64 }): Media => {
      const mediaSid = newSid('ME');
      return {
        sid: mediaSid,
        contentType,
        url: `${path}/${mediaSid}`,
        content: Buffer.from(base64, 'base64'),
        createdAt,
      };
    });
    const all = [...mediaUrls.map((url) => linkedMedia(url, createdAt)), ...hosted];
    return {
      ...finished(account, createdAt),
      sid,
      direction: 'inbound',
      status: 'received',
      from,
      to,
      body,
      numSegments: countSegments(body),
      media: all,
    };
  }

  /** Duplicates do not get here: a repeated STOP must not undo a later START. */
  private take(account: Account, message: Message): Message {
    this.store.add(message);
    const contact = message.from ?? '';
    const answer = this.optOuts.read(account, message.to, contact, message.body);
    if (answer) this.answer(account, message, contact, answer);
    return message;
  }

  private answer(account: Account, inbound: Message, contact: string, { keyword, body }: AutoAnswer): void {
    const addresses = { from: inbound.to, to: contact, body };
    const { sid } = this.store.add({
      ...finished(account, new Date()),
      ...addresses,
      sid: newSid('SM'),
      direction: 'outbound-reply',
      status: 'delivered',
      numSegments: countSegments(body),
      media: [],
    });
    this.ledger.autoAnswered({ sid, inboundSid: inbound.sid, keyword, ...addresses });
  }

  private async post(
    account: Account,
    message: Message,
    url: string | null,
    repeated: boolean,
  ): Promise<WebhookAnswer> {
    const { sid, accountSid, to, body } = message;
    const entry = this.ledger.inbound({ sid, accountSid, from: message.from ?? '', to, body, repeated, url });
    if (url === null) return { status: null, body: '' };
    const token = this.tokens.get(sid) ?? randomUUID();
    this.tokens.set(sid, token);
    const headers = { 'i-twilio-idempotency-token': token };
    const answer = await this.sender.post(url, account.authToken, inboundForm(account, message), headers);
    entry.answered = answer.status;
    return answer;
  }
}

/** The common fields of messages that are complete when they are created. */
function finished(account: Account, at: Date) {
  return {
    accountSid: account.accountSid,
    messagingServiceSid: null,
    errorCode: null,
    statusCallback: null,
    sendAt: null,
    createdAt: at,
    updatedAt: at,
    sentAt: at,
    settled: true,
    deleted: false,
  };
}

/** The parameters of an inbound webhook, including one that no page of the provider documents. */
function inboundForm(account: Account, message: Message): Record<string, string> {
  const service = findService(account, message.to);
  const form: Record<string, string> = {
    ToCountry: 'US',
    ToState: '',
    ToCity: '',
    ToZip: '',
    FromCountry: 'US',
    FromState: '',
    FromCity: '',
    FromZip: '',
    SmsMessageSid: message.sid,
    MessageSid: message.sid,
    SmsSid: message.sid,
    SmsStatus: 'received',
    AccountSid: message.accountSid,
    From: message.from ?? '',
    To: message.to,
    Body: message.body,
    NumMedia: String(message.media.length),
    NumSegments: String(message.numSegments),
    ApiVersion: API_VERSION,
    RawCarrierHint: 'emulated',
  };
  if (service) form['MessagingServiceSid'] = service.sid;
  for (const [index, media] of message.media.entries()) {
    form[`MediaUrl${String(index)}`] = media.url;
    form[`MediaContentType${String(index)}`] = media.contentType;
  }
  return form;
}

const webhookOf = (account: Account, phoneNumber: string): string | null =>
  findNumber(account, phoneNumber)?.smsUrl ?? null;

const isSuccess = (status: number | null): boolean => status !== null && status >= 200 && status < 300;
