import { Injectable } from '@nestjs/common';
import type { Page } from '@app/eventing';
import { contactsProjection, type ContactRow } from '../contacts/contacts.projection.js';
import { deliveriesProjection } from '../deliveries/deliveries.projection.js';
import { programsProjection, type ProgramRow } from '../programs/programs.projection.js';
import { ReadModelReader } from '../read-model-reader.js';
import { threadProjection, type ThreadEntry } from '../thread/thread.projection.js';
import { stateOf } from '../thread/thread.queries.js';

/** A message as it leaves the product. */
export type ExportedMessage = {
  readonly messageId: string;
  readonly threadId: string;
  readonly at: string;
  /** The contact's name and number. */
  readonly fullName: string;
  /** The numbers of a text; for a message in the app the names of program and contact. */
  readonly from: string;
  readonly to: string;
  readonly status: string;
  readonly message: string;
};

/** Which messages: later than `after`, up to and including `upTo` (ISO 8601); `null`: no limit. */
export type ExportedPeriod = { readonly after: string | null; readonly upTo: string | null };

/** What the contact can know. Everything else in a thread stays inside, also kinds of entries that come later. */
const exportedKinds: readonly string[] = ['message', 'automated', 'keyword', 'refusal'] satisfies ThreadEntry['kind'][];

const PAGE = 200;

/** The messages of files: by conversation, and within it by time. Content that was erased is left out. */
@Injectable()
export class ExportedMessages {
  constructor(private readonly readModels: ReadModelReader) {}

  /** @throws InvalidCursor */
  async ofConversation(
    programId: string,
    conversationId: string,
    { after: above, upTo }: ExportedPeriod,
    cursor?: string,
  ): Promise<Page<ExportedMessage>> {
    const range = { ...(above !== null && { above }), ...(upTo !== null && { upTo }) };
    const equals = { programId, conversationId };
    const page = { programId, index: 'time', equals, range, order: 'asc', after: cursor, limit: PAGE } as const;
    const { documents, ...rest } = await this.readModels.page(threadProjection, page);
    return { documents: await this.complete(programId, documents), ...rest };
  }

  /** `percent`: how much of the program is before the next page, estimated, since ids of conversations are random. */
  async ofProgram(
    programId: string,
    period: ExportedPeriod,
    cursor?: string,
  ): Promise<Page<ExportedMessage> & { readonly percent: number }> {
    const page = { programId, index: 'time', equals: { programId }, order: 'asc', after: cursor, limit: PAGE } as const;
    const { documents, ...rest } = await this.readModels.page(threadProjection, page);
    const within = documents.filter(({ at }) => isWithin(at, period));
    const last = Number.parseInt(documents.at(-1)?.conversationId.slice(0, 8) ?? '', 16);
    const percent = Number.isNaN(last) ? 0 : Math.floor((last / 2 ** 32) * 100);
    return { documents: await this.complete(programId, within), ...rest, percent };
  }

  private async complete(programId: string, entries: readonly ThreadEntry[]): Promise<readonly ExportedMessage[]> {
    const exported = entries.filter(({ kind, text }) => exportedKinds.includes(kind) && text !== null);
    const [deliveries, contacts, programs] = await Promise.all([
      this.readModels.get(deliveriesProjection, programId, present(exported.map(({ deliveryId }) => deliveryId))),
      this.readModels.get(contactsProjection, programId, present(exported.map(({ contactId }) => contactId))),
      this.readModels.get(programsProjection, programId, [programId]),
    ]);
    const deliveryOf = new Map(deliveries.map((delivery) => [delivery.id, delivery]));
    const contactOf = new Map(contacts.map((contact) => [contact.id, contact]));
    return exported.map((entry) => {
      const contact = contactOf.get(entry.contactId);
      const theirs = contactSide(entry, contact);
      const ours = programSide(entry, programs[0]);
      return {
        messageId: entry.id,
        threadId: entry.conversationId,
        at: entry.at,
        fullName: fullName(contact),
        from: entry.direction === 'in' ? theirs : ours,
        to: entry.direction === 'in' ? ours : theirs,
        status: statusOf(stateOf(entry, deliveryOf.get(entry.deliveryId ?? '')).state),
        message: entry.text ?? '',
      };
    });
  }
}

const isWithin = (at: string, { after, upTo }: ExportedPeriod): boolean =>
  (after === null || at > after) && (upTo === null || at <= upTo);

const present = (ids: readonly (string | null)[]): readonly string[] => [
  ...new Set(ids.filter((id): id is string => id !== null)),
];

/** Of a text the number that it came from or went to, while the contact has it. */
function contactSide({ channel, addressId }: ThreadEntry, contact: ContactRow | undefined): string {
  if (channel === 'in-app') return contact?.name ?? '';
  const place = addressId ? (contact?.addressIds.indexOf(addressId) ?? -1) : 0;
  return contact?.phones[place] ?? '';
}

/** A row without the number is older than the field: it is known if the program has only one. */
function programSide({ channel, senderId }: ThreadEntry, program: ProgramRow | undefined): string {
  if (channel === 'in-app') return program?.name ?? '';
  const senders = program?.senders ?? [];
  const sender = senderId ? senders.find(({ id }) => id === senderId) : senders.length === 1 ? senders[0] : undefined;
  return sender?.phone ?? '';
}

function fullName(contact: ContactRow | undefined): string {
  if (!contact) return '';
  const [phone = ''] = contact.phones;
  const name = contact.name ?? contact.emails[0] ?? '';
  return name && phone ? `${name} (${phone})` : name || phone;
}

const notSent = ['queued', 'sending', 'refused', 'failed', 'undelivered', 'canceled', 'withheld', 'expired'];

/** Received, or whether it was sent; `unknown` if the provider never said. */
function statusOf(state: string): string {
  if (state === 'received') return 'received';
  if (state === 'uncertain' || state === 'unknown') return 'unknown';
  return notSent.includes(state) ? 'not sent' : 'sent';
}
