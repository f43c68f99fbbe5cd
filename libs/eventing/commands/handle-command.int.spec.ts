import fc from 'fast-check';
import { TemporaryFolder } from '@app/testing/embedded';
import type { Engines } from '@app/eventing';
import type { CommandContext } from './command.js';
import { CommandIdReused } from './first-answer.js';
import { IdNotAvailable, RevisionMismatch } from './handle-command.js';
import { CountingStore, ScheduledStore } from '@app/testing';
import { BelowZero, contextOf, Tallies, tallyAggregate } from '@app/testing';

/** Without the time of storage: for a repetition that the store recognizes, this is the time of the repetition. */
const untimed = (what: unknown): unknown =>
  JSON.parse(
    JSON.stringify(what, (name, value: unknown) =>
      name === 'recordedAt' ? undefined : value instanceof Map ? [...value] : value,
    ),
  );

describe('handleCommand', () => {
  const folder = new TemporaryFolder();
  let engines: Engines;
  let tallies: Tallies;
  let id: string;
  let count = 0;
  beforeAll(async () => {
    engines = await folder.open();
  });
  beforeEach(() => {
    tallies = new Tallies(engines.eventStore, engines.keyring);
    id = `t${(count += 1)}`;
  });
  afterAll(() => folder.remove());

  const anotherProcess = (): Tallies => new Tallies(engines.eventStore, engines.keyring);
  const insisting = (key: string, expectedRevision: number): CommandContext => ({
    ...contextOf(key),
    expectedRevision,
  });

  it('M9: a repeated command is executed once, and gets the first response', async () => {
    const first = await tallies.add(id, [5], contextOf('a'));
    expect(first).toMatchObject({ revision: 0, events: [{ type: 'Added', data: { amount: 5 } }] });
    expect(await tallies.add(id, [5], contextOf('a'))).toEqual(first);
    expect(untimed(await anotherProcess().add(id, [5], contextOf('a')))).toEqual(untimed(first));
    expect(await tallies.amounts(id)).toEqual([5]);
  });

  it('M9: a command repeated after others gets the first response', async () => {
    const first = await tallies.add(id, [5, 6], contextOf('a'));
    await tallies.add(id, [7], contextOf('b'));
    await anotherProcess().add(id, [8], contextOf('c'));
    expect(await tallies.add(id, [5, 6], contextOf('a'))).toEqual(first);
    expect(await anotherProcess().add(id, [5, 6], contextOf('a'))).toEqual(first);
    expect(await tallies.amounts(id)).toEqual([5, 6, 7, 8]);
  });

  it('M9: a repetition gets its response even if the rules or the revision would refuse it now', async () => {
    await tallies.add(id, [5], contextOf('start'));
    const first = await tallies.add(id, [-5], insisting('a', 0));
    expect(await tallies.add(id, [-5], insisting('a', 0))).toEqual(first);
  });

  it('M9: two concurrent attempts are executed once', async () => {
    const answers = await Promise.all(
      [tallies, anotherProcess(), tallies, anotherProcess()].map((process) => process.add(id, [5], contextOf('a'))),
    );
    for (const answer of answers) expect(answer.revision).toBe(0);
    expect(await tallies.amounts(id)).toEqual([5]);
  });

  it('M9: the same id with another body is refused', async () => {
    await tallies.add(id, [5], contextOf('a'));
    await tallies.add(id, [1], contextOf('b'));
    await expect(tallies.add(id, [6], contextOf('a'))).rejects.toThrow(CommandIdReused);
    await expect(anotherProcess().add(id, [6], contextOf('a'))).rejects.toThrow(CommandIdReused);
    expect(await tallies.amounts(id)).toEqual([5, 1]);
  });

  it('rule 3: If-Match is checked against the stream', async () => {
    await expect(tallies.add(id, [5], insisting('a', 0))).rejects.toThrow(RevisionMismatch);
    await tallies.add(id, [5], contextOf('b'));
    await tallies.add(id, [5], insisting('c', 0));
    await expect(tallies.add(id, [5], insisting('d', 0))).rejects.toThrow(RevisionMismatch);
    expect(await tallies.amounts(id)).toEqual([5, 5]);
  });

  it('rule 3: a cached stream is not read before the append; refusals and decisions without events use the current stream', async () => {
    const reads: string[] = [];
    const store = new CountingStore(engines.eventStore, reads);
    const here = new Tallies(store, engines.keyring);
    await here.add(id, [5], contextOf('a'));
    await here.add(id, [1], contextOf('b'));
    expect(reads).toEqual([]);
    await tallies.add(id, [-6], contextOf('elsewhere'));
    await expect(here.add(id, [-6], contextOf('c'))).rejects.toThrow(BelowZero);
    expect(reads).toHaveLength(1);
    await tallies.add(id, [2], contextOf('elsewhere again'));
    await here.add(id, [-2], contextOf('d'));
    expect((await here.clear(id, contextOf('e'))).events).toEqual([]);
    expect(await tallies.amounts(id)).toEqual([5, 1, -6, 2, -2]);
  });

  it("rule 2: a decision without events writes nothing and returns the stream's revision", async () => {
    expect(await tallies.add(id, [], contextOf('a'))).toEqual({ revision: -1, position: null, events: [] });
    const { position } = await tallies.add(id, [5], contextOf('b'));
    expect(await tallies.add(id, [], contextOf('c'))).toEqual({ revision: 0, position, events: [] });
  });

  it('rule 5: each event contains actor, program and command, and never the plain hash of the amount', async () => {
    const [event] = (await tallies.add(id, [5], contextOf('a'))).events;
    expect(event?.metadata).toMatchObject({
      programId: 'program-1',
      actor: { kind: 'staff', id: 'anna' },
      commandId: contextOf('a').commandId,
      occurredAt: '2026-01-05T09:00:00.000Z',
    });
    const other = (await tallies.add(id, [5], contextOf('a', 'program-1'))).events[0];
    expect(other?.metadata.commandHash).toBe(event?.metadata.commandHash);
    const elsewhere = (await tallies.add(`${id}b`, [5], contextOf('a', 'program-2'))).events[0];
    expect(elsewhere?.metadata.commandHash).not.toBe(event?.metadata.commandHash);
  });

  it('rule 3: event ids differ by stream, command, time, content and place, and only by these', async () => {
    const idsOf = async (
      stream: string,
      amounts: readonly number[],
      key: string,
      changed: Partial<CommandContext> = {},
    ): Promise<readonly string[]> =>
      (await tallies.add(stream, amounts, { ...contextOf(key), ...changed })).events.map(({ eventId }) => eventId);
    const first = await idsOf(id, [5, 5, 6], 'a');
    const others = [
      await idsOf(`${id}b`, [5, 5, 6], 'a'),
      await idsOf(`${id}c`, [5, 5], 'a'),
      await idsOf(id, [5, 5, 6], 'b'),
      await idsOf(`${id}d`, [5, 5, 6], 'a', { occurredAt: '2026-01-06T09:00:00.000Z' }),
    ];
    expect(new Set([...first, ...others.flat()]).size).toBe(14);
    expect(await idsOf(id, [5, 5, 6], 'a', { correlationId: 'another' })).toEqual(first);
    for (const eventId of first)
      expect(eventId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('G5: another program sees nothing of a stream and writes nothing to it', async () => {
    await tallies.add(id, [5], contextOf('a'));
    for (const process of [tallies, anotherProcess()]) {
      await expect(process.add(id, [-1], contextOf('b', 'program-2'))).rejects.toThrow(BelowZero);
      expect(await process.add(id, [], contextOf('c', 'program-2'))).toEqual({
        revision: -1,
        position: null,
        events: [],
      });
      await expect(process.add(id, [7], contextOf('d', 'program-2'))).rejects.toThrow(IdNotAvailable);
      await expect(process.add(id, [7], { ...contextOf('e', 'program-2'), expectedRevision: 0 })).rejects.toThrow(
        RevisionMismatch,
      );
    }
    expect(await tallies.amounts(id)).toEqual([5]);
  });

  it('rule 3: a conflict is decided again: concurrent commands never break the rule, and none is lost', async () => {
    const amounts = fc.array(fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 1, maxLength: 3 }), {
      minLength: 2,
      maxLength: 16,
    });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(amounts, async (commands) => {
        run += 1;
        const tally = `${id}-${run}`;
        const processes = [tallies, anotherProcess()];
        const outcomes = await Promise.allSettled(
          commands.map((values, index) =>
            (processes[index % 2] ?? tallies).add(tally, values, contextOf(`${run}/${index}`)),
          ),
        );
        const stored = await tallies.amounts(tally);
        const accepted = outcomes.flatMap((outcome) =>
          outcome.status === 'fulfilled' ? [outcome.value.events.map(({ data }) => data.amount)] : [],
        );
        for (const outcome of outcomes)
          if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(BelowZero);
        expect(stored.toSorted((a, b) => a - b)).toEqual(accepted.flat().toSorted((a, b) => a - b));
        expect(stored.reduce((sum, amount) => sum + amount, 0)).toBeGreaterThanOrEqual(0);
        const fresh = await anotherProcess().aggregates.load(tallyAggregate, tally);
        for (const process of processes)
          expect(untimed(await process.aggregates.load(tallyAggregate, tally))).toEqual(untimed(fresh));
      }),
      { numRuns: 40 },
    );
  });

  it('rule 3: the cached state equals a fresh reading, while another process writes too', async () => {
    const steps = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 9 }), fc.boolean()), {
      minLength: 1,
      maxLength: 20,
    });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        run += 1;
        const tally = `${id}-memory-${run}`;
        const other = anotherProcess();
        for (const [index, [here, amount, again]] of list.entries()) {
          const process = here ? tallies : other;
          await process.add(tally, [amount, amount], contextOf(`memory/${run}/${index}`));
          if (again) await (here ? other : tallies).add(tally, [amount, amount], contextOf(`memory/${run}/${index}`));
        }
        const fresh = await anotherProcess().aggregates.load(tallyAggregate, tally);
        expect(fresh.state.count).toBe(list.length * 2);
        for (const process of [tallies, other])
          expect(untimed(await process.aggregates.load(tallyAggregate, tally))).toEqual(untimed(fresh));
      }),
      { numRuns: 30 },
    );
  });

  describe('a command that had nothing to do', () => {
    const keyed = (key: string): CommandContext => ({ ...contextOf(key), isRepeatable: true });
    const events = async (): Promise<number> => {
      const head = await engines.eventStore.head();
      let count = 0;
      const after = null;
      if (head !== null)
        for await (const batch of engines.eventStore.subscribe({ after, signal: new AbortController().signal })) {
          count += batch.events.length;
          if (batch.position >= head) break;
        }
      return count;
    };

    it('M9: gets its first response when a client retries it, although there is something to do by now', async () => {
      const { position } = await tallies.add(id, [5, -5], contextOf('a'));
      const first = await tallies.clear(id, keyed('k'));
      expect(first).toEqual({ revision: 1, position, events: [] });
      await tallies.add(id, [7], contextOf('b'));
      for (const process of [tallies, anotherProcess()]) expect(await process.clear(id, keyed('k'))).toEqual(first);
      expect(await tallies.amounts(id)).toEqual([5, -5, 7]);
    });

    it('M9: is not confused with one with the same key and another body', async () => {
      await tallies.clear(id, keyed('k'));
      await tallies.add(id, [7], contextOf('b'));
      for (const process of [tallies, anotherProcess()])
        await expect(process.clear(id, keyed('k'), 'bert')).rejects.toThrow(CommandIdReused);
      expect(await tallies.amounts(id)).toEqual([7]);
    });

    it('M9: uses the key for this one stream only', async () => {
      await tallies.clear(id, keyed('k'));
      await tallies.add(`${id}-other`, [7], contextOf('b'));
      await tallies.clear(`${id}-other`, keyed('k'));
      expect(await tallies.amounts(`${id}-other`)).toEqual([7, -7]);
    });

    it('M9: gets its first response before If-Match is checked', async () => {
      await tallies.add(id, [5, -5], contextOf('a'));
      const insists = { ...keyed('k'), expectedRevision: 1 };
      const first = await tallies.clear(id, insists);
      await tallies.add(id, [7], contextOf('b'));
      expect(await tallies.clear(id, insists)).toEqual(first);
    });

    it('M9: leaves no trace without a key, or when it is caused by an event', async () => {
      const before = await events();
      await tallies.clear(id, contextOf('a'));
      await tallies.clear(id, { ...contextOf('b'), isDerived: true });
      expect(await events()).toBe(before);
    });

    it('M9: does not change the revision of its stream', async () => {
      await tallies.add(id, [5, -5], contextOf('a'));
      await tallies.clear(id, keyed('k'));
      expect((await tallies.add(id, [1], insisting('b', 1))).revision).toBe(2);
    });

    it('M9: is decided again if a rule refused it', async () => {
      await expect(tallies.add(id, [-1], keyed('k'))).rejects.toThrow(BelowZero);
      await tallies.add(id, [5], contextOf('a'));
      await tallies.add(id, [-1], keyed('k'));
      expect(await tallies.amounts(id)).toEqual([5, -1]);
    });

    it('M9: a repetition gets the first response and has no effect, whatever other commands came in between', async () => {
      const other = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constant('clear' as const));
      let run = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(other, { maxLength: 6 }),
          fc.array(fc.tuple(other, fc.boolean()), { maxLength: 6 }),
          async (before, between) => {
            run += 1;
            const tally = `${id}-${run}`;
            const processes = [tallies, anotherProcess()];
            const doOther = (what: number | 'clear', key: string, process = tallies) =>
              what === 'clear' ? process.clear(tally, contextOf(key)) : process.add(tally, [what], contextOf(key));
            for (const [index, what] of before.entries()) await doOther(what, `before/${run}/${index}`);
            const first = await tallies.clear(tally, keyed(`k/${run}`));
            for (const [index, [what, elsewhere]] of between.entries())
              await doOther(what, `between/${run}/${index}`, processes[Number(elsewhere)]);
            const amounts = await tallies.amounts(tally);
            for (const process of [...processes, anotherProcess()])
              expect(await process.clear(tally, keyed(`k/${run}`))).toEqual(first);
            expect(await tallies.amounts(tally)).toEqual(amounts);
          },
        ),
        { numRuns: 60 },
      );
    });

    it('M9: all concurrent attempts get one response, in any interleaving with other commands', async () => {
      let run = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.scheduler(),
          fc.shuffledSubarray(['add', 'add', 'clear', 'attempt', 'attempt elsewhere', 'attempt elsewhere'], {
            minLength: 3,
          }),
          async (scheduler, steps) => {
            run += 1;
            const tally = `${id}-${run}`;
            const key = `k/${run}`;
            const store = new ScheduledStore(engines.eventStore, scheduler);
            const [here, elsewhere] = [new Tallies(store, engines.keyring), new Tallies(store, engines.keyring)];
            const running = steps.map((step, index) => {
              if (step === 'add') return here.add(tally, [5], contextOf(`${run}/${index}`));
              if (step === 'clear') return elsewhere.clear(tally, contextOf(`${run}/${index}`));
              return (step === 'attempt' ? here : elsewhere).clear(tally, keyed(key));
            });
            const results = await scheduler.waitFor(Promise.all(running), store.step);
            const attempts = results.filter((_, index) => steps[index]?.startsWith('attempt'));
            const retry = await anotherProcess().clear(tally, keyed(key));
            for (const { revision, events: changes } of attempts)
              expect({ revision, changes: changes.length }).toEqual({
                revision: retry.revision,
                changes: retry.events.length,
              });
            const ofKey: string[] = [];
            for await (const { metadata } of tallies.eventLog.read(`tally-${tally}`))
              if (metadata.commandId === contextOf(key).commandId) ofKey.push(metadata.commandId);
            expect(ofKey).toHaveLength(retry.events.length);
          },
        ),
        { numRuns: 300 },
      );
    });
  });
});
