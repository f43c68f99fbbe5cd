import { randomUUID } from 'node:crypto';
import type { Message, Metadata, Position, Recorded } from '@app/kernel';
import type { ExpectedRevision } from '../ports/event-store.js';
import { naturalId } from './ids.js';
import type { EventLog } from '../reading/event-log.js';

/** Where the stream was when a command had nothing to change. */
export type Unchanged = { readonly revision: number; readonly position: Position | null };

type TraceEvent = Message<'RequestTaken', { kind: string }> | Message<'RequestAnswered', Unchanged>;

/**
 * The answer to a client's command that had nothing to change, in a stream of its own: an event in the command's stream
 * would change the revision that other clients rely on.
 *
 * Two attempts of one command can run at the same time, and one may have something to do when the other had not. They
 * agree through the store's revision check: an attempt that has nothing to do first takes the request, looks at the
 * command's stream again, and may answer only if no other attempt has written here since before that look; an attempt
 * that has something to do and finds the request taken writes here before it appends.
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
   * Looks what is there; to be called after the command's stream was read.
   * @returns the answer, `null` when there is none yet; and whether an attempt with another body was here
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

  /** Before the command changes something: nobody may answer any more that it does not. @throws WrongExpectedRevision */
  async forestall(): Promise<void> {
    if (this.revision !== 'no-stream') await this.take();
  }

  private take(): Promise<void> {
    return this.append({ type: 'RequestTaken', data: { kind: this.kind } });
  }

  /** The id is new each time: the store would take a known one for a repetition and let two attempts win. */
  private async append(event: TraceEvent): Promise<void> {
    const metadata = { ...this.metadata, recordedAt: new Date().toISOString() };
    this.revision = (
      await this.eventLog.append(this.stream, this.revision, [{ ...event, eventId: randomUUID(), metadata }])
    ).revision;
  }
}
