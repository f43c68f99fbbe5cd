/**
 * What a provider made of one attempt. `uncertain`: it may have been accepted; never repeated blindly. `code` is the
 * provider's, or the network's; what it means for other deliveries is not the gateway's to say.
 */
export type SendOutcome =
  | { readonly kind: 'accepted'; readonly providerMessageId: string }
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string }
  | { readonly kind: 'back-off'; readonly code: string; readonly retryAfterMs: number }
  | { readonly kind: 'uncertain'; readonly cause: string };

/** What a provider says of an attempt whose outcome we do not know. `unknown`: it cannot tell. */
export type FoundOutcome =
  | { readonly kind: 'found'; readonly providerMessageId: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown' };

export type SmsAccount = { readonly accountSid: string; readonly authToken: string };

export type Sms = {
  readonly from: string;
  readonly to: string;
  readonly text: string;
  /** Carries the claim id, so that the first callback settles a lost answer. */
  readonly statusCallback: string;
};

/** The provider of texts. Never throws for what the provider or the network does: that is an outcome. */
export abstract class SmsGateway {
  /** Hands one text over. `back-off` only when the provider has certainly not taken it. */
  abstract send(account: SmsAccount, sms: Sms): Promise<SendOutcome>;
  /**
   * Looks for a text that may have been accepted in a time, leaving out those whose provider id `isKnown` says belong
   * to another attempt. `absent` is never the answer: a provider's list can lag behind.
   */
  abstract find(
    account: SmsAccount,
    sms: Omit<Sms, 'statusCallback'>,
    between: { readonly from: Date; readonly to: Date },
    isKnown: (providerMessageId: string) => Promise<boolean>,
  ): Promise<FoundOutcome>;
}

/** A text that a number received, as the provider's list shows it. */
export type ListedText = {
  readonly providerMessageId: string;
  readonly from: string;
  readonly to: string;
  /** The provider's `date_created`, in milliseconds since 1970; its precision is a second. */
  readonly createdAt: number;
  /** What the list knows of the parameters that the webhook of this text has, under their names. */
  readonly form: Readonly<Record<string, string>>;
};

/** The provider's list of inbound texts. Holds no way to send. */
export abstract class InboundMessages {
  /**
   * Texts that the number `to` of the account received, newest first. Reads pages until one holds a text that was created
   * before `since`; texts before it can be among the result.
   * @throws MessageListUnavailable
   */
  abstract list(account: SmsAccount, to: string, since: Date): AsyncIterable<ListedText>;
}

/** The provider did not give its list: it refused the token, failed, or did not answer in time. */
export class MessageListUnavailable extends Error {
  /** @param code the provider's or the network's; no message of theirs is kept, since it repeats phone numbers */
  constructor(readonly code: string) {
    super(`The provider's list of messages cannot be read (${code})`);
    this.name = 'MessageListUnavailable';
  }
}

/** Checks the provider's webhooks. Holds no way to send. */
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
  /** Fixed for each notification, so that sending again is recognised. */
  readonly messageId: string;
  readonly programId: string;
  readonly to: { readonly name: string; readonly address: string };
  readonly fromName: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
};

/** Email. Never throws for what the server does: that is an outcome. */
export abstract class EmailGateway {
  /** Sends one email; the same Message-ID again is the same email where the server knows it. */
  abstract send(email: Email): Promise<SendOutcome>;
  /** What became of a Message-ID. Only who is sure answers `absent`: the email is sent again then. */
  abstract find(messageId: string): Promise<FoundOutcome>;
}
