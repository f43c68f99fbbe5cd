import type { Asker } from './asker.js';
import type { Question } from './question.js';

export const readQuestions: readonly Question[] = [
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

/** What is left of a stream that was truncated or deleted. */
export const truncatedStreamQuestions: readonly Question[] = [
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

/** Asks about a stream that has five events. */
function five(ask: (asker: Asker, stream: string) => Promise<string>): Question[1] {
  return async (asker) => ask(asker, await asker.streamOf(...Array.from({ length: 5 }, () => asker.event())));
}
