import twilio from 'twilio';
import { InboundMessages, MessageListUnavailable, type ListedText, type SmsAccount } from '@app/gateways';

const PAGE_SIZE = 100;

type Listed = Awaited<ReturnType<twilio.Twilio['messages']['page']>>['instances'][number];

/** The message list by the official SDK. */
export class TwilioInboundMessages extends InboundMessages {
  constructor(
    private readonly baseUrl: string,
    private readonly timeoutMs: number,
  ) {
    super();
  }

  async *list({ accountSid, authToken }: SmsAccount, to: string, since: Date): AsyncIterable<ListedText> {
    // Lists are rare, so no connection is kept between them, and no client with a token that may have changed.
    const client = twilio(accountSid, authToken, { autoRetry: false, timeout: this.timeoutMs, keepAlive: false });
    client.api.baseUrl = this.baseUrl;
    // Not by DateSent: a message without that date would be left out.
    for (let page = await available(client.messages.page({ to, pageSize: PAGE_SIZE })); ;) {
      for (const message of page.instances) if (message.direction === 'inbound') yield listedText(message);
      if (page.instances.some(({ dateCreated }) => dateCreated < since)) return;
      const next = await available(page.nextPage() ?? Promise.resolve(null));
      if (!next) return;
      page = next as typeof page;
    }
  }
}

/** The provider's API description allows null for missing values. */
function listedText({ sid, accountSid, from, to, body, numMedia, numSegments, dateCreated }: Listed): ListedText {
  const form = {
    MessageSid: sid,
    AccountSid: accountSid,
    From: from ?? '',
    To: to,
    Body: body ?? '',
    NumMedia: numMedia,
    NumSegments: numSegments,
  };
  return { providerMessageId: sid, from: form.From, to, createdAt: dateCreated.getTime(), form };
}

/** @throws MessageListUnavailable for any error of the SDK */
async function available<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    const { status, code } = error as { status?: unknown; code?: unknown };
    throw new MessageListUnavailable(String(code ?? (typeof status === 'number' ? `HTTP ${status}` : 'unknown')));
  }
}
