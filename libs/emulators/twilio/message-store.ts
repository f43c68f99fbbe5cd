import type { Message } from './message.js';

export type MessageFilter = {
  readonly to?: string | undefined;
  readonly from?: string | undefined;
  /** Times in milliseconds, both inclusive; with either of them, unsent messages are left out. */
  readonly sentFrom?: number | undefined;
  readonly sentUntil?: number | undefined;
  isListed(message: Message): boolean;
};

export type MessagePage = {
  readonly messages: readonly Message[];
  readonly before: string | null;
  readonly after: string | null;
};

/** Every message of every account. */
export class MessageStore {
  private readonly messages: Message[] = [];
  private readonly places = new Map<string, number>();

  add(message: Message): Message {
    this.places.set(message.sid, this.messages.push(message) - 1);
    return message;
  }

  /** A message that was not deleted. */
  find(sid: string): Message | undefined {
    const message = this.messages[this.places.get(sid) ?? -1];
    return message?.deleted === true ? undefined : message;
  }

  /** Whether the sid was ever used, even by a deleted message. */
  knows(sid: string): boolean {
    return this.places.has(sid);
  }

  /** The content is deleted; the place stays, because a page token may refer to it. */
  delete(message: Message): void {
    Object.assign(message, { deleted: true, body: '', media: [] });
  }

  /**
   * A page of an account's messages, newest first. Tokens name a message, not a number of rows (`PA…` reads older
   * messages, `PB…` newer ones), so messages that arrive between two pages neither repeat nor hide others.
   */
  page(accountSid: string, filter: MessageFilter, { size, token, offset }: PageWanted): MessagePage | null {
    const rows = this.messages
      .filter((m) => m.accountSid === accountSid && !m.deleted && matches(m, filter))
      .sort((a, b) => this.compare(b, a));
    const start = token === undefined ? offset : this.startOf(rows, size, token);
    if (start === null) return null;
    const messages = rows.slice(start, start + size);
    const first = messages[0];
    const last = messages.at(-1);
    return {
      messages,
      before: first && start > 0 ? `PB${first.sid}` : null,
      after: last && start + size < rows.length ? `PA${last.sid}` : null,
    };
  }

  clear(): void {
    this.messages.length = 0;
    this.places.clear();
  }

  private startOf(rows: readonly Message[], size: number, token: string): number | null {
    const edge = this.messages[this.places.get(token.slice(2)) ?? -1];
    if (edge === undefined || !/^P[AB]/.test(token)) return null;
    if (token.startsWith('PA')) {
      const older = rows.findIndex((message) => this.compare(message, edge) < 0);
      return older === -1 ? rows.length : older;
    }
    return Math.max(0, rows.filter((message) => this.compare(message, edge) > 0).length - size);
  }

  /** By age; messages created at the same time keep the order in which they arrived. */
  private compare(one: Message, other: Message): number {
    const placeOf = ({ sid }: Message): number => this.places.get(sid) ?? -1;
    return one.createdAt.getTime() - other.createdAt.getTime() || placeOf(one) - placeOf(other);
  }
}

type PageWanted = { readonly size: number; readonly token: string | undefined; readonly offset: number };

function matches(message: Message, filter: MessageFilter): boolean {
  if (!filter.isListed(message)) return false;
  if (filter.to !== undefined && message.to !== filter.to) return false;
  if (filter.from !== undefined && message.from !== filter.from) return false;
  return isSentWithin(message, filter);
}

function isSentWithin({ sentAt }: Message, { sentFrom, sentUntil }: MessageFilter): boolean {
  if (sentFrom === undefined && sentUntil === undefined) return true;
  return sentAt !== null && sentAt.getTime() >= (sentFrom ?? -Infinity) && sentAt.getTime() <= (sentUntil ?? Infinity);
}
