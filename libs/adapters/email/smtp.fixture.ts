import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export type MailServer = {
  /** `host:port` */
  readonly address: string;
  /** Raw messages that the server has accepted. */
  readonly received: readonly string[];
  /** The number of connections so far. */
  connections(): number;
  /** Cuts every connection; not for TLS, since Node 24 crashes when a socket is destroyed under its TLS session. */
  cut(): void;
  close(): Promise<void>;
};

/** A mail server in this process that accepts everything its options do not refuse. */
export async function startMailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const received: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 1,
    onData: (stream, _session, done) => {
      let raw = '';
      stream.setEncoding('utf8').on('data', (part: string) => (raw += part));
      stream.on('end', () => {
        received.push(raw);
        done();
      });
    },
    ...options,
  });
  // A client that refuses the certificate, or a connection that was cut.
  server.on('error', () => undefined);
  return {
    received,
    ...(await listening(server.server)),
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** A server that handles each connection with the given function. */
export async function startListener(onConnection: (socket: Socket) => void): Promise<Omit<MailServer, 'received'>> {
  const server = createServer(onConnection);
  const listener = await listening(server);
  const close = (): Promise<void> => {
    listener.cut();
    return new Promise((resolve) => server.close(() => resolve()));
  };
  return { ...listener, close };
}

async function listening(server: Server): Promise<Pick<MailServer, 'address' | 'connections' | 'cut'>> {
  const sockets: Socket[] = [];
  server.on('connection', (socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => sockets.length,
    cut: () => sockets.forEach((socket) => socket.destroy()),
  };
}
