import { randomUUID } from 'node:crypto';
import type { Message, Metadata, Position, Recorded } from '@app/kernel';
import type { ExpectedRevision } from '../ports/event-store.js';
import { naturalId } from './ids.js';
import type { EventLog } from '../reading/event-log.js';

/** The position of the stream when a command had nothing to change. */
export type Unchanged = { readonly revision: number; readonly position: Position | null };

type TraceEvent = Message<'RequestTaken', { kind: string }> | Message<'RequestAnswered', Unchanged>;

/**
 * Stores the response to a client's command that had nothing to change, in a separate stream: an event in the command's
 * stream would change the revision that other clients rely on.
 *
 * Two attempts of one command can run at the same time, and one may have something to do when the other had not. The
 * store's revision check settles it: an attempt with nothing to do first takes the request, reads the command's stream
 * again, and may respond only if no other attempt has appended here since before that reading; an attempt with
 * something to do that finds the request taken appends here first.
 */
export class RequestTrace {
  private readonly stream: string;
  private revision: ExpectedRevision = 'no-stream';
  private isSettleable = false;

  constructor(
    private readonly eventLog: EventLog,
    private readonly kind: string,
    commandStream: string,
    private readonly metadata: Omit<Metadata, 'recordedAt'>,
  ) {
    this.stream = `request-${naturalId('nothing to do', metadata.commandId, commandStream)}`;
  }

  /**
   * Reads the trace; to be called after the command's stream was read.
   * @returns the response, `null` when there is none yet; and whether there was an attempt with another body
   */
  async look(): Promise<{ readonly answer: Unchanged | null; readonly isReused: boolean }> {
    let last: Recorded<TraceEvent> | undefined;
    for await (const event of this.eventLog.read<TraceEvent>(this.stream)) last = event;
    this.isSettleable = last !== undefined && last.revision === this.revision;
    this.revision = last?.revision ?? 'no-stream';
    const isReused = last !== undefined && last.metadata.commandHash !== this.metadata.commandHash;
    return { answer: last?.type === 'RequestAnswered' ? last.data : null, isReused };
  }

  /** @returns false when the command's stream must be read again first @throws WrongExpectedRevision */
  async settle({ revision, position }: Unchanged): Promise<boolean> {
    if (this.isSettleable) {
      await this.append({ type: 'RequestAnswered', data: { revision, position } });
      return true;
    }
    if (this.revision === 'no-stream') await this.take();
    return false;
  }

  /**
   * Before the command changes something: other attempts may no longer respond that it does not. @throws
   * WrongExpectedRevision
   */
  async forestall(): Promise<void> {
    if (this.revision !== 'no-stream') await this.take();
  }

  private take(): Promise<void> {
    return this.append({ type: 'RequestTaken', data: { kind: this.kind } });
  }

  /** The id is new each time: the store would treat a known one as a repetition and let two attempts win. */
  private async append(event: TraceEvent): Promise<void> {
    const metadata = { ...this.metadata, recordedAt: new Date().toISOString() };
    this.revision = (
      await this.eventLog.append(this.stream, this.revision, [{ ...event, eventId: randomUUID(), metadata }])
    ).revision;
  }
}
