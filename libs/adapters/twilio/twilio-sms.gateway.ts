import twilio from 'twilio';
import { SmsGateway, type FoundOutcome, type SendOutcome, type Sms, type SmsAccount } from '@app/gateways';

/** How long a request may take, in ms; shorter than the time after which a claim counts as abandoned. */
const TIMEOUT_MS = 10_000;
const BACK_OFF_MS = 2_000;
const UNREACHED_MS = 5_000;
/** The possible difference between the provider's clock and ours. */
const CLOCK_SKEW_MS = 60_000;

/** No connection was established, so nothing was accepted. */
const neverReached = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** Texts by the official SDK. `baseUrl` is the provider's, or the emulator's; nothing else differs. */
export class TwilioSmsGateway extends SmsGateway {
  private readonly clients = new Map<string, twilio.Twilio>();

  constructor(
    private readonly baseUrl: string,
    private readonly timeoutMs = TIMEOUT_MS,
  ) {
    super();
  }

  async send(account: SmsAccount, { from, to, text, statusCallback }: Sms): Promise<SendOutcome> {
    try {
      const { sid } = await this.client(account).messages.create({ from, to, body: text, statusCallback });
      return { kind: 'accepted', providerMessageId: sid };
    } catch (error) {
      return outcomeOf(error);
    }
  }

  async find(
    account: SmsAccount,
    { from, to, text }: Omit<Sms, 'statusCallback'>,
    between: { readonly from: Date; readonly to: Date },
    isKnown: (providerMessageId: string) => Promise<boolean>,
  ): Promise<FoundOutcome> {
    const oldest = between.from.getTime() - CLOCK_SKEW_MS;
    const newest = between.to.getTime() + CLOCK_SKEW_MS;
    try {
      // Not by DateSent: a text that the provider has not sent yet has none. The list is newest first.
      for (let page = await this.client(account).messages.page({ from, to, pageSize: 50 }); ;) {
        for (const message of page.instances) {
          if (message.dateCreated.getTime() < oldest) return { kind: 'unknown' };
          const isInTime = message.dateCreated.getTime() <= newest;
          if (
            isInTime &&
            message.direction === 'outbound-api' &&
            message.body === text &&
            !(await isKnown(message.sid))
          )
            return { kind: 'found', providerMessageId: message.sid };
        }
        const next = await page.nextPage();
        if (!next) return { kind: 'unknown' };
        page = next as typeof page;
      }
    } catch {
      return { kind: 'unknown' }; // the next round asks again
    }
  }

  private client({ accountSid, authToken }: SmsAccount): twilio.Twilio {
    const known = this.clients.get(accountSid);
    if (known && known.password === authToken) return known;
    const client = twilio(accountSid, authToken, { autoRetry: false, timeout: this.timeoutMs });
    client.api.baseUrl = this.baseUrl;
    this.clients.set(accountSid, client);
    return client;
  }
}

/**
 * Only codes of the SDK's error are kept: its messages repeat phone numbers. What a code means for other texts is not
 * decided here.
 */
function outcomeOf(error: unknown): SendOutcome {
  const { status, code } = error as { status?: unknown; code?: unknown };
  const name = typeof code === 'string' || typeof code === 'number' ? String(code) : 'unknown';
  if (typeof status !== 'number')
    return neverReached.has(name)
      ? { kind: 'back-off', code: name, retryAfterMs: UNREACHED_MS }
      : { kind: 'uncertain', cause: name };
  return answered(status, name);
}

function answered(status: number, name: string): SendOutcome {
  // A proxy's time-out (408) does not say whether the provider accepted the text.
  if (status >= 500 || status === 408) return { kind: 'uncertain', cause: `HTTP ${status}` };
  // A proxy may answer without a provider code: that says nothing about this text.
  const isOfProvider = /^\d{5}$/.test(name);
  if (status === 429) return { kind: 'back-off', code: isOfProvider ? name : '20429', retryAfterMs: BACK_OFF_MS };
  if (status === 401) return { kind: 'refused', code: '20003', reason: 'HTTP 401' };
  return isOfProvider
    ? { kind: 'refused', code: name, reason: `HTTP ${status}` }
    : { kind: 'back-off', code: `HTTP ${status}`, retryAfterMs: UNREACHED_MS };
}
