import { deliveryErrorMessage } from './errors.js';
import { rfc2822 } from './identifiers.js';

export const API_VERSION = '2010-04-01';

export type MessageStatus =
  'accepted' | 'scheduled' | 'canceled' | 'queued' | 'sent' | 'failed' | 'delivered' | 'undelivered' | 'received';

export type Direction = 'inbound' | 'outbound-api' | 'outbound-reply';

export type Media = {
  readonly sid: string;
  readonly contentType: string;
  /** The address given in the webhook. */
  readonly url: string;
  /** The bytes, when the emulator itself hosts them. */
  readonly content: Buffer | null;
  readonly createdAt: Date;
};

/** A message as the provider stores it. It changes with its status. */
export type Message = {
  readonly sid: string;
  readonly accountSid: string;
  readonly direction: Direction;
  readonly to: string;
  /** Null until a messaging service has chosen the number. */
  from: string | null;
  readonly messagingServiceSid: string | null;
  body: string;
  numSegments: number;
  media: readonly Media[];
  status: MessageStatus;
  errorCode: number | null;
  readonly statusCallback: string | null;
  readonly sendAt: Date | null;
  readonly createdAt: Date;
  updatedAt: Date;
  sentAt: Date | null;
  /** The status no longer changes by itself. */
  settled: boolean;
  deleted: boolean;
};

/** The path of an account's messages, relative to the base URL. */
export const messagesPath = (accountSid: string): string => `/${API_VERSION}/Accounts/${accountSid}/Messages`;

export type MessageResource = ReturnType<typeof toResource>;

/** A message as the API shows it. */
export function toResource(message: Message) {
  const path = `${messagesPath(message.accountSid)}/${message.sid}`;
  return {
    account_sid: message.accountSid,
    api_version: API_VERSION,
    body: message.body,
    date_created: rfc2822(message.createdAt),
    date_sent: message.sentAt && rfc2822(message.sentAt),
    date_updated: rfc2822(message.updatedAt),
    direction: message.direction,
    error_code: message.errorCode,
    error_message: message.errorCode === null ? null : deliveryErrorMessage(message.errorCode),
    from: message.from,
    messaging_service_sid: message.messagingServiceSid,
    num_media: String(message.media.length),
    // A messaging service counts the segments only when it has chosen a number.
    num_segments: String(message.from === null ? 0 : message.numSegments),
    price: null,
    price_unit: 'USD',
    sid: message.sid,
    status: message.status,
    subresource_uris: { media: `${path}/Media.json` },
    to: message.to,
    uri: `${path}.json`,
  };
}

/** A message's media item as the API shows it. */
export function toMediaResource(message: Message, media: Media) {
  return {
    account_sid: message.accountSid,
    content_type: media.contentType,
    date_created: rfc2822(media.createdAt),
    date_updated: rfc2822(media.createdAt),
    parent_sid: message.sid,
    sid: media.sid,
    uri: `${messagesPath(message.accountSid)}/${message.sid}/Media/${media.sid}.json`,
  };
}
