import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { TextLimits } from '@app/eventing';
import { UsageQueries } from '@app/read-models';
import { Lookups } from '../lookups/lookups.js';

/** How many programs and numbers a process counts texts of. */
const COUNTED = 20_000;

/**
 * Whether a text may be caused today (UTC), by the counts of the program and of the number. The program's count is a
 * read model, so that its conversations need not share a stream, and automation counts for the number. Both lag
 * slightly, so each process also counts the texts it has caused itself. Texts caused by other processes meanwhile can
 * exceed a limit. Replies to keywords are not limited.
 */
@Injectable()
export class TextQuota {
  /** The texts that this process has caused, by program or number and day. */
  private readonly caused = new LRUCache<string, number>({ max: COUNTED });

  constructor(
    private readonly lookups: Lookups,
    private readonly usage: UsageQueries,
    private readonly limits: TextLimits,
  ) {}

  /** @param at when the text is accepted, ISO 8601 */
  async isUsedUp(programId: string, addressId: string, at: string): Promise<boolean> {
    const day = at.slice(0, 10);
    const [address, ofProgram] = await Promise.all([
      this.lookups.address(programId, addressId),
      this.usage.textsOn(programId, day),
    ]);
    const toAddress = address.texts.day === day ? address.texts.count : 0;
    const { perProgram, perContact } = this.limits;
    return (
      Math.max(ofProgram, this.count(programId, day)) >= perProgram ||
      Math.max(toAddress, this.count(addressId, day)) >= perContact
    );
  }

  /** Whether a text was ever sent to the number. */
  async isTexted(programId: string, addressId: string, at: string): Promise<boolean> {
    if (this.count(addressId, at.slice(0, 10)) > 0) return true;
    return Object.keys((await this.lookups.address(programId, addressId)).lastTexted).length > 0;
  }

  /** Counts a text that was caused. */
  note(programId: string, addressId: string, at: string): void {
    const day = at.slice(0, 10);
    for (const id of [programId, addressId]) this.caused.set(`${id} ${day}`, this.count(id, day) + 1);
  }

  private count(id: string, day: string): number {
    return this.caused.get(`${id} ${day}`) ?? 0;
  }
}
