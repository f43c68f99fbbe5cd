import { isDeepStrictEqual } from 'node:util';

const PATIENCE_MS = 15_000;
const LOOK_EVERY_MS = 25;

/** Prints and checks each step; differences are counted and reported. */
export class Script {
  differences = 0;

  constructor(private readonly write: (line: string) => void) {}

  step(title: string): void {
    this.write(`\n${title}`);
  }

  /** Checks the named parts of a value at once. */
  sees(who: string, what: string, seen: unknown, expected: unknown): void {
    this.tell(who, what, seen, expected);
  }

  /** Checks a value repeatedly until it matches or the time is over. */
  async comesToSee(who: string, what: string, look: () => Promise<unknown>, expected: unknown): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    let seen = await look();
    while (!isDeepStrictEqual(seen, expected) && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      seen = await look();
    }
    this.tell(who, what, seen, expected);
  }

  private tell(who: string, what: string, seen: unknown, expected: unknown): void {
    const isSame = isDeepStrictEqual(seen, expected);
    this.write(`  ${isSame ? '✓' : '✗'} ${who.padEnd(9)} ${what}`);
    if (isSame) return;
    this.differences += 1;
    this.write(`      expected ${JSON.stringify(expected)}\n      seen     ${JSON.stringify(seen)}`);
  }
}
