import type { EventStore } from '@app/eventing';
import fc from 'fast-check';
import { follow, followCount, happened, idsOf, many } from './event-store.samples.js';
import { uniqueName } from './opened.js';

export function subscriptionCases(store: () => EventStore): void {
  test('catches up in order, from any position', async () => {
    const category = uniqueName('thing');
    const expected: string[] = [];
    const lengths = [0, 0, 0];
    for (let n = 0; n < 30; n += 1) {
      const which = n % 3;
      const length = lengths[which] ?? 0;
      const event = happened({ n });
      await store().append(`${category}-${which}`, length === 0 ? 'no-stream' : length - 1, [event]);
      lengths[which] = length + 1;
      expected.push(event.id);
    }
    const events = await followCount(store(), { after: null, categories: [category] }, 30);
    expect(idsOf(events)).toEqual(expected);
    for (const [index, { position }] of events.slice(0, -1).entries()) {
      const rest = await followCount(store(), { after: position, categories: [category] }, 29 - index);
      expect(idsOf(rest)).toEqual(expected.slice(index + 1));
    }
  });

  test('without a filter all events arrive', async () => {
    const after = await store().head();
    const [a, b] = [uniqueName('thing'), uniqueName('other')];
    const events = many(2);
    const { position: last } = await store().append(`${a}-1`, 'no-stream', events.slice(0, 1));
    const { position } = await store().append(`${b}-1`, 'no-stream', events.slice(1));
    expect(position > last).toBe(true);
    const seen = await follow(store(), { after }, (_, reached) => reached >= position);
    const own = seen.events.filter(({ stream }) => stream.startsWith(a) || stream.startsWith(b));
    expect(idsOf(own)).toEqual(idsOf(events));
  });

  test('a long catch-up loses and repeats nothing, and continues from any batch', async () => {
    const category = uniqueName('thing');
    const expected: string[] = [];
    for (let n = 0; n < 13; n += 1) {
      const events = many(100);
      await store().append(`${category}-${n}`, 'no-stream', events);
      expected.push(...idsOf(events));
    }
    const { events, batches } = await follow(
      store(),
      { after: null, categories: [category] },
      (all) => all.length >= 1_300,
    );
    expect(idsOf(events)).toEqual(expected);
    let seen = 0;
    for (const { events: batch, position } of batches.slice(0, -1)) {
      seen += batch.length;
      const rest = await followCount(store(), { after: position, categories: [category] }, 1_300 - seen);
      expect(idsOf(rest)).toEqual(expected.slice(seen));
    }
  });

  test('a filter selects whole categories', async () => {
    const name = uniqueName('thing');
    const wanted = [happened(), happened(), happened()] as const;
    await store().append(`${name}-1`, 'no-stream', [wanted[0]]);
    await store().append(`${name}x-1`, 'no-stream', many(1));
    await store().append(`${name}y-${name}-1`, 'no-stream', [wanted[1]]);
    await store().append(`${name}-2`, 'no-stream', [wanted[2]]);
    const events = await followCount(store(), { after: null, categories: [name, `${name}y`] }, 3);
    expect(idsOf(events)).toEqual(idsOf(wanted));
  });

  test('a filtered subscription also moves past skipped events', async () => {
    const [wanted, other] = [uniqueName('wanted'), uniqueName('other')];
    const { position: after } = await store().append(`${wanted}-1`, 'no-stream', many(1));
    const { position } = await store().append(`${other}-1`, 'no-stream', many(1));
    await store().append(`${other}-2`, 'no-stream', many(200));
    const { events } = await follow(store(), { after, categories: [wanted] }, (_, reached) => reached >= position);
    expect(events).toEqual([]);
  });

  test('sees an event that is appended while it waits', async () => {
    const category = uniqueName('thing');
    const stop = new AbortController();
    const after = await store().head();
    const subscription = store().subscribe({ after, categories: [category], signal: stop.signal });
    const batches = subscription[Symbol.asyncIterator]();
    for (let n = 0; n < 5; n += 1) {
      const event = happened();
      const found = (async () => {
        for (;;) {
          const { value, done } = await batches.next();
          if (done) throw new Error('The subscription ended');
          if (value.events.length > 0) return idsOf(value.events);
        }
      })();
      await store().append(`${category}-${n}`, 'no-stream', [event]);
      expect(await found).toEqual([event.id]);
    }
    stop.abort();
    await batches.return?.();
  });

  test('several subscriptions see the same while others append', async () => {
    const category = uniqueName('thing');
    const after = await store().head();
    const followers = Array.from({ length: 4 }, () => followCount(store(), { after, categories: [category] }, 60));
    await Promise.all(Array.from({ length: 20 }, (_, n) => store().append(`${category}-${n}`, 'no-stream', many(3))));
    const [first, ...rest] = (await Promise.all(followers)).map(idsOf);
    expect(new Set(first).size).toBe(60);
    for (const other of rest) expect(other).toEqual(first);
  });

  test('ends when the signal aborts, also while it waits', async () => {
    for (const abortFirst of [true, false]) {
      const stop = new AbortController();
      if (abortFirst) stop.abort();
      const after = await store().head();
      const ended = (async () => {
        const { events } = await follow(store(), { after, categories: [uniqueName('none')] }, () => false, stop.signal);
        return events;
      })();
      stop.abort();
      expect(await ended).toEqual([]);
    }
  });

  test('random filters give the same as filtering a list', async () => {
    const appends = fc.array(fc.record({ category: fc.nat(3), count: fc.integer({ min: 1, max: 3 }) }), {
      minLength: 1,
      maxLength: 15,
    });
    await fc.assert(
      fc.asyncProperty(appends, fc.subarray([0, 1, 2, 3], { minLength: 1 }), async (commands, chosen) => {
        const names = Array.from({ length: 4 }, () => uniqueName('thing'));
        const model: { readonly category: number; readonly id: string }[] = [];
        const after = await store().head();
        for (const [n, { category, count }] of commands.entries()) {
          const events = many(count);
          await store().append(`${names[category]}-${n}`, 'no-stream', events);
          model.push(...events.map(({ id }) => ({ category, id })));
        }
        const expected = idsOf(model.filter(({ category }) => chosen.includes(category)));
        // When the last event has arrived, all have.
        const end = happened();
        await store().append(`${names[chosen[0] ?? 0]}-end`, 'no-stream', [end]);
        const categories = chosen.map((category) => names[category] ?? '');
        const { events } = await follow(store(), { after, categories }, (all) => all.at(-1)?.id === end.id);
        expect(idsOf(events)).toEqual([...expected, end.id]);
      }),
      { numRuns: 25 },
    );
  });
}
