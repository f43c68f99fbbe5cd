import { Injectable } from '@nestjs/common';
import { Configuration } from '@app/platform';

type Channel = 'sms' | 'email';

type Limits = Readonly<
  Record<Channel, { readonly all: number; readonly perProgram: number; readonly perAccount: number }>
>;

/** A delivery takes a slot of its channel, one of its program, and one of the program's provider account. */
type Taker = { readonly channel: Channel; readonly programId: string; readonly account: string };

/** Limits how many deliveries are sent at the same time. */
@Injectable()
export class Slots {
  private readonly limits: Limits;
  /** Only names with a taken slot have an entry. */
  private readonly taken = new Map<string, number>();

  constructor(configuration: Configuration) {
    this.limits = {
      sms: {
        all: configuration.TEXTS_AT_ONCE,
        perProgram: configuration.TEXTS_AT_ONCE_PER_PROGRAM,
        perAccount: configuration.TEXTS_AT_ONCE_PER_ACCOUNT,
      },
      email: {
        all: configuration.EMAILS_AT_ONCE,
        perProgram: configuration.EMAILS_AT_ONCE_PER_PROGRAM,
        perAccount: configuration.EMAILS_AT_ONCE_PER_PROGRAM,
      },
    };
  }

  isFree(taker: Taker): boolean {
    return this.counted(taker).every(([name, limit]) => this.count(name) < limit);
  }

  take(taker: Taker): void {
    for (const [name] of this.counted(taker)) this.taken.set(name, this.count(name) + 1);
  }

  giveBack(taker: Taker): void {
    for (const [name] of this.counted(taker)) {
      if (this.count(name) > 1) this.taken.set(name, this.count(name) - 1);
      else this.taken.delete(name);
    }
  }

  private counted({ channel, programId, account }: Taker): readonly (readonly [name: string, limit: number])[] {
    const { all, perProgram, perAccount } = this.limits[channel];
    return [
      [channel, all],
      [`${channel} of ${programId}`, perProgram],
      [`${channel} by ${programId} ${account}`, perAccount],
    ];
  }

  private count(name: string): number {
    return this.taken.get(name) ?? 0;
  }
}
