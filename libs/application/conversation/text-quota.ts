import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { TextLimits } from '@app/eventing';
import { UsageQueries } from '@app/read-models';
import { Lookups } from '../lookups/lookups.js';

/** Programs and numbers that a process counts the texts of. */
const COUNTED = 20_000;

/**
 * Whether a text may be caused today (UTC), by the program's count and by the number's. The program's comes from a read
 * model, so that its conversations need not share a stream, and the number's is noted by automation: both are behind by what was
 * accepted in the last moments, so each process also counts what it has caused itself. A limit can be exceeded by what other
 * processes have caused in these moments. Answers to keywords do not ask.
 */
@Injectable()
export class TextQuota {
  /** What this process has caused, by program or number and day. */
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

  /** A text was caused. */
  note(programId: string, addressId: string, at: string): void {
    const day = at.slice(0, 10);
    for (const id of [programId, addressId]) this.caused.set(`${id} ${day}`, this.count(id, day) + 1);
  }

  private count(id: string, day: string): number {
    return this.caused.get(`${id} ${day}`) ?? 0;
  }
}
