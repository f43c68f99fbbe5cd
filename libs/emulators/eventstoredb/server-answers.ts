import { appendQuestions } from './append-questions.js';
import { Asker } from './asker.js';
import { readQuestions, truncatedStreamQuestions } from './read-questions.js';

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

    test.each(appendQuestions)('append: %s', async (_, ask, answer) => expect(await ask(asker)).toEqual(answer));
    test.each(readQuestions)('read: %s', async (_, ask, answer) => expect(await ask(asker)).toEqual(answer));
    test.each(truncatedStreamQuestions)('the rest of a stream: %s', async (_, ask, answer) =>
      expect(await ask(asker)).toEqual(answer),
    );

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
