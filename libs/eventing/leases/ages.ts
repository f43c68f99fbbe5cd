/** How long values have stayed the same, by this process's monotonic clock. */
export class Ages {
  private seen = new Map<string, { readonly value: string; readonly since: number }>();

  /**
   * A value that was not there at the last call is new.
   * @param askedAt before the request that read the values: they may have changed since then
   * @returns the age in ms of each value, by its name
   */
  of(values: ReadonlyMap<string, string>, askedAt: number): ReadonlyMap<string, number> {
    const now = performance.now();
    this.seen = new Map(
      [...values].map(([name, value]) => {
        const before = this.seen.get(name);
        return [name, before?.value === value ? before : { value, since: now }];
      }),
    );
    return new Map([...this.seen].map(([name, { since }]) => [name, askedAt - since]));
  }
}
