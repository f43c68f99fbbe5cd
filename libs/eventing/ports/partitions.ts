/** One part of a follower's work: the programs that hash to it. Each part has its own checkpoint and lease. */
export class Part {
  /** @param number from 0 to `count` - 1 */
  constructor(
    private readonly number: number,
    private readonly count: number,
  ) {}

  /** Name of this part of a follower or read model: `inbox 3/8`, or `inbox` when there is only one part. */
  nameOf(subject: string): string {
    return this.count === 1 ? subject : `${subject} ${this.number + 1}/${this.count}`;
  }

  has(programId: string): boolean {
    return hashOf(programId) % this.count === this.number;
  }
}

/** The follower or read model of a part's name. */
export const subjectOf = (name: string): string => name.replace(/ \d+\/\d+$/, '');

/** Divides the programs among the parts of a follower. Every process of an installation uses the same count. */
export class Partitions {
  readonly all: readonly [Part, ...Part[]];

  constructor(readonly count = 1) {
    this.all = Array.from({ length: count }, (_, number) => new Part(number, count)) as [Part, ...Part[]];
  }

  of(programId: string): Part {
    return this.all[hashOf(programId) % this.count] ?? this.all[0];
  }
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return hash;
}
