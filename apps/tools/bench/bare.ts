import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveMeasured } from './measured-server.js';

/** The status and the body of every response. */
export type BareOptions = { readonly status: number; readonly body: string };

/** A server on Node's own HTTP: it parses the JSON of a request and returns a constant. */
const server = createServer();

serveMeasured<BareOptions>({
  async start({ status, body }) {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    server.on('request', (request, response) => {
      let received = '';
      request
        .setEncoding('utf8')
        .on('data', (chunk) => (received += chunk))
        .on('end', () => {
          if (received !== '') JSON.parse(received);
          response.writeHead(status, headers).end(body);
        });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { port: (server.address() as AddressInfo).port, token: 'none', conversations: ['any'] };
  },
  async close() {
    server.closeAllConnections();
    server.close();
  },
});
