import { connect, type Socket } from 'node:net';
import { answerParent } from './child.js';
import { measure, type Measured } from './statistics.js';

/** Each connection posts the body to one of the paths, waits for the response, and posts again. */
export type LoadQuestion = {
  readonly port: number;
  readonly token: string;
  readonly paths: readonly string[];
  readonly body: string;
  readonly connections: number;
  readonly durationMs: number;
};

/** A minimal HTTP client for the server's responses: time that the generator does not use is left for the server. */
class Connection {
  readonly #socket: Socket;
  #received = '';
  #answered: ((head: string) => void) | undefined;

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1').setNoDelay().setEncoding('latin1');
    this.#socket.on('data', (chunk) => this.#receive(String(chunk)));
  }

  /** @returns the status line and headers of the response */
  send(request: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#answered = resolve;
      this.#socket.once('close', () => reject(new Error('The server closed the connection')));
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(chunk: string): void {
    this.#received += chunk;
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.#received.slice(0, end);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
    if (this.#received.length < end + 4 + length) return;
    this.#received = '';
    this.#socket.removeAllListeners('close');
    this.#answered?.(head);
  }
}

answerParent(async ({ port, token, paths, body, connections, durationMs }: LoadQuestion): Promise<Measured> => {
  const headers = `host: 127.0.0.1\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}`;
  const requests = paths.map((path) => `POST ${path} HTTP/1.1\r\n${headers}\r\n\r\n${body}`);
  const post = async (connection: Connection): Promise<void> => {
    const head = await connection.send(requests[Math.floor(Math.random() * requests.length)] ?? '');
    if (!head.startsWith('HTTP/1.1 201')) throw new Error(`The server answered ${head}`);
  };
  const clients = Array.from({ length: connections }, () => new Connection(port));
  // A server accepts one new connection per turn of its event loop: all are accepted before the clock starts.
  await Promise.all(clients.map(post));
  const answer = await measure(connections, durationMs, (worker) => post(clients[worker] as Connection));
  for (const client of clients) client.close();
  return answer;
});
