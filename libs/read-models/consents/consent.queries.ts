import { Injectable } from '@nestjs/common';
import { InvalidCursor, type Page } from '@app/eventing';
import { refusedSender } from '@app/domain/consent';
import { contactsProjection, searchTerm } from '../contacts/contacts.projection.js';
import { programsProjection, type ProgramRow } from '../programs/programs.projection.js';
import { ReadModelReader } from '../read-model-reader.js';
import { consentOf, consentsProjection, type ConsentRow } from './consents.projection.js';

/** A contact who said Yes to a number the program no longer texts from: consent must be captured again. */
export type ConsentToRenew = {
  readonly phone: string | null;
  readonly contacts: readonly { readonly id: string; readonly name: string | null }[];
  /** The number they agreed to. */
  readonly formerSenderPhone: string;
  readonly purpose: string | null;
  readonly since: string;
};

const MOST_HOLDERS = 20;

@Injectable()
export class ConsentQueries {
  constructor(private readonly readModels: ReadModelReader) {}

  /**
   * Contacts whose consent was lost because the program changed its number. The list is read forward only.
   * @throws InvalidCursor
   */
  async toRenew(programId: string, after: string | undefined, limit: number): Promise<Page<ConsentToRenew>> {
    const senders = await this.sendersOf(programId);
    const former = senders.slice(0, -1);
    const isLost = isLostWith(senders.at(-1)?.id ?? '');
    const documents: ConsentToRenew[] = [];
    let { index, inner } = start(after, former.length);
    for (let sender = former[index]; sender && documents.length < limit; sender = former[index]) {
      const request = {
        programId,
        index: 'yesFor',
        equals: { programId, yesFor: sender.id },
        order: 'asc',
        after: inner,
        limit: limit - documents.length,
      } as const;
      const page = await this.readModels.page(consentsProjection, request);
      for (const row of page.documents.filter(isLost)) documents.push(await this.view(row, sender));
      if (page.next === null) index += 1;
      inner = page.next ?? undefined;
    }
    return { documents, next: index < former.length ? cursorOf(index, inner) : null, previous: null };
  }

  private async sendersOf(programId: string): Promise<ProgramRow['senders']> {
    const [program] = await this.readModels.get(programsProjection, programId, [programId]);
    return program?.senders ?? [];
  }

  private async view(
    { id, programId, senders }: ConsentRow,
    sender: ProgramRow['senders'][number],
  ): Promise<ConsentToRenew> {
    const holders = await this.readModels.search(
      contactsProjection,
      { programId, prefix: searchTerm(id) },
      MOST_HOLDERS,
    );
    const [first] = holders;
    return {
      phone: first?.phones[first.addressIds.indexOf(id)] ?? null,
      contacts: holders.map(({ id: contactId, name }) => ({ id: contactId, name })),
      formerSenderPhone: sender.phone,
      purpose: senders[sender.id]?.purpose ?? null,
      since: senders[sender.id]?.since ?? '',
    };
  }
}

/** The person opted out since: nobody may ask them for consent. */
const isRefused = ({ senders }: ConsentRow): boolean =>
  refusedSender(Object.entries(senders).map(([senderId, state]) => ({ senderId, consent: consentOf(state) }))) !== null;

/** Whether they have neither agreed to the current number nor opted out. */
const isLostWith = (senderId: string) => (row: ConsentRow) =>
  row.senders[senderId]?.status !== 'yes' && !isRefused(row);

const cursorOf = (index: number, inner: string | undefined): string =>
  Buffer.from(JSON.stringify([index, inner ?? null])).toString('base64url');

/** The next of the former numbers, and the position in its list. */
function start(cursor: string | undefined, count: number): { index: number; inner: string | undefined } {
  if (cursor === undefined) return { index: 0, inner: undefined };
  try {
    const [index, inner] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [unknown, unknown];
    if (
      Number.isInteger(index) &&
      Number(index) >= 0 &&
      Number(index) < count &&
      (inner === null || typeof inner === 'string')
    )
      return { index: Number(index), inner: inner ?? undefined };
  } catch {
    // Answered below, like every other invalid cursor.
  }
  throw new InvalidCursor();
}
