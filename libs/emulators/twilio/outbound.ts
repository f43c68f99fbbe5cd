import type { Account } from './accounts.js';
import type { CreateRequest } from './create-request.js';
import { RefusedRequest } from './errors.js';
import { newSid } from './identifiers.js';
import type { Media, Message, MessageStatus } from './message.js';
import type { OptOuts } from './opt-outs.js';
import { countSegments } from './segments.js';

/**
 * Creates the message of an accepted create.
 * @throws RefusedRequest 21610 when the contact opted out of this sender
 */
export function acceptCreate(account: Account, create: CreateRequest, optOuts: OptOuts): Message {
  const service = account.messagingServices?.find(({ sid }) => sid === create.messagingServiceSid);
  const sender = create.from ?? service?.numbers[0] ?? '';
  if (optOuts.isBlocked(account, sender, create.to)) {
    throw new RefusedRequest(400, 21610, 'Attempt to send to unsubscribed recipient');
  }
  const createdAt = new Date();
  return {
    ...create,
    sid: newSid(create.mediaUrls.length > 0 ? 'MM' : 'SM'),
    accountSid: account.accountSid,
    direction: 'outbound-api',
    numSegments: countSegments(create.body),
    media: create.mediaUrls.map((url) => linkedMedia(url, createdAt)),
    status: firstStatus(create),
    errorCode: null,
    createdAt,
    updatedAt: createdAt,
    sentAt: null,
    settled: false,
    deleted: false,
  };
}

function firstStatus(create: CreateRequest): MessageStatus {
  if (create.sendAt) return 'scheduled';
  return create.from === null ? 'accepted' : 'queued';
}

const TYPES: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  mp4: 'video/mp4',
  pdf: 'application/pdf',
  vcf: 'text/vcard',
};

/** Media hosted elsewhere; its type is known only from its name. */
export function linkedMedia(url: string, createdAt: Date): Media {
  const ending = /\.([a-z0-9]+)(?:$|[?#])/i.exec(url)?.[1]?.toLowerCase() ?? '';
  return { sid: newSid('ME'), contentType: TYPES[ending] ?? 'image/jpeg', url, content: null, createdAt };
}
