type Channel = 'sms' | 'email';

export type Limits = Readonly<
  Record<Channel, { readonly all: number; readonly perProgram: number; readonly perAccount: number }>
>;

/** Whose slots a delivery takes: those of its channel, its program, and the provider account in it. */
type Taker = { readonly channel: Channel; readonly programId: string; readonly account: string };

/** How many deliveries may be under way at once. */
export class Slots {
  /** Only what is taken has an entry. */
  private readonly taken = new Map<string, number>();

  constructor(private readonly limits: Limits) {}

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
