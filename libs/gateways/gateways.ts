/**
 * The outcome of one attempt. `uncertain`: the provider may have accepted it; never repeated blindly. `code` is the
 * provider's, or the network's; the gateway does not decide what it means for other deliveries.
 */
export type SendOutcome =
  | { readonly kind: 'accepted'; readonly providerMessageId: string }
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string }
  | { readonly kind: 'back-off'; readonly code: string; readonly retryAfterMs: number }
  | { readonly kind: 'uncertain'; readonly cause: string };

/** What a provider reports about an uncertain attempt. `unknown`: it cannot tell. */
export type FoundOutcome =
  | { readonly kind: 'found'; readonly providerMessageId: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown' };

export type SmsAccount = { readonly accountSid: string; readonly authToken: string };

export type Sms = {
  readonly from: string;
  readonly to: string;
  readonly text: string;
  /** Contains the claim id, so that the first callback settles a claim whose response was lost. */
  readonly statusCallback: string;
};

/** The provider of texts. Never throws for provider or network errors: these are outcomes. */
export abstract class SmsGateway {
  /** Sends one text. `back-off` only when the provider has certainly not accepted it. */
  abstract send(account: SmsAccount, sms: Sms): Promise<SendOutcome>;
  /**
   * Searches for a text that may have been accepted in a time range, except those whose provider id `isKnown` assigns
   * to another attempt. Never returns `absent`: a provider's list can lag.
   */
  abstract find(
    account: SmsAccount,
    sms: Omit<Sms, 'statusCallback'>,
    between: { readonly from: Date; readonly to: Date },
    isKnown: (providerMessageId: string) => Promise<boolean>,
  ): Promise<FoundOutcome>;
}

/** A text that a number received, from the provider's list. */
export type ListedText = {
  readonly providerMessageId: string;
  readonly from: string;
  readonly to: string;
  /** The provider's `date_created`, in milliseconds since 1970, with a precision of one second. */
  readonly createdAt: number;
  /** The parameters of this text's webhook that the list contains, under the same names. */
  readonly form: Readonly<Record<string, string>>;
};

/** The provider's list of inbound texts. Cannot send. */
export abstract class InboundMessages {
  /**
   * Texts that the number `to` of the account received, newest first. Reads pages until one holds a text that was
   * created before `since`; the result may include texts before it.
   * @throws MessageListUnavailable
   */
  abstract list(account: SmsAccount, to: string, since: Date): AsyncIterable<ListedText>;
}

/** The provider did not return its list: it refused the token, failed, or did not respond in time. */
export class MessageListUnavailable extends Error {
  /** @param code the provider's or the network's; their messages are not stored, since they repeat phone numbers */
  constructor(readonly code: string) {
    super(`The provider's list of messages cannot be read (${code})`);
    this.name = 'MessageListUnavailable';
  }
}

/** Verifies the provider's webhooks. Cannot send. */
export abstract class WebhookSignatures {
  /** Whether a form post to `url` was signed by the owner of the token. False for an empty token. */
  abstract isGenuine(
    authToken: string,
    signature: string,
    url: string,
    form: Readonly<Record<string, string>>,
  ): boolean;
}

export type Email = {
  /** Fixed for each notification, so that a repeated send is recognized. */
  readonly messageId: string;
  readonly programId: string;
  readonly to: { readonly name: string; readonly address: string };
  readonly fromName: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
};

/** Email. Never throws for server errors: these are outcomes. */
export abstract class EmailGateway {
  /** Sends one email; sending the same Message-ID again sends the same email, if the server recognizes it. */
  abstract send(email: Email): Promise<SendOutcome>;
  /** The state of a Message-ID. `absent` only if that is certain, because the email is then sent again. */
  abstract find(messageId: string): Promise<FoundOutcome>;
}
