import { connect, type Socket } from 'node:net';

export type Response = { readonly head: string; readonly body: string };

/** A minimal HTTP client for the server's responses: time that the generator does not use is left for the server. */
export class Connection {
  readonly #socket: Socket;
  #received = '';
  #answered: ((response: Response) => void) | undefined;

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1').setNoDelay().setEncoding('latin1');
    this.#socket.on('data', (chunk) => this.#receive(String(chunk)));
  }

  /** One request at a time. @throws when the response is not a success */
  async send(request: string): Promise<Response> {
    const response = await new Promise<Response>((resolve, reject) => {
      this.#answered = resolve;
      this.#socket.once('close', () => reject(new Error('The server closed the connection')));
      this.#socket.write(request);
    });
    if (!/^HTTP\/1\.1 20[01] /.test(response.head))
      throw new Error(`The server answered ${response.head}\r\n\r\n${response.body}`);
    return response;
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
    const body = this.#received.slice(end + 4);
    this.#received = '';
    this.#socket.removeAllListeners('close');
    this.#answered?.({ head, body });
  }
}

export type Request = { readonly method: 'GET' | 'POST'; readonly path: string; readonly body?: string };

/** The request as it is sent. */
export function requestText({ method, path, body = '' }: Request, token: string): string {
  const content = body === '' ? '' : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
  return `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${token}\r\n${content}\r\n${body}`;
}
