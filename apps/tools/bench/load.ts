import { answerParent } from './child.js';
import { Connection, requestText, type Request } from './connection.js';
import { measure, type Measured } from './statistics.js';

/** Each connection sends one of the requests, waits for the response, and sends the next. */
export type LoadQuestion = {
  readonly port: number;
  readonly token: string;
  readonly requests: readonly Request[];
  readonly connections: number;
  readonly durationMs: number;
};
/** `sent` includes the first request of each connection, which is not measured. */
export type LoadAnswer = Measured & { readonly sent: number };

answerParent(async ({ port, token, requests, connections, durationMs }: LoadQuestion): Promise<LoadAnswer> => {
  const texts = requests.map((request) => requestText(request, token));
  const send = (connection: Connection) => connection.send(texts[Math.floor(Math.random() * texts.length)] as string);
  const clients = Array.from({ length: connections }, () => new Connection(port));
  // A server accepts one new connection per turn of its event loop: all are accepted before the clock starts.
  await Promise.all(clients.map(send));
  const answer = await measure(connections, durationMs, (worker) => send(clients[worker] as Connection));
  for (const client of clients) client.close();
  return { ...answer, sent: answer.count + connections };
});
