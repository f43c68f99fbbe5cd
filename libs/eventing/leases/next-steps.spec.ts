import fc from 'fast-check';
import { subjectOf } from '../ports/partitions.js';
import { nextSteps, type View } from './next-steps.js';

const parts = (subject: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${subject} ${index + 1}/${count}`);
const nine = Array.from({ length: 9 }, (_, index) => `projector m${index}`);

const view = (given: Partial<Omit<View, 'members' | 'holders'>> & { members?: object; holders?: object }): View => ({
  me: 'a',
  abandoned: new Set(),
  wanted: [],
  standby: [],
  working: [],
  ending: [],
  ...given,
  members: new Map(Object.entries(given.members ?? { a: ['x'] })),
  holders: new Map(Object.entries(given.holders ?? {})),
});
const held = (by: string, names: readonly string[]): object => Object.fromEntries(names.map((name) => [name, by]));
const nothing = { take: [], stop: [], free: [] };
const two = { a: ['x'], b: ['x'] };
const [x1, x2, x3, x4] = parts('x', 4) as [string, string, string, string];
const wanted = [x1, x2, x3, x4];

describe('what a process does about leases', () => {
  test.each<[string, View, object]>([
    ['the only one takes everything', view({ wanted }), { take: wanted }],
    ['the first of two takes one half', view({ members: two, wanted }), { take: [x1, x2] }],
    ['the second takes the other half', view({ me: 'b', members: two, wanted }), { take: [x3, x4] }],
    [
      'one takes what the other has left',
      view({ members: two, wanted, holders: held('b', [x1, x3]) }),
      { take: [x2, x4] },
    ],
    [
      'one gives half to another that joins, the longest held first',
      view({ members: two, wanted, working: [x3, x1, x4, x2], holders: held('a', wanted) }),
      { stop: [x3, x1] },
    ],
    [
      'what is ending is neither kept, taken nor set free',
      view({ members: two, wanted, working: [x4, x2], ending: [x3, x1], holders: held('a', wanted) }),
      {},
    ],
    [
      'a lease that it holds without knowing comes first',
      view({ members: two, wanted, working: [x1], holders: held('a', [x1, x3]) }),
      { take: [x3] },
    ],
    [
      'a lease that it holds beyond its share without knowing is set free',
      view({ members: two, wanted, working: [x1, x3], holders: held('a', [x1, x2, x3]) }),
      { free: [x2] },
    ],
    [
      'what is ending is not taken again, when its lease is free',
      view({ wanted, working: [x3, x4], ending: [x1], holders: held('a', [x3, x4]) }),
      { take: [x2] },
    ],
    ['a lease of a work that is no longer wanted is set free', view({ holders: { y: 'a' } }), { free: ['y'] }],
    [
      'an abandoned work is taken beyond the share',
      view({ members: two, wanted, working: [x1, x3], holders: held('a', [x1, x3]), abandoned: new Set([x2]) }),
      { take: [x2] },
    ],
    [
      'works that another process holds count, also those that this one does not ask for',
      view({
        members: two,
        wanted,
        working: [x1, x2, x3],
        holders: { ...held('a', [x1, x2, x3]), ...held('b', ['x 1/8', 'x 2/8']) },
      }),
      {},
    ],
    ['a standby takes what no member lists', view({ me: 's', members: { s: [] }, standby: ['x'] }), { take: ['x'] }],
    [
      'a standby waits for another',
      view({ me: 's', members: { s: [], t: [] }, standby: ['x'], holders: { x: 't' } }),
      {},
    ],
    [
      'a standby waits while a member lists the subject',
      view({ me: 's', members: { s: [], b: ['x'] }, standby: ['x'] }),
      {},
    ],
    [
      'a standby gives the work to a member that lists the subject',
      view({ me: 's', members: { s: [], b: ['x'] }, standby: ['x'], working: ['x'], holders: { x: 's' } }),
      { stop: ['x'] },
    ],
    [
      'a member waits until the standby has ended',
      view({ members: { a: ['x'], s: [] }, wanted: ['x'], holders: { x: 's' } }),
      {},
    ],
  ])('%s', (_, given, steps) => {
    expect(nextSteps(given)).toEqual({ ...nothing, ...steps });
  });

  it('divides nine works among two as five and four', () => {
    const members = { a: nine, b: nine };
    const counts = ['a', 'b'].map((me) => nextSteps(view({ me, members, wanted: nine })).take.length);
    expect(counts).toEqual([5, 4]);
  });

  it('gives each of four two of eight parts, of each subject', () => {
    const members = Object.fromEntries(['a', 'b', 'c', 'd'].map((id) => [id, nine]));
    const all = nine.flatMap((subject) => parts(subject, 8));
    for (const me of Object.keys(members)) {
      const { take } = nextSteps(view({ me, members, wanted: all }));
      expect(nine.map((subject) => take.filter((name) => subjectOf(name) === subject).length)).toEqual(
        nine.map(() => 2),
      );
    }
  });
});

/** Processes that all act on the same view, round after round. The subjects have one number of parts. */
class Installation {
  readonly holders: Map<string, string>;
  readonly working: Map<string, string[]>;
  stops = 0;

  constructor(
    readonly members: ReadonlyMap<string, readonly string[]>,
    readonly names: readonly string[],
    holders: ReadonlyMap<string, string>,
  ) {
    this.holders = new Map([...holders].filter(([, holder]) => members.has(holder)));
    this.working = new Map(
      [...members.keys()].map((id) => [id, this.heldBy(id).filter((name) => this.wants(id, name))]),
    );
  }

  wants(id: string, name: string): boolean {
    return this.members.get(id)?.includes(subjectOf(name)) ?? false;
  }

  heldBy(id: string): string[] {
    return [...this.holders].flatMap(([name, holder]) => (holder === id ? name : []));
  }

  /** @returns whether anything changed */
  act(): boolean {
    const seen = new Map(this.holders);
    const steps = [...this.members.keys()].map((me) => ({
      me,
      ...nextSteps({
        me,
        members: this.members,
        holders: seen,
        abandoned: new Set(),
        wanted: this.names.filter((name) => this.wants(me, name)),
        standby: [],
        working: this.working.get(me) ?? [],
        ending: [],
      }),
    }));
    for (const { me, take, stop, free } of steps) {
      this.stops += stop.length;
      for (const name of [...stop, ...free]) this.holders.delete(name);
      this.working.set(
        me,
        (this.working.get(me) ?? []).filter((name) => !stop.includes(name)),
      );
      // Compare-and-set has one winner.
      for (const name of take.filter((one) => this.holders.get(one) === seen.get(one))) {
        this.holders.set(name, me);
        this.working.get(me)?.push(name);
      }
    }
    return steps.some(({ take, stop, free }) => take.length + stop.length + free.length > 0);
  }
}

const ids = ['a', 'b', 'c', 'd', 'e'];
const subjects = ['automation', 'projector inbox', 'projector thread', 'publisher', 'reconciler'];
const someSubjects = fc.subarray(subjects);

const installation = fc
  .record({
    count: fc.integer({ min: 1, max: 9 }),
    live: fc.array(someSubjects, { minLength: 1, maxLength: ids.length }),
  })
  .chain(({ count, live }) => {
    const names = subjects.flatMap((subject) => (count === 1 ? [subject] : parts(subject, count)));
    return fc
      .array(fc.constantFrom(undefined, 'dead', ...ids), { minLength: names.length, maxLength: names.length })
      .map((holders) => {
        const stored = names.flatMap((name, index) => {
          const holder = holders[index];
          return holder === undefined ? [] : [[name, holder] as const];
        });
        return new Installation(
          new Map(live.map((listed, index) => [ids[index] ?? '', listed])),
          names,
          new Map(stored),
        );
      });
  });

const differ = (counts: readonly number[]): number => Math.max(...counts, 0) - Math.min(...counts, Infinity);

describe('when all act on the same view', () => {
  it('each work comes to one process that asks for it, evenly, with the fewest stops, and stays there', () => {
    fc.assert(
      fc.property(installation, (given) => {
        const before = [...given.members.keys()].map((id) => [...(given.working.get(id) ?? [])]);
        // One round to stop, one to take what was stopped, one for those that lost a race.
        for (let round = 0; round < 3; round += 1) given.act();
        for (const name of given.names) {
          const isWanted = [...given.members.keys()].some((id) => given.wants(id, name));
          expect([...given.working.values()].filter((working) => working.includes(name))).toHaveLength(
            isWanted ? 1 : 0,
          );
        }
        let surplus = 0;
        for (const subject of subjects) {
          const counts = [...given.members].flatMap(([id, listed], index) => {
            if (!listed.includes(subject)) return [];
            const ofSubject = (names: readonly string[]): number =>
              names.filter((name) => subjectOf(name) === subject).length;
            const now = ofSubject(given.working.get(id) ?? []);
            surplus += Math.max(0, ofSubject(before[index] ?? []) - now);
            return [now];
          });
          expect(counts.length === 0 ? 0 : differ(counts)).toBeLessThanOrEqual(1);
        }
        expect(given.stops).toBe(surplus);
        expect(given.act()).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it('processes that ask for the same have equal numbers of works, give or take one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: ids.length }), (count, size) => {
        const names = subjects.flatMap((subject) => (count === 1 ? [subject] : parts(subject, count)));
        const given = new Installation(new Map(ids.slice(0, size).map((id) => [id, subjects])), names, new Map());
        given.act();
        expect(differ([...given.working.values()].map((working) => working.length))).toBeLessThanOrEqual(1);
      }),
    );
  });
});
