import type { JSONType } from '@eventstore/db-client';
import type { Asker, Event } from './asker.js';
import type { Question } from './question.js';

/**
 * The answers of EventStoreDB 23.10.8 to the client 6.2.1, which sends appends without credentials over one shared
 * call.
 */
export const appendQuestions: readonly Question[] = [
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
