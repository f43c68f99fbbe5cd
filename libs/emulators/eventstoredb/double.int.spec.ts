import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient, jsonEvent, streamNameFilter, type AppendExpectedRevision } from '@eventstore/db-client';
import { startEventStoreDbDouble, type EventStoreDbDouble } from './index.js';

const happened = (data = {}) => jsonEvent({ id: randomUUID(), type: 'Happened', data, metadata: { by: 'spec' } });

/** Per-call credentials, which are not sent without TLS, make the client use one call for each append. */
const styles = [
  ['each append in a call of its own', { credentials: { username: 'a', password: 'b' } }],
  ['all appends in one call', {}],
] as const;

describe('EventStoreDB double, seen by the client', () => {
  const folder = mkdtempSync(join(tmpdir(), 'esdb-'));
  let double: EventStoreDbDouble;
  let client: EventStoreDBClient;
  beforeEach(async () => {
    double = await startEventStoreDbDouble({ folder });
    client = EventStoreDBClient.connectionString(double.url);
  });
  afterEach(async () => {
    await client.dispose();
    await double.close();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const idsOf = async (stream: string): Promise<string[]> => {
    const ids: string[] = [];
    for await (const { event } of client.readStream(stream)) ids.push(event?.id ?? '');
    return ids;
  };

  describe.each(styles)('%s', (_, style) => {
    const append = (stream: string, expectedRevision: AppendExpectedRevision, events: ReturnType<typeof happened>[]) =>
      client.appendToStream(stream, events, { expectedRevision, ...style });

    test('the same ids at the same revision get the first result', async () => {
      const stream = `thing-${randomUUID()}`;
      const [first, second] = [[happened(), happened()], [happened()]];
      const answers = [await append(stream, 'no_stream', first), await append(stream, 1n, second)];
      await append(stream, 2n, [happened()]);
      expect(await append(stream, 'no_stream', first)).toEqual(answers[0]);
      expect(await append(stream, 1n, second)).toEqual(answers[1]);
      expect(await append(stream, 'any', first)).toEqual(answers[0]);
      expect(await idsOf(stream)).toHaveLength(4);
      expect(answers[0]).toMatchObject({ success: true, nextExpectedRevision: 1n });
      expect(double.counts[style === styles[0][1] ? 'batchAppend' : 'append']).toBe(0);
    });

    test('the same ids at the current revision are appended again', async () => {
      const stream = `thing-${randomUUID()}`;
      const events = [happened()];
      await append(stream, 'no_stream', events);
      expect(await append(stream, 0n, events)).toMatchObject({ nextExpectedRevision: 1n });
      expect(await idsOf(stream)).toEqual([events[0]?.id, events[0]?.id]);
    });

    test('an append that is partly stored, or at another revision, is a conflict', async () => {
      const stream = `thing-${randomUUID()}`;
      const [a, b, c] = [happened(), happened(), happened()];
      await append(stream, 'no_stream', [a, b]);
      for (const events of [
        [a, c],
        [c, b],
        [a, b, c],
      ]) {
        await expect(append(stream, 'no_stream', events)).rejects.toMatchObject({
          type: 'wrong-expected-version',
          actualVersion: 1n,
        });
      }
      await expect(append(stream, 7n, [c])).rejects.toMatchObject({ expectedVersion: 7n, actualVersion: 1n });
      await expect(append(`${stream}-none`, 0n, [c])).rejects.toMatchObject({ actualVersion: 'no_stream' });
      await expect(append(`${stream}-none`, 'stream_exists', [c])).rejects.toMatchObject({
        actualVersion: 'no_stream',
      });
      expect(await idsOf(stream)).toEqual([a.id, b.id]);
    });

    test('a too large append is refused', async () => {
      const large = happened({ text: 'x'.repeat(1024 * 1024) });
      await expect(append(`thing-${randomUUID()}`, 'no_stream', [large])).rejects.toMatchObject({
        type: 'maximum-append-size-exceeded',
      });
    });
  });

  test('reads in both directions, from any place, up to a limit', async () => {
    const stream = `thing-${randomUUID()}`;
    const events = Array.from({ length: 5 }, () => happened());
    await client.appendToStream(stream, events, { expectedRevision: 'no_stream' });
    const ids = async (read: AsyncIterable<{ event?: { id: string } }>): Promise<number[]> => {
      const found: number[] = [];
      for await (const { event } of read) found.push(events.findIndex(({ id }) => id === event?.id));
      return found;
    };
    expect(await ids(client.readStream(stream, { fromRevision: 1n, maxCount: 3 }))).toEqual([1, 2, 3]);
    expect(await ids(client.readStream(stream, { fromRevision: 3n, direction: 'backwards' }))).toEqual([3, 2, 1, 0]);
    expect(await ids(client.readStream(stream, { fromRevision: 5n }))).toEqual([]);
    expect(await ids(client.readAll({ fromPosition: 'end', direction: 'backwards', maxCount: 2 }))).toEqual([4, 3]);
    await expect(ids(client.readStream(`${stream}-none`))).rejects.toMatchObject({ type: 'stream-not-found' });
  });

  test('a filtered subscription that has caught up reports skipped events only sometimes', async () => {
    const category = `wanted${randomUUID().replaceAll('-', '')}`;
    const told: string[] = [];
    const caughtUp = Promise.withResolvers<void>();
    const filter = streamNameFilter({
      prefixes: [`${category}-`],
      maxSearchWindow: 5,
      checkpointInterval: 2,
      checkpointReached: (_, { commit }) => void told.push(`checkpoint ${commit}`),
    });
    const subscription = client.subscribeToAll({ fromPosition: 'end', filter });
    subscription.on('caughtUp', caughtUp.resolve);
    const seen = Promise.withResolvers<void>();
    subscription.on('data', ({ event }) => {
      told.push(event?.streamId ?? '');
      if (event?.streamId === `${category}-2`) seen.resolve();
    });
    await caughtUp.promise;
    told.length = 0;
    const positions: bigint[] = [];
    for (let n = 0; n < 12; n += 1) {
      const { position } = await client.appendToStream(`other-${randomUUID()}`, happened(), {
        expectedRevision: 'no_stream',
      });
      positions.push(position?.commit ?? 0n);
    }
    await client.appendToStream(`${category}-2`, happened(), { expectedRevision: 'no_stream' });
    await seen.promise;
    expect(told).toEqual([`checkpoint ${positions[9]}`, `${category}-2`]);
    await subscription.unsubscribe();
  });

  test('an append whose response is lost is stored, and the client gets an error', async () => {
    const stream = `thing-${randomUUID()}`;
    const event = happened();
    double.loseAnswers(1);
    await expect(
      client.appendToStream(stream, event, { expectedRevision: 'no_stream', ...styles[0][1] }),
    ).rejects.toThrow();
    expect(await idsOf(stream)).toEqual([event.id]);
  });
});
