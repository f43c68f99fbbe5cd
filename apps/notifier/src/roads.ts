import { Injectable } from '@nestjs/common';
import { Lookups } from '@app/application';
import { holdsOn, type Holds, type Road } from '@app/domain/hold';
import type { QueueName } from '@app/read-models';

type Known = { readonly accounts: ReadonlyMap<string, string>; readonly credentials: number; readonly holds: Holds };

/**
 * Which account a queue needs and until when it is held, from memory: what is started goes by it, and only the sender, which
 * reads the record, decides. An event of the program or its holds makes it forgotten.
 */
@Injectable()
export class Roads {
  private readonly known = new Map<string, Known>();
  /** The reading that is under way of each program: what is forgotten meanwhile is not remembered. */
  private readonly reading = new Map<string, symbol>();

  constructor(private readonly lookups: Lookups) {}

  forget(programId: string): void {
    this.known.delete(programId);
    this.reading.delete(programId);
  }

  /** Forgets all, as events may have been missed. */
  clear(): void {
    this.known.clear();
    this.reading.clear();
  }

  /** @throws ProgramNotFound, and what the record's engine throws */
  async know(programId: string): Promise<void> {
    if (this.known.has(programId)) return;
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

  /** `null` until the program is known. `heldUntil` (ms) may be over: then one delivery may try. */
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
}
