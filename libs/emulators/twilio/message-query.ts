import { RefusedRequest } from './errors.js';
import { field, type Form } from './create-request.js';
import { messagesPath, toResource, type Message } from './message.js';
import type { MessageFilter, MessageStore } from './message-store.js';

const SECOND = 1_000;
const DAY = 86_400 * SECOND;
const FILTERS = ['To', 'From', 'DateSent', 'DateSent<', 'DateSent>'];

/**
 * Answers a list request with the provider's envelope: addresses of the first, the next and the previous page, relative
 * to the base URL.
 * @throws RefusedRequest for an invalid date or page token
 */
export function listMessages(
  store: MessageStore,
  isListed: (message: Message) => boolean,
  accountSid: string,
  query: Form,
) {
  const size = Math.min(Math.max(wholeNumber(field(query, 'PageSize') || '50', 1), 1), 1000);
  const page = Math.max(wholeNumber(field(query, 'Page'), 0), 0);
  const token = field(query, 'PageToken') || undefined;
  const found = store.page(accountSid, { ...readFilter(query), isListed }, { size, token, offset: page * size });
  if (!found) throw new RefusedRequest(400, 20001, `Invalid PageToken: ${token ?? ''}`);
  const uri = (number: number, pageToken?: string | null): string => {
    const params = new URLSearchParams();
    for (const name of FILTERS) if (field(query, name) !== '') params.set(name, field(query, name));
    params.set('PageSize', String(size));
    params.set('Page', String(number));
    if (pageToken) params.set('PageToken', pageToken);
    return `${messagesPath(accountSid)}.json?${params.toString()}`;
  };
  const start = found.messages.length === 0 ? 0 : page * size;
  return {
    end: Math.max(start, start + found.messages.length - 1),
    first_page_uri: uri(0),
    next_page_uri: found.after && uri(page + 1, found.after),
    page,
    page_size: size,
    previous_page_uri: found.before && uri(Math.max(page - 1, 0), found.before),
    messages: found.messages.map(toResource),
    start,
    uri: uri(page, token ?? null),
  };
}

const wholeNumber = (text: string, otherwise: number): number => Math.trunc(Number(text)) || otherwise;

function readFilter(query: Form): Omit<MessageFilter, 'isListed'> {
  const at = readSpan(query, 'DateSent');
  const before = readSpan(query, 'DateSent<');
  const after = readSpan(query, 'DateSent>');
  return {
    to: field(query, 'To') || undefined,
    from: field(query, 'From') || undefined,
    sentFrom: largest([at?.from, after?.from]),
    sentUntil: smallest([at?.until, before?.until]),
  };
}

/** The time range of a date: the whole UTC day, or with a time the whole second. */
function readSpan(query: Form, name: string): { from: number; until: number } | undefined {
  const text = field(query, name);
  if (text === '') return undefined;
  const from = Date.parse(text);
  if (Number.isNaN(from)) throw new RefusedRequest(400, 20001, `Invalid ${name}: ${text}`);
  return { from, until: from + (/^\d{4}-\d{2}-\d{2}$/.test(text) ? DAY : SECOND) - 1 };
}

function largest(values: readonly (number | undefined)[]): number | undefined {
  const given = values.filter((value) => value !== undefined);
  return given.length === 0 ? undefined : Math.max(...given);
}

function smallest(values: readonly (number | undefined)[]): number | undefined {
  const given = values.filter((value) => value !== undefined);
  return given.length === 0 ? undefined : Math.min(...given);
}
