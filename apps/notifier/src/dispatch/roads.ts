import { Injectable, Logger } from '@nestjs/common';
import { Lookups } from '@app/application';
import { holdsOn, type Holds, type Road } from '@app/domain/hold';
import { logFailure } from '@app/platform';
import type { QueueName } from '@app/read-models';

const READ_AGAIN_MS = 10_000;

type Known = { readonly accounts: ReadonlyMap<string, string>; readonly credentials: number; readonly holds: Holds };

/**
 * A cache of the account that each queue needs, and of its holds. It only decides which tasks start; whether a
 * delivery may be sent, the sender reads from the events. An event of the program or its holds invalidates the
 * program's entry.
 */
@Injectable()
export class Roads {
  private readonly logger = new Logger(Roads.name);
  private readonly known = new Map<string, Known>();
  /** The read in progress of each program: its result is dropped when the program is invalidated meanwhile. */
  private readonly reading = new Map<string, symbol>();
  /** Programs that could not be read, and the time of their retry (ms, monotonic). */
  private readonly unreadable = new Map<string, number>();

  constructor(private readonly lookups: Lookups) {}

  forget(programId: string): void {
    this.known.delete(programId);
    this.reading.delete(programId);
  }

  /** Invalidates every program, since events may have been missed. */
  clear(): void {
    this.known.clear();
    this.reading.clear();
  }

  /** Reads the program unless it is known. A failure is logged, and the program is read again after a while. */
  async know(programId: string): Promise<void> {
    if (this.known.has(programId) || (this.unreadable.get(programId) ?? 0) > performance.now()) return;
    this.unreadable.delete(programId);
    try {
      await this.read(programId);
    } catch (error) {
      logFailure(this.logger, error, programId);
      this.unreadable.set(programId, performance.now() + READ_AGAIN_MS);
    }
  }

  /** `null` until the program is known. After `heldUntil` (ms), one delivery may probe the hold. */
  of({
    programId,
    channel,
    senderId,
    country,
  }: QueueName): { readonly account: string; readonly heldUntil: number | null } | null {
    const known = this.known.get(programId);
    if (!known) return null;
    const accountSid = known.accounts.get(senderId) ?? '';
    const road: Road =
      channel === 'email' ? 'email' : { accountSid, senderId, country, credentials: known.credentials };
    const holds = holdsOn(known.holds, road);
    return {
      account: accountSid,
      heldUntil: holds.length === 0 ? null : Math.max(...holds.map(({ nextTryAt }) => Date.parse(nextTryAt))),
    };
  }

  private async read(programId: string): Promise<void> {
    const reading = Symbol(programId);
    this.reading.set(programId, reading);
    const [{ senders, credentials }, holds] = await Promise.all([
      this.lookups.program(programId),
      this.lookups.holds(programId),
    ]);
    if (this.reading.get(programId) !== reading) return;
    this.reading.delete(programId);
    this.known.set(programId, {
      accounts: new Map(senders.map(({ senderId, accountSid }) => [senderId, accountSid])),
      credentials,
      holds,
    });
  }
}
