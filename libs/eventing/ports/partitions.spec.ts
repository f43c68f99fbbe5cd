import { Partitions, subjectOf } from './partitions.js';

const programs = Array.from({ length: 8_000 }, (_, n) => `0197a1f0-5c3e-7b6e-9d3f-${String(n).padStart(12, '0')}`);

describe('partitions', () => {
  it('rule 13: each program belongs to one part, the same each time', () => {
    const partitions = new Partitions(8);
    for (const program of programs.slice(0, 100)) {
      expect(partitions.all.filter((part) => part.has(program))).toEqual([partitions.of(program)]);
      expect(new Partitions(8).of(program).nameOf('inbox')).toBe(partitions.of(program).nameOf('inbox'));
    }
  });

  it('rule 13: programs are spread evenly', () => {
    const parts = Map.groupBy(programs, (program) => new Partitions(8).of(program).nameOf('inbox'));
    for (const { length } of parts.values()) {
      expect(length).toBeGreaterThan(850);
      expect(length).toBeLessThan(1_150);
    }
  });

  it('a part is named after its follower, which has no other name when it is not divided', () => {
    expect(new Partitions(8).all.map((part) => part.nameOf('inbox')).slice(0, 2)).toEqual(['inbox 1/8', 'inbox 2/8']);
    expect(new Partitions().all.map((part) => part.nameOf('inbox'))).toEqual(['inbox']);
    expect(['projector inbox 3/8', 'automation replays'].map(subjectOf)).toEqual([
      'projector inbox',
      'automation replays',
    ]);
  });
});
