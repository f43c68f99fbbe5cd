import { closeSync, openSync, writeSync } from 'node:fs';
import type { Fault } from './faults.js';
import type { MessageStatus } from './message.js';

/** A create request that was received. */
export type CreateEntry = {
  /** Counts the creates received since the start or the last reset, from 1. */
  readonly n: number;
  readonly at: string;
  readonly accountSid: string;
  readonly to: string;
  readonly from: string;
  readonly body: string;
  readonly statusCallback: string | null;
  readonly fault: Fault | null;
  sid: string | null;
  /** The message exists and will be sent, whether or not the caller was told. */
  accepted: boolean;
  /** The HTTP status of the response; null when there was none. */
  answered: number | null;
};

/** An automatic reply of the provider to an opt-out, opt-in or help keyword. */
export type AutoAnswerEntry = {
  readonly n: number;
  readonly at: string;
  readonly sid: string;
  readonly inboundSid: string;
  readonly keyword: 'stop' | 'start' | 'help';
  readonly from: string;
  readonly to: string;
  readonly body: string;
};

/** A status callback that was posted; dropped and held ones are not here. */
export type CallbackEntry = {
  readonly n: number;
  readonly at: string;
  readonly sid: string;
  readonly status: MessageStatus;
  readonly errorCode: number | null;
  readonly url: string;
  answered: number | null;
};

/** An inbound message, once for each time it was posted or stored. */
export type InboundEntry = {
  readonly n: number;
  readonly at: string;
  readonly sid: string;
  readonly accountSid: string;
  readonly from: string;
  readonly to: string;
  readonly body: string;
  /** The same message was received before. */
  readonly repeated: boolean;
  /** Null when no webhook was due. */
  readonly url: string | null;
  answered: number | null;
};

export type LedgerSnapshot = {
  readonly creates: readonly CreateEntry[];
  readonly autoAnswers: readonly AutoAnswerEntry[];
  readonly callbacks: readonly CallbackEntry[];
  readonly inbound: readonly InboundEntry[];
};

type Fresh<T> = Omit<T, 'n' | 'at' | 'answered'>;

/**
 * Everything received and sent, in order. With a file, each received and each accepted create is also written there as
 * a JSON line before the response, so a test that kills the caller can still count.
 */
export class Ledger {
  private entries = {
    creates: [] as CreateEntry[],
    autoAnswers: [] as AutoAnswerEntry[],
    callbacks: [] as CallbackEntry[],
    inbound: [] as InboundEntry[],
  };
  private file: number | null;

  constructor(path?: string) {
    this.file = path === undefined ? null : openSync(path, 'a');
  }

  received(create: Omit<Fresh<CreateEntry>, 'sid' | 'accepted'>): CreateEntry {
    const entry: CreateEntry = {
      ...this.stamp(this.entries.creates),
      ...create,
      sid: null,
      accepted: false,
      answered: null,
    };
    this.entries.creates.push(entry);
    const { n, at, accountSid, to, from, body, statusCallback, fault } = entry;
    this.write({ kind: 'received', n, at, accountSid, to, from, body, statusCallback, fault });
    return entry;
  }

  accepted(entry: CreateEntry, sid: string): void {
    Object.assign(entry, { sid, accepted: true });
    const { n, accountSid, to, from, body, statusCallback } = entry;
    this.write({ kind: 'accepted', n, at: new Date().toISOString(), accountSid, to, from, body, statusCallback, sid });
  }

  autoAnswered(answer: Fresh<AutoAnswerEntry>): void {
    this.entries.autoAnswers.push({ ...this.stamp(this.entries.autoAnswers), ...answer });
  }

  callback(callback: Fresh<CallbackEntry>): CallbackEntry {
    const entry = { ...this.stamp(this.entries.callbacks), ...callback, answered: null };
    this.entries.callbacks.push(entry);
    return entry;
  }

  inbound(inbound: Fresh<InboundEntry>): InboundEntry {
    const entry = { ...this.stamp(this.entries.inbound), ...inbound, answered: null };
    this.entries.inbound.push(entry);
    return entry;
  }

  /** A copy: later changes do not appear in it. */
  snapshot(): LedgerSnapshot {
    return structuredClone(this.entries);
  }

  /** Forgets the entries. The file only grows. */
  clear(): void {
    this.entries = { creates: [], autoAnswers: [], callbacks: [], inbound: [] };
  }

  close(): void {
    if (this.file !== null) closeSync(this.file);
    this.file = null;
  }

  private stamp(entries: readonly unknown[]): { n: number; at: string } {
    return { n: entries.length + 1, at: new Date().toISOString() };
  }

  private write(line: object): void {
    if (this.file !== null) writeSync(this.file, `${JSON.stringify(line)}\n`);
  }
}
