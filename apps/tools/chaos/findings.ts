export type Kind = 'lost' | 'doubled' | 'foreign' | 'wrong';

/** Deviations from the expected state. */
export class Findings {
  private readonly found: { readonly kind: Kind; readonly what: string }[] = [];

  add(kind: Kind, what: string): void {
    this.found.push({ kind, what });
  }

  /** `count` things where one is expected. */
  exactlyOne(count: number, what: string): void {
    this.atMostOne(count, what);
    if (count === 0) this.add('lost', what);
  }

  atMostOne(count: number, what: string): void {
    if (count > 1) this.add('doubled', `${count} times: ${what}`);
  }

  count(kind: Kind): number {
    return this.found.filter((finding) => finding.kind === kind).length;
  }

  get isEmpty(): boolean {
    return this.found.length === 0;
  }

  list(most: number): string[] {
    return this.found.slice(0, most).map(({ kind, what }) => `${kind}: ${what}`);
  }
}

/** Groups items by a common value. */
export const grouped = <Item>(
  items: readonly Item[],
  by: (item: Item) => string,
): ReadonlyMap<string, readonly Item[]> => Map.groupBy(items, by);
