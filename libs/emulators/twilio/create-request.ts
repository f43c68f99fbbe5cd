import { findNumber, type Account } from './accounts.js';
import { RefusedRequest } from './errors.js';
import { isWebAddress } from './web-address.js';

/** A form as it was posted: a repeated parameter is an array. */
export type Form = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A create that passed all the provider's checks except the opt-out. */
export type CreateRequest = {
  readonly to: string;
  readonly from: string | null;
  readonly messagingServiceSid: string | null;
  readonly body: string;
  readonly mediaUrls: readonly string[];
  readonly statusCallback: string | null;
  readonly sendAt: Date | null;
};

const E164 = /^\+[1-9]\d{6,14}$/;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** One value of a form's parameter, empty when absent. */
export function field(form: Form, name: string): string {
  const value = form[name];
  return typeof value === 'string' ? value : (value?.[0] ?? '');
}

/**
 * Checks a create as the provider does.
 * @throws RefusedRequest with the provider's code
 */
export function readCreate(account: Account, form: Form): CreateRequest {
  const to = field(form, 'To').replace(/[\s().-]/g, '');
  if (to === '') throw refused(21604, "A 'To' phone number is required.");
  if (!E164.test(to)) throw refused(21211, `Invalid 'To' Phone Number: ${to}`);
  const sender = readSender(account, form);
  const body = field(form, 'Body');
  const mediaUrls = [form['MediaUrl'] ?? []].flat();
  checkContent(body, mediaUrls);
  const statusCallback = field(form, 'StatusCallback') || null;
  if (statusCallback !== null && !isWebAddress(statusCallback)) {
    throw refused(21609, `The 'StatusCallback' URL ${statusCallback} is not a valid URL.`);
  }
  return { to, ...sender, body, mediaUrls, statusCallback, sendAt: readSchedule(form, sender.messagingServiceSid) };
}

function checkContent(body: string, mediaUrls: readonly string[]): void {
  if (body === '' && mediaUrls.length === 0) throw refused(21602, 'Message body is required.');
  if (body.length > 1600) throw refused(21617, 'The concatenated message body exceeds the 1600 character limit');
  if (mediaUrls.length > 10) throw refused(21623, 'Number of media files exceeds allowed limit');
  if (!mediaUrls.every(isWebAddress)) throw refused(21620, 'Invalid media URL(s)');
}

function readSender(account: Account, form: Form): Pick<CreateRequest, 'from' | 'messagingServiceSid'> {
  const from = field(form, 'From');
  const sid = field(form, 'MessagingServiceSid');
  if (from === '' && sid === '') throw refused(21603, "A 'From' phone number is required.");
  const numbers = numbersOfService(account, sid);
  if (from !== '' && !findNumber(account, from)) {
    throw refused(
      21606,
      `The 'From' phone number provided (${from}) is not a valid message-capable phone number of this account.`,
    );
  }
  if (from === '' && numbers?.length === 0) throw refused(21703, 'The Messaging Service contains no phone numbers.');
  return { from: from || null, messagingServiceSid: sid || null };
}

function numbersOfService(account: Account, sid: string): readonly string[] | null {
  if (sid === '') return null;
  const service = account.messagingServices?.find((known) => known.sid === sid);
  if (!service) throw refused(21701, 'The Messaging Service does not exist.');
  return service.numbers;
}

function readSchedule(form: Form, messagingServiceSid: string | null): Date | null {
  const sendAt = field(form, 'SendAt');
  if (field(form, 'ScheduleType') !== 'fixed') return null;
  if (messagingServiceSid === null) throw refused(35118, 'MessagingServiceSid is required to schedule a message');
  const wait = Date.parse(sendAt) - Date.now();
  if (!(wait >= 5 * MINUTE && wait <= 35 * DAY)) {
    throw refused(35114, 'SendAt time must be between 300 seconds and 35 days in the future');
  }
  return new Date(sendAt);
}

const refused = (code: number, message: string): RefusedRequest => new RefusedRequest(400, code, message);
