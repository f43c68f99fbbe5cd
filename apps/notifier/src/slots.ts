export type Limits = Readonly<Record<'sms' | 'email', { readonly all: number; readonly each: number }>>;

/** How many deliveries may be under way at once: of a channel, and of each account in it. */
export class Slots {
  /** Only what is taken has an entry. */
  private readonly taken = new Map<string, number>();

  constructor(private readonly limits: Limits) {}

  isFree(channel: 'sms' | 'email', account: string): boolean {
    const { all, each } = this.limits[channel];
    return this.count(channel) < all && this.count(`${channel} ${account}`) < each;
  }

  take(channel: 'sms' | 'email', account: string): void {
    for (const name of [channel, `${channel} ${account}`]) this.taken.set(name, this.count(name) + 1);
  }

  giveBack(channel: 'sms' | 'email', account: string): void {
    for (const name of [channel, `${channel} ${account}`]) {
      if (this.count(name) > 1) this.taken.set(name, this.count(name) - 1);
      else this.taken.delete(name);
    }
  }

  private count(name: string): number {
    return this.taken.get(name) ?? 0;
  }
}
