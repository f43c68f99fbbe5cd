import type { JSONType } from '@eventstore/db-client';
import { Asker, type Event } from './asker.js';

type Question = readonly [question: string, ask: (asker: Asker) => Promise<unknown>, answer: unknown];

/**
 * The answers of EventStoreDB 23.10.8 to the client 6.2.1, which sends appends without credentials over one shared
 * call.
 */
const appends: readonly Question[] = [
  [
    'two events to a stream that does not exist',
    async (a) => a.append(a.stream(), 'no_stream', [a.event(), a.event()]),
    'next 1',
  ],
  ['the same again', again((a, stream, events) => [() => a.append(stream, 'no_stream', events)]), ['next 1']],
  ['the same again, any', again((a, stream, events) => [() => a.append(stream, 'any', events)]), ['next 1']],
  [
    'the same again after another',
    again((a, stream, events) => [
      () => a.append(stream, 1n, [a.event()]),
      () => a.append(stream, 'no_stream', events),
    ]),
    ['next 2', 'next 1'],
  ],
  ['the first of two alone', again((a, stream, [first]) => [() => a.append(stream, 'no_stream', [first])]), ['next 0']],
  [
    'the second of two alone, where it is and where it is not',
    again((a, stream, [, second]) => [
      () => a.append(stream, 0n, [second]),
      () => a.append(stream, 'no_stream', [second]),
    ]),
    ['next 1', 'conflict: at 1, expected no_stream'],
  ],
  [
    'the two in the other order',
    again((a, stream, [first, second]) => [() => a.append(stream, 'no_stream', [second, first])]),
    ['conflict: at 1, expected no_stream'],
  ],
  [
    'the two and another',
    again((a, stream, events) => [() => a.append(stream, 'no_stream', [...events, a.event()])]),
    ['conflict: at 1, expected no_stream'],
  ],
  [
    'the first and another',
    again((a, stream, [first]) => [() => a.append(stream, 'no_stream', [first, a.event()])]),
    ['conflict: at 1, expected no_stream'],
  ],
  [
    'another one at an older revision',
    again((a, stream) => [() => a.append(stream, 0n, [a.event()])]),
    ['conflict: at 1, expected 0'],
  ],
  [
    'another one at a revision to come',
    again((a, stream) => [() => a.append(stream, 7n, [a.event()])]),
    ['conflict: at 1, expected 7'],
  ],
  [
    'another one at the right revision, any, and stream_exists',
    again((a, stream) => [
      () => a.append(stream, 1n, [a.event()]),
      () => a.append(stream, 'any', [a.event()]),
      () => a.append(stream, 'stream_exists', [a.event()]),
    ]),
    ['next 2', 'next 3', 'next 4'],
  ],
  [
    'at a revision of a stream that does not exist',
    (a) => a.append(a.stream(), 0n, [a.event()]),
    'conflict: at no_stream, expected 0',
  ],
  [
    'stream_exists, of a stream that does not exist',
    (a) => a.append(a.stream(), 'stream_exists', [a.event()]),
    'conflict: at no_stream, expected stream_exists',
  ],
  [
    'an id that another stream has',
    again((a, _, [first]) => [() => a.append(a.stream(), 'no_stream', [first])]),
    ['next 0'],
  ],
  [
    'one id twice in one append',
    async (a) => {
      const [stream, event] = [a.stream(), a.event()];
      return [await a.append(stream, 'no_stream', [event, event]), await a.read(stream)];
    },
    ['next 1', 'revisions 0 1'],
  ],
  [
    'no events, to a stream that does not exist',
    async (a) => {
      const stream = a.stream();
      return [await a.append(stream, 'no_stream', []), await a.read(stream)];
    },
    ['next 0', 'not found'],
  ],
  [
    'no events, to a stream that exists',
    again((a, stream) => [() => a.append(stream, 1n, []), () => a.read(stream)]),
    ['next 1', 'revisions 0 1'],
  ],
  [
    'eight others at once',
    async (a) => {
      const stream = a.stream();
      const answers = await Promise.all(Array.from({ length: 8 }, () => a.append(stream, 'no_stream', [a.event()])));
      return answers.toSorted().toReversed();
    },
    ['next 0', ...Array<string>(7).fill('conflict: at 0, expected no_stream')],
  ],
  [
    'about 1,000,000 bytes',
    (a) => a.append(a.stream(), 'no_stream', [a.event({ text: 'x'.repeat(1_000_000) })]),
    'next 0',
  ],
  [
    'about 1,060,000 bytes',
    (a) => a.append(a.stream(), 'no_stream', [a.event({ text: 'x'.repeat(1_060_000) })]),
    'too large: at most 1048576',
  ],
  [
    'two events of 600,000 bytes',
    (a) =>
      a.append(a.stream(), 'no_stream', [
        a.event({ text: 'x'.repeat(600_000) }),
        a.event({ text: 'x'.repeat(600_000) }),
      ]),
    'too large: at most 1048576',
  ],
  ['a type that begins with a dollar sign', (a) => a.append(a.stream(), 'no_stream', [a.event({}, '$ours')]), 'next 0'],
  [
    'a stream whose name begins with a dollar sign',
    (a) => a.append(`$${a.stream()}`, 'no_stream', [a.event()]),
    'next 0',
  ],
  [
    'a stream without a name, and whether the client goes on',
    async (a) => [await a.append('', 'no_stream', [a.event()]), await a.append(a.stream(), 'no_stream', [a.event()])],
    ['Could not recognize BadRequest', 'next 0'],
  ],
  ['data that is null', (a) => a.append(a.stream(), 'no_stream', [a.event(JSON.parse('null') as JSONType)]), 'next 0'],
];

const reads: readonly Question[] = [
  ['a stream that does not exist', (a) => a.read(a.stream()), 'not found'],
  ['from 1, at most 2', five((a, stream) => a.read(stream, 1n, 2)), 'revisions 1 2'],
  ['from beyond the end', five((a, stream) => a.read(stream, 99n, 2)), 'revisions'],
  ['backwards from the end, at most 2', five((a, stream) => a.read(stream, 'end', 2, 'backwards')), 'revisions 4 3'],
  ['at most none', five((a, stream) => a.read(stream, 0n, 0)), '2 UNKNOWN: Unexpected ReadStreamResult: Error'],
  ['everything, from the position of an append on', five((a) => a.readAll(a.position)), 'from there on'],
  [
    'everything, from a position where nothing begins',
    five((a) => a.readAll(a.position + 1n)),
    '2 UNKNOWN: Unexpected ReadAllResult: Error',
  ],
  ['everything, from beyond the end', five((a) => a.readAll(10n ** 15n)), 'from 0'],
];

const cut: readonly Question[] = [
  [
    'metadata that keeps at most two',
    async (a) => {
      const stream = await a.streamOf(a.event(), a.event(), a.event(), a.event());
      await a.client.setStreamMetadata(stream, { maxCount: 2 });
      return [await a.read(stream), await a.read(stream, 'end', 10, 'backwards')];
    },
    ['revisions 2 3', 'revisions 3 2'],
  ],
  [
    'deleted softly, and appended to',
    async (a) => {
      const stream = await a.streamOf(a.event(), a.event());
      await a.client.deleteStream(stream);
      return [await a.read(stream), await a.append(stream, 'no_stream', [a.event()]), await a.read(stream)];
    },
    ['not found', 'next 2', 'revisions 2'],
  ],
  [
    'tombstoned, and appended to',
    async (a) => {
      const stream = await a.streamOf(a.event());
      await a.client.tombstoneStream(stream);
      return [await a.read(stream), await a.append(stream, 'no_stream', [a.event()])];
    },
    ['deleted', 'deleted'],
  ],
];

/** Whether a server, or a stand-in, answers like the recorded one. */
export function serverAnswers(
  name: string,
  open: () => Promise<{ readonly url: string; close(): Promise<void> }>,
): void {
  describe(`answers of EventStoreDB 23.10.8: ${name}`, () => {
    let server: Awaited<ReturnType<typeof open>>;
    let asker: Asker;
    beforeAll(async () => {
      server = await open();
      asker = new Asker(server.url);
    });
    afterAll(async () => {
      await asker.client.dispose();
      await server.close();
    });

    test.each(appends)('append: %s', async (_, ask, answer) => expect(await ask(asker)).toEqual(answer));
    test.each(reads)('read: %s', async (_, ask, answer) => expect(await ask(asker)).toEqual(answer));
    test.each(cut)('the rest of a stream: %s', async (_, ask, answer) => expect(await ask(asker)).toEqual(answer));

    test('a repeated append returns the position of the first, and an append without events its own', async () => {
      const [stream, events] = [asker.stream(), [asker.event(), asker.event()]];
      const position = async (...append: Parameters<Asker['append']>): Promise<bigint> => (
        await asker.append(...append),
        asker.position
      );
      const first = await position(stream, 'no_stream', events);
      const empty = await position(stream, 1n, []);
      expect(empty).toBeGreaterThan(first);
      expect(await position(stream, 1n, [asker.event()])).toBeGreaterThan(empty);
      expect(await position(stream, 'no_stream', events)).toBe(first);
    });

    test('a subscription begins after a position, fails at one without an event, and is silent beyond the end', async () => {
      await asker.streamOf(asker.event());
      const from = asker.position;
      const next = asker.event();
      await asker.streamOf(next);
      expect((await asker.subscribe(from)).slice(0, 2)).toEqual(['confirmed', next.id]);
      expect(await asker.subscribe(from + 1n)).toEqual(['2 UNKNOWN: Exception was thrown by handler.']);
      expect(await asker.subscribe(10n ** 15n)).toEqual(['confirmed', 'caught up']);
    });

    test('credentials are ignored without TLS', async () => {
      const credentials = { username: 'nobody', password: 'wrong' };
      const answer = await asker.client
        .appendToStream(asker.stream(), asker.event(), { expectedRevision: 'no_stream', credentials })
        .catch(({ code }: { code: number }) => code);
      // A server with TLS has no user with this name.
      expect(answer).toEqual(server.url.includes('tls=false') ? expect.objectContaining({ success: true }) : 16);
    });
  });
}

type Two = [Event, Event];

/** Asks about a stream that has two events, one question after the other. */
function again(ask: (asker: Asker, stream: string, events: Two) => readonly (() => Promise<string>)[]): Question[1] {
  return async (asker) => {
    const events: Two = [asker.event(), asker.event()];
    const answers: string[] = [];
    for (const question of ask(asker, await asker.streamOf(...events), events)) answers.push(await question());
    return answers;
  };
}

/** Asks about a stream that has five events. */
function five(ask: (asker: Asker, stream: string) => Promise<string>): Question[1] {
  return async (asker) => ask(asker, await asker.streamOf(...Array.from({ length: 5 }, () => asker.event())));
}
